// The tests of a program: its test blocks and the examples of its doc comments.
//
// U1. Every test has a fresh state: the program is loaded anew, and of its top-level code only `var`, `const` and
//     program-wide `handle` statements run before the test. What else stands there is the program's own business (it may
//     start a server), and a file may hold its program and its tests.
// U2. Only the tests of the named files run, not those of the files they import.

import type { FileTree } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import { examplesOf, ownerOf } from "../../language/doc-examples.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import type { Counts } from "../compile/load.ts";
import type { CompiledProgram } from "../compile/program.ts";
import { findPorts } from "./config.ts";
import type { Context } from "./context.ts";
import { type Checked, check, compile, hasErrors, loadSources, parsePrelude } from "./frontend.ts";
import { itemCaches } from "./items.ts";
import type { ReadText } from "./trouble.ts";
import { View } from "./view.ts";

/** A test that can be run. */
export interface Case {
  readonly title: string;
  readonly kind: "test" | "example";
  /** The file as people know it, without the mark of an example. */
  readonly file: string;
  readonly line: number;
  readonly program: CompiledProgram;
  readonly trees: readonly FileTree[];
  readonly view: View;
  readonly counts: Counts;
  readonly ports: ReadonlyMap<number, string>;
}

/** What there is to run of some files that are one program; or why there is nothing. */
export type Collected =
  | { readonly diagnostics: readonly Diagnostic[]; readonly view: View }
  | {
      readonly diagnostics: null;
      readonly view: View;
      readonly checked: Checked;
      readonly prelude: FileTree;
      readonly program: CompiledProgram;
      readonly cases: readonly Case[];
      /** How often each part of the program has run in all of them. */
      readonly counts: Counts;
    };

/** `isCounted`: the parts of the program are counted as they run; tests and examples are none. `isProbed`: all is debugged. */
export function collect(
  named: readonly string[],
  read: ReadText,
  { folder, terminal, cache }: Context,
  { isCounted = false, isProbed = false }: { readonly isCounted?: boolean; readonly isProbed?: boolean },
): Collected {
  const items = itemCaches(cache);
  const { trees } = loadSources(named, read, items.of);
  const isNamed = new Set(named);
  const examples = trees.filter(({ path }) => isNamed.has(path)).flatMap(examplesOf);
  const parsed = memoryCache();
  const all = [...trees, ...examples.map(({ path, text }) => parseFile(path, text, parsed))];
  const texts = new Map(all.map(({ path, text }) => [path, text]));
  const view = new View(terminal.paint, (path) => texts.get(path), folder);
  const checked = check(all);
  const prelude = parsePrelude(items.of("walia:prelude"));
  items.save();
  if (hasErrors(checked.diagnostics)) return { diagnostics: checked.diagnostics, view };

  const own = new Set(trees.map(({ path }) => path));
  const program = compile(checked, prelude, {
    isCounted: (path) => isCounted && own.has(path),
    isProbed: () => isProbed,
  });
  const counts: Counts = new Float64Array(program.counters.length);
  const titles = new Map(examples.map(({ path, title }) => [path, title]));
  const kinds = new Map(all.map((tree) => [tree.path, tree]));
  const isKept = (unit: number): boolean => {
    const { file, item } = program.units[unit]!;
    const tree = kinds.get(file);
    // The prelude has no top-level code.
    return tree === undefined || tree.items[item]!.tree.statements.every(isSetUp);
  };
  const setUp = program.tops.filter(isKept);
  const cases = program.tests.flatMap(({ title, file, unit }): Case[] => {
    const owner = ownerOf(file);
    if (!isNamed.has(owner)) return [];
    const tree = kinds.get(file)!;
    const item = tree.items[program.units[unit]!.item]!;
    const statement = item.tree.statements.find(({ kind }) => kind === "Test");
    return [
      {
        title: titles.get(file) ?? title,
        kind: titles.has(file) ? "example" : "test",
        file: owner,
        line: view.placeOf(file, item.offset + (statement?.start ?? 0))?.line ?? 1,
        program: { ...program, tops: [...setUp, unit] },
        trees: [prelude, ...all],
        view,
        counts,
        ports: findPorts(owner, read),
      },
    ];
  });
  const order = new Map(named.map((path, index) => [path, index]));
  cases.sort((a, b) => order.get(a.file)! - order.get(b.file)! || a.line - b.line);
  return { diagnostics: null, view, checked, prelude, program, cases, counts };
}

/** U1 */
function isSetUp(statement: FileTree["items"][number]["tree"]["statements"][number]): boolean {
  return statement.kind === "Var" || (statement.kind === "Handle" && statement.body === null);
}
