// Every action that is offered, at random places of whole programs, keeps the laws of actions.ts; and a rewriting that says so leaves
// what the program prints as it is. Asking never fails, whatever the text.
//
// `SEED=… RUNS=… npx vitest run tests/server/actions` runs a failure again, or longer.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Span } from "../../../language/ast.ts";
import { parseFile } from "../../../language/parse/parse.ts";
import { type Node, walk } from "../../../language/walk.ts";
import { Asked } from "../../../server/actions/action.ts";
import { runWalia } from "../../run.ts";
import { after, checkAction, everyAction, viewOf } from "./actions.ts";

const FILE = "/main.wal";
const root = join(import.meta.dirname, "../../..");
const folder = (name: string) => readdirSync(join(root, name)).map((file) => join(name, file));
const programs = [...folder("examples"), ...folder("tests/parse/samples")]
  .filter((name) => name.endsWith(".wal"))
  .map((name) => ({ name, text: readFileSync(join(root, name), "utf8"), places: [] as readonly Span[] }))
  .map((program) => ({ ...program, places: placesOf(program.text) }));

const seed = Number(process.env.SEED ?? (process.env.CI ? 21 : Date.now()) % 2 ** 31);
const options = { seed, numRuns: Number(process.env.RUNS ?? 15) };

/** The nodes of a program, and runs of statements. */
function placesOf(text: string): Span[] {
  return parseFile(FILE, text).items.flatMap(({ offset, tree }) => {
    const found: Span[] = [];
    const add = (start: number, end: number): void => void found.push({ start: start + offset, end: end + offset });
    for (const statement of tree.statements)
      walk(statement, (node: Node) => {
        add(node.start, node.end);
        if (node.kind !== "Block") return undefined;
        node.statements.forEach((first, index) => {
          for (const last of node.statements.slice(index + 1, index + 4)) add(first.start, last.end);
        });
        return undefined;
      });
    return found;
  });
}

/** A program, and a cursor or a selection in it. */
const asked = fc
  .record({
    program: fc.nat(programs.length - 1),
    place: fc.nat(),
    how: fc.constantFrom("start", "end", "middle", "all"),
  })
  .map(({ program, place, how }) => {
    const { name, text, places } = programs[program]!;
    const { start, end } = places[place % places.length]!;
    const at = how === "start" ? start : how === "end" ? end : Math.floor((start + end) / 2);
    return { name, text, span: how === "all" ? { start, end } : { start: at, end: at } };
  });

/** Programs that end by themselves and say the same each time. */
const RUNNING = /(approval|backtracking|dependency_injection|exceptions|generators|hello|mocking_io|state)\.wal$/;
const outputs = new Map<string, string>();

async function outputOf(text: string): Promise<string> {
  const { output, faults, exitCode } = await runWalia(text, { limit: 5000 });
  return `${output}\n${faults.replace(/main\.wal:\d+(:\d+)?|^ +\d+ \|.*$/gm, "")}\n${exitCode}`;
}

test(`every action does what it says (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(asked, async ({ name, text, span }) => {
      const view = viewOf(new Map([[FILE, text]]));
      for (const action of everyAction(view, FILE, span)) {
        const made = checkAction(view, FILE, action).get(FILE)!;
        if (!action.preserves || !RUNNING.test(name)) continue;
        const expected = outputs.get(name) ?? (await outputOf(text));
        outputs.set(name, expected);
        expect(await outputOf(made), `${action.title}\n${made}`).toBe(expected);
      }
    }),
    options,
  );
}, 300_000);

test(`asking never fails, whatever the text (seed ${seed})`, () => {
  const damaged = fc
    .record({ program: fc.nat(programs.length - 1), from: fc.nat(), cuts: fc.array(fc.nat(), { maxLength: 4 }) })
    .map(({ program, from, cuts }) => {
      const { text } = programs[program]!;
      const part = text.slice(from % text.length).slice(0, 600);
      return cuts.reduce(
        (now, cut) => now.slice(0, cut % (now.length + 1)) + now.slice((cut % (now.length + 1)) + 3),
        part,
      );
    });
  fc.assert(
    fc.property(
      fc.oneof(damaged, fc.string({ unit: "binary", maxLength: 60 })),
      fc.nat(),
      fc.nat(40),
      (text, at, length) => {
        const view = viewOf(new Map([[FILE, text]]));
        const start = at % (text.length + 1);
        const span = { start, end: Math.min(text.length, start + length) };
        for (const action of everyAction(view, FILE, span)) after(view, FILE, action);
        Asked.of(view, FILE, span);
      },
    ),
    // A layout's field without its type.
    { ...options, examples: [["layout H { m: };", 0, 0]] },
  );
});
