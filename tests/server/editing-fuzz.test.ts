// Whatever the text is and wherever the cursor stands: each feature that reads half-written text answers, and what it offers
// fits the text. A failure prints its seed and the text.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createWorkspace } from "../../language/analyse.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import { walk } from "../../language/walk.ts";
import { aboutText } from "../../server/completion/about.ts";
import { completionsAt } from "../../server/completion/complete.ts";
import { lensesIn, resolvedLens } from "../../server/features/code-lens.ts";
import { foldingRanges } from "../../server/features/folding.ts";
import { hintsIn, tooltipOf } from "../../server/features/inlay-hints.ts";
import { inlineCompletionAt } from "../../server/features/inline-completion.ts";
import { valuesIn } from "../../server/features/inline-values.ts";
import { linkedAt } from "../../server/features/linked-editing.ts";
import { selectionsAt } from "../../server/features/selection-ranges.ts";
import { tokensOf } from "../../server/features/semantic-tokens.ts";
import { signatureHelpAt } from "../../server/features/signature-help.ts";
import { createView } from "../../server/view.ts";

const folder = new URL("../../examples/", import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith(".wal"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"));
const cache = memoryCache();
const WORDS = [
  ...[
    'handle "A" {',
    "perform ",
    'perform "',
    "effect.",
    "resume(",
    "x.",
    "this.",
    "super.",
    "fun f(",
    "class C < ",
    " with ",
  ],
  ...[
    "match x {",
    "=> ",
    "{ a: ",
    "]",
    "}",
    ")",
    '"',
    "/*",
    "//",
    "|> ",
    "@",
    "import ",
    "await ",
    "unsafe {",
    "var x: ",
    "\r\n",
  ],
];

const edited = fc
  .record({
    text: fc.constantFrom(...examples),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    gone: fc.nat({ max: 40 }),
    word: fc.constantFrom(...WORDS),
    other: fc.constantFrom(...examples),
  })
  .map(({ text, cut, gone, word, other }) => {
    const at = Math.floor(cut * text.length);
    return { text: text.slice(0, at) + word + text.slice(at + gone), at: at + word.length, other };
  });

test("every feature answers", () => {
  fc.assert(
    fc.property(edited, fc.nat(), ({ text, at, other }, anywhere) => {
      const workspace = createWorkspace();
      workspace.setFile(parseFile("/a.wal", text, cache));
      workspace.setFile(parseFile("/b/b.wal", other, cache));
      const view = createView({ analysis: workspace.analyse(), root: "/" });

      for (const offset of [at, anywhere % (text.length + 1), 0, text.length]) {
        const { candidates, word } = completionsAt(view, "/a.wal", offset);
        expect(word.start <= offset && offset <= word.end && word.end <= text.length).toBe(true);
        expect(text.slice(word.start, word.end)).not.toContain("\n");
        for (const { label, about } of candidates.slice(0, 30)) {
          expect(label).not.toBe("");
          if (about) aboutText(view, about);
        }
        const help = signatureHelpAt(view, "/a.wal", offset);
        if (help) expect(help.signatures.length).toBeGreaterThan(help.activeSignature!);
        selectionsAt(view, "/a.wal", offset).reduce((inner, outer) => {
          expect(outer.start <= inner.start && inner.end <= outer.end).toBe(true);
          return outer;
        });
        const linked = linkedAt(view, "/a.wal", offset);
        inlineCompletionAt(view, "/a.wal", offset);
        valuesIn(view, "/a.wal", { start: 0, end: text.length }, { start: offset, end: offset });
        const texts = linked?.spans.map(({ start, end }) => text.slice(start, end)) ?? [];
        expect(new Set(texts).size).toBeLessThanOrEqual(1);
      }
      for (const { at, kind, unit } of hintsIn(view, "/a.wal", { start: 0, end: text.length }))
        if (unit !== null && (kind === "row" || kind === "suspension")) tooltipOf(view, "/a.wal", { at, kind, unit });
      for (const lens of lensesIn(view, "/a.wal", "file:///a.wal"))
        if (lens.data) resolvedLens(lens, view, "/a.wal", lens.data);
      let last = 0;
      for (const { start, end } of tokensOf(view, "/a.wal")) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      for (const { startLine, endLine } of foldingRanges(view, "/a.wal", true))
        expect(endLine).toBeGreaterThan(startLine);
      view.tree("/a.wal").items.forEach(({ tree }, index) => {
        const names = view.analysis.names("/a.wal", index);
        for (const statement of tree.statements)
          walk(statement, (node) => {
            if (node.kind === "Member" || node.kind === "Call") inferenceOf(view.analysis).typesOf(node, names);
            return true;
          });
      });
    }),
    { numRuns: 60 },
  );
});
