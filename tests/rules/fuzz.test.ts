// Whatever the text is, the analysis gives an answer, and after an edit the same one as a fresh analysis. Programs are cut up, doubled and shuffled; a failure prints the seed
// and the shrunk text.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Analysis, createWorkspace } from "../../language/analyse.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";

const folder = new URL("../parse/samples/", import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.endsWith(".wal"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"));
const WORDS =
  'handle "A" { } in perform effect.continuation resume( fun f( class C < D with T match _ => var const ) } { ; async await import "b" as x this super unsafe test "t" return break = |> ~ .. @sql layout'.split(
    " ",
  );

/** A change of a text: remove a piece, insert a word, or repeat a piece elsewhere. */
const change = fc.record({
  kind: fc.constantFrom("remove", "insert", "repeat"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 60 }),
  word: fc.constantFrom(...WORDS),
});

function apply(text: string, { kind, at, to, length, word }: typeof change extends fc.Arbitrary<infer T> ? T : never) {
  const start = Math.floor(at * text.length);
  const target = Math.floor(to * text.length);
  if (kind === "remove") return text.slice(0, start) + text.slice(start + length);
  if (kind === "insert") return `${text.slice(0, start)} ${word} ${text.slice(start)}`;
  return text.slice(0, target) + text.slice(start, start + length) + text.slice(target);
}

/** Everything that an analysis says, without the ways by which it came to say so. */
function told(analysis: Analysis): unknown {
  return [...analysis.files].map(([file, tree]) => [
    analysis.diagnostics(file).map(({ code, message, span }) => ({ code, message, span })),
    tree.items.map((_, index) =>
      analysis
        .names(file, index)
        .units.map((unit) => [
          unit.path,
          analysis.facts.rowOf(unit),
          analysis.facts.maySuspend(unit),
          analysis.facts.isRecursive(unit),
          analysis.facts.callHeight(unit),
          analysis.facts.placeOf(unit),
        ]),
    ),
  ]);
}

function afresh({ files }: Analysis): Analysis {
  const workspace = createWorkspace();
  for (const tree of files.values()) workspace.setFile(tree);
  return workspace.analyse();
}

test("mutated programs are analysed, before and after the change", () => {
  const cache = memoryCache();
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  // Parsing mutated text takes most of the time: the runs that a slow machine does not get to are left out.
  const deadline = Date.now() + 8_000;
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 4 }), (sample, changes) => {
      if (Date.now() > deadline) return;
      const workspace = createWorkspace();
      const say = (path: string, text: string): void => {
        const tree = parseFile(path, text, cache);
        workspace.setFile(tree);
        const analysis = workspace.analyse();
        for (const { span } of analysis.diagnostics(path)) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeLessThanOrEqual(text.length);
        }
        expect(told(analysis)).toEqual(told(afresh(analysis)));
      };
      say("/main.wal", sample);
      say("/b.wal", "var shared = 1; fun f(a) a;");
      say("/main.wal", changes.reduce(apply, sample));
      say("/main.wal", sample);
    }),
    { seed, numRuns: 60, verbose: true },
  );
});
