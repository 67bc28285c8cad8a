// The formatter over whole programs, as they are and after random changes; and what the examples owe their readers.
// `SEED=… npx vitest run tests/format` runs a failure again.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scan } from "../../language/parse/scan.ts";
import { checkFormat } from "./laws.ts";

const root = join(import.meta.dirname, "../..");
const folder = (name: string) => readdirSync(join(root, name)).map((file) => join(name, file));
const programs = [...folder("examples"), ...folder("tests/parse/samples"), ...folder("bench/programs")]
  .filter((name) => name.endsWith(".wal"))
  .concat("runtime/library/prelude.wal")
  .map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }));

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const options = { seed, numRuns: Number(process.env.RUNS ?? 150) };

describe("programs", () => {
  test.each(programs)("$name keeps its meaning", ({ text }) => void checkFormat(text));

  test.each(programs)("$name keeps it with everything on one line, or every token on its own", ({ text }) => {
    const whole = scan(text);
    const glued = (separator: string) => {
      let made = "";
      let end = 0;
      for (const { start, end: next } of whole.tokens) {
        const between = text.slice(end, start);
        made += between.includes("//") || between.includes("/*") ? between : between === "" ? "" : separator;
        made += text.slice(start, next);
        end = next;
      }
      return made;
    };
    checkFormat(glued(" "));
    checkFormat(glued("\n\n\n   "));
    checkFormat(text.replaceAll("\n", "\r\n"));
  });
});

/** Places where a comment or space can be put without changing the program: between tokens. */
const disturbed = fc
  .record({
    program: fc.nat(programs.length - 1),
    from: fc.nat(),
    steps: fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom("\n", "\n\n\n", " // c\n", "\n// own\n", "/* b */", "\n/* o */\n", "\n/*\n * s\n */\n", ";"),
      ),
      {
        minLength: 1,
        maxLength: 6,
      },
    ),
  })
  .map(({ program, from, steps }) => {
    const { text } = programs[program]!;
    // A window of some items: small enough to parse often.
    const starts = [...text.matchAll(/^(?=\S)/gm)].map((match) => match.index);
    const start = starts[from % starts.length]!;
    const near = text.slice(start, start + 1500);
    const { tokens } = scan(near);
    return steps
      .map(([at, what]) => ({ at: tokens[at % Math.max(1, tokens.length)]?.start ?? 0, what }))
      .sort((a, b) => b.at - a.at)
      .reduce((now, { at, what }) => now.slice(0, at) + what + now.slice(at), near);
  });

test("a comment on lines of its own before a function in a call", () => {
  const text = "with_state(0,\n/*\n * s\n */\n() => {\n    go();\n});\n";
  expect(checkFormat(text)).toBe(
    "with_state(\n    0,\n    /*\n     * s\n     */\n    () => {\n        go();\n    },\n);\n",
  );
});

describe("random changes", () => {
  test(`comments, line ends and signs anywhere (seed ${seed})`, () => {
    fc.assert(
      fc.property(disturbed, (text) => void checkFormat(text)),
      options,
    );
  });
});

test("the examples and the library are formatted", () => {
  for (const { name, text } of programs.filter(({ name }) => !name.startsWith("tests") && !name.startsWith("bench")))
    expect(checkFormat(text), `walia fmt ${name}`).toBe(text);
});
