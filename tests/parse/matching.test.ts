// What language/parse/matching.ts does to Ohm changes no result: the same grammar in an Ohm that nobody has touched finds the same.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import type { Grammar, MatchResult } from "ohm-js";
import { expect, test } from "vitest";
import "../../language/parse/matching.ts";
import grammars from "../../syntaxes/walia.ohm-bundle.js";
import { samples } from "./samples.ts";

/** Loaded as CommonJS, Ohm has classes of its own. */
const untouched = createRequire(import.meta.url)("ohm-js") as typeof import("ohm-js");
const source = readFileSync(join(import.meta.dirname, "../../syntaxes/walia.ohm"), "utf8");
const plain = untouched.grammars(source) as Record<"Walia" | "Draft", Grammar>;

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const options = { seed, numRuns: Number(process.env.RUNS ?? 40) };

/** A node as Ohm keeps it. */
interface Node {
  readonly ctorName: string;
  readonly matchLength: number;
  readonly children?: readonly Node[];
  readonly childOffsets?: readonly number[];
  isOptional(): boolean;
}

/** O2: a run of characters has no children here. */
const isRun = ({ ctorName, children = [] }: Node): boolean =>
  ctorName === "_iter" && children.every((child) => child.ctorName === "_terminal" && child.matchLength <= 2);

function shapeOf(node: Node): unknown {
  const children = node.isOptional() || !isRun(node) ? (node.children ?? []).map(shapeOf) : [];
  const offsets = children.length === 0 ? [] : node.childOffsets;
  return [node.ctorName, node.matchLength, offsets, children];
}

/** All that is asked of a match. */
function resultOf(match: MatchResult): unknown {
  if (!match.failed()) return shapeOf((match as unknown as { _cst: Node })._cst);
  return [match.getRightmostFailurePosition(), match.shortMessage];
}

function checkBoth(text: string): void {
  for (const name of ["Walia", "Draft"] as const)
    expect(resultOf(grammars[name].match(text))).toEqual(resultOf(plain[name].match(text)));
}

test.each(samples)("$name", ({ text }) => checkBoth(text));

/** A stretch of a sample in which some places are replaced by other characters. */
const excerpt = fc
  .record({ sample: fc.nat(samples.length - 1), from: fc.nat(4000), length: fc.integer({ min: 10, max: 300 }) })
  .map(({ sample, from, length }) => samples[sample]!.text.slice(from, from + length));
const edit = fc.record({
  at: fc.nat(400),
  removed: fc.nat(12),
  inserted: fc.constantFrom(
    "",
    '"',
    "'",
    "{",
    "}",
    "(",
    ")",
    "/",
    "//",
    "/*",
    "é",
    "\u{1F600}",
    "\ud800",
    "\0",
    "x",
    "1",
    "if",
    "=> ",
    "\n",
  ),
});

test(`any text (seed ${seed})`, () => {
  fc.assert(
    fc.property(excerpt, fc.array(edit, { maxLength: 4 }), (text, edits) => {
      checkBoth(
        edits.reduce((now, { at, removed, inserted }) => now.slice(0, at) + inserted + now.slice(at + removed), text),
      );
    }),
    { ...options, numRuns: options.numRuns * 3 },
  );
});

test(`a text that is matched on after each edit (seed ${seed})`, () => {
  fc.assert(
    fc.property(excerpt, fc.array(edit, { minLength: 1, maxLength: 6 }), (text, edits) => {
      const matcher = grammars.Draft.matcher();
      matcher.setInput(text);
      matcher.match();
      for (const { at, removed, inserted } of edits) {
        const { length } = matcher.getInput();
        const start = Math.min(at, length);
        matcher.replaceInputRange(start, Math.min(start + removed, length), inserted);
        expect(resultOf(matcher.match())).toEqual(resultOf(plain.Draft.match(matcher.getInput())));
      }
    }),
    options,
  );
});
