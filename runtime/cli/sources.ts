// The files of a program: those that were named, and those that they import.
//
// F1. A path is absolute, with forward slashes; what people see is cut to the working folder (paths.ts). So one file has
//     one path, however it was reached, and a rule's message names it as the user would.
// F2. Order of top-level code: a file comes after the files it imports, in the order of its imports, and otherwise as named.
//     In a circle of imports, whoever was reached first comes last. Every file comes once.

import type { FileTree, ImportDeclaration } from "../../language/ast.ts";
import { resolvePath } from "../../language/names/registry.ts";
import { type ItemCache, parseFile } from "../../language/parse/parse.ts";
import { FileTrouble, type ReadText } from "./trouble.ts";

export interface Sources {
  /** In the order of F2. */
  readonly trees: readonly FileTree[];
  /** Paths at which an import looked for a file before it found one, or found none. */
  readonly absent: readonly string[];
}

/** Parses the named files and all they import. */
export function loadSources(named: readonly string[], read: ReadText, caches: (path: string) => ItemCache): Sources {
  const reached = new Set<string>();
  const absent = new Set<string>();
  const trees: FileTree[] = [];

  const reach = (path: string): OpenFile | undefined => {
    reached.add(path);
    const text = read(path);
    if (text === undefined) return undefined;
    const tree = parseFile(path, text, caches(path));
    return { tree, imports: importsOf(tree).reverse() };
  };
  /** The file an import means, unless it has been reached before or is not there. */
  const follow = (target: string): OpenFile | undefined => {
    for (const candidate of [target, `${target}.wal`]) {
      if (absent.has(candidate)) continue;
      if (reached.has(candidate)) return undefined;
      const file = reach(candidate);
      if (file !== undefined) return file;
      absent.add(candidate);
    }
    return undefined;
  };
  // A stack of our own instead of recursion: a chain of imports may be as long as it likes.
  for (const path of named) {
    if (reached.has(path)) continue;
    const first = reach(path);
    if (first === undefined) throw new FileTrouble(path, "there is no such file");
    const pending = [first];
    while (pending.length > 0) {
      const top = pending.at(-1)!;
      const target = top.imports.pop();
      if (target === undefined) {
        trees.push(top.tree);
        pending.pop();
        continue;
      }
      const next = follow(target);
      if (next !== undefined) pending.push(next);
    }
  }
  return { trees, absent: [...absent] };
}

/** A file whose imports are being read: those that are left, last first. */
interface OpenFile {
  readonly tree: FileTree;
  readonly imports: string[];
}

/** The files that a file imports, in order, without the ending that may be missing. */
function importsOf(tree: FileTree): string[] {
  return tree.items
    .flatMap((item) => item.tree.statements)
    .filter((statement): statement is ImportDeclaration => statement.kind === "Import")
    .map((declaration) => resolvePath(tree.path, declaration.path));
}
