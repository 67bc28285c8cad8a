// Damaged programs: whatever the text, the compiler gives JavaScript that the host can read, or a LimitError; and a
// program that passes the check runs without an error of JavaScript's own. `SEED=` replays a run.

import { Script } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LimitError } from "../../runtime/compile/limits.ts";
import { compileProgram } from "../../runtime/compile/program.ts";
import { functions, methods } from "../../runtime/library/index.ts";
import { runWalia } from "../run.ts";
import { analysed } from "./lowered.ts";
import { programs } from "./programs.ts";

const seed = process.env.SEED === undefined ? Date.now() % 0x7fffffff : Number(process.env.SEED);

/** `RUNS=10` tries ten times as many. */
const runs = (count: number): number => count * Number(process.env.RUNS ?? 1);

const TOKEN = /"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d[\w.]*|\/\/[^\n]*|\s+|[^\s\w]/g;
const SCRAPS = [
  "{",
  "}",
  "(",
  ")",
  ";",
  "handle",
  "perform",
  "effect",
  "resume",
  "nil",
  "=",
  "+",
  "async",
  "await",
  "fun",
  "x",
];
/** Programs that do no I/O and end by themselves. */
const closed = programs.filter(
  ([, text]) => text.length < 4000 && !/net_|file_|io_|SIGNAL|sleep|input|args/.test(text),
);

/** A program with some of its tokens deleted, doubled, swapped or replaced. */
const damaged = (from: readonly (readonly [string, string])[], most: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...from.map(([, text]) => text)),
      fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...SCRAPS)), { minLength: 1, maxLength: most }),
    )
    .map(([text, edits]) => {
      const tokens = text.match(TOKEN) ?? [];
      for (const [where, how, scrap] of edits) {
        const at = where % tokens.length;
        if (how === 0) tokens.splice(at, 1);
        else if (how === 1) tokens.splice(at, 0, tokens[at]!, " ");
        else if (how === 2) tokens[at] = ` ${scrap} `;
        else tokens.splice(at, 0, tokens[(where * 7) % tokens.length]!);
      }
      return tokens.join("");
    });

function compilesOrSaysWhy(text: string): void {
  const { files, registry } = analysed(text);
  try {
    new Script(compileProgram(files, registry, { functions, methods }).text);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
  }
}

test(`damaged programs compile to JavaScript (seed ${seed})`, () => {
  fc.assert(fc.property(damaged(programs, 6), compilesOrSaysWhy), { seed, numRuns: runs(150) });
});

test("programs nested as deeply as the parser allows, and chains as long", () => {
  for (const text of [
    `print ${"(1 + ".repeat(90)}1${")".repeat(90)};`,
    `fun f(x) { ${"if (x) { ".repeat(90)}1${" }".repeat(90)} }`,
    `fun f(x) ${"if (x == 1) 1 else ".repeat(900)}2;`,
    `print ${"1 + ".repeat(900)}1; print ${"true and ".repeat(900)}1;`,
    `var f = ${"x => ".repeat(90)}1;`,
    `fun f() { ${'handle "A" { 1 } '.repeat(300)} 2 }`,
    `${"fun f() { 1 } ".repeat(2000)}`,
  ])
    compilesOrSaysWhy(text);
});

test(`damaged programs that pass the check end with a value, a fault or no end, never with an error of ours (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(damaged(closed, 2), async (text) => {
      const ran = await runWalia(text, { limit: 200 });
      expect([0, 65, 70]).toContain(ran.exitCode);
      expect(ran.faults).not.toMatch(/internal error|broken:|is not a function|undefined \(reading/);
    }),
    { seed, numRuns: runs(80) },
  );
}, 600_000);
