// The prelude as part of a program: its file comes first, and it sees its own names only. A program's file that declares a
// `map` of its own does not change what the library's functions call, and neither takes the other's name away.

import type { FileTree } from "../../language/ast.ts";
import type { Registry } from "../../language/names/model.ts";
import { buildRegistry } from "../../language/names/registry.ts";
import { resolveItem } from "../../language/names/resolve.ts";
import { type ItemCache, parseFile } from "../../language/parse/parse.ts";
import { PRELUDE_PATH, type ProgramFile } from "../compile/program.ts";
import preludeText from "../library/prelude.wal";

export interface Prelude {
  readonly file: ProgramFile;
  readonly registry: Registry;
}

export function parsePrelude(cache: ItemCache): FileTree {
  return parseFile(PRELUDE_PATH, preludeText, cache);
}

export function resolvePrelude(tree: FileTree): Prelude {
  const names = tree.items.map((item) => resolveItem(item.tree));
  const file: ProgramFile = { tree, names };
  return { file, registry: buildRegistry(new Map([[PRELUDE_PATH, file]])) };
}

/** What names mean in a program with its prelude: each file asks the registry it belongs to. */
export function withPrelude(program: Registry, prelude: Registry): Registry {
  const of = (file: string): Registry => (file === PRELUDE_PATH ? prelude : program);
  return {
    ...program,
    meaningOf: (file, name) => of(file).meaningOf(file, name),
    exportOf: (file, name) => of(file).exportOf(file, name),
    exportsIn: (file) => of(file).exportsIn(file),
    hasMissingImport: (file) => of(file).hasMissingImport(file),
    namesIn: (file) => of(file).namesIn(file),
  };
}
