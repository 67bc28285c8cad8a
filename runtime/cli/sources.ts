// The files of a program: those that were named, and those that they import.
//
// F1. A path is absolute, with forward slashes; what people see is cut to the working folder (paths.ts). So one file has
//     one path, however it was reached, and a rule's message names it as the user would.
// F2. Order of top-level code: a file comes after the files it imports, in the order of its imports, and otherwise as named.
//     In a circle of imports, whoever was reached first comes last. Every file comes once.

import type { FileTree, ImportDeclaration } from "../../language/ast.ts";
import { resolvePath } from "../../language/names/registry.ts";
import { type ItemCache, parseFile } from "../../language/parse/parse.ts";

/** The text at a path; undefined when there is no file. Throws FileTrouble for a file that cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** A file that is named and cannot be used. */
export class FileTrouble extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

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

  const open = (path: string): FileTree | undefined => {
    const text = read(path);
    return text === undefined ? undefined : parseFile(path, text, caches(path));
  };
  // A list of what is open instead of recursion: a chain of imports may be as long as it likes.
  const reach = (path: string): { readonly tree: FileTree; readonly imports: string[] } | undefined => {
    reached.add(path);
    const tree = open(path);
    return tree === undefined ? undefined : { tree, imports: importsOf(tree).reverse() };
  };
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
      for (const candidate of [target, `${target}.wal`]) {
        if (reached.has(candidate)) {
          if (!absent.has(candidate)) break;
          continue;
        }
        const next = reach(candidate);
        if (next !== undefined) {
          pending.push(next);
          break;
        }
        absent.add(candidate);
      }
    }
  }
  return { trees, absent: [...absent] };
}

/** The files that a file imports, in order, without the ending that may be missing. */
function importsOf(tree: FileTree): string[] {
  return tree.items
    .flatMap((item) => item.tree.statements)
    .filter((statement): statement is ImportDeclaration => statement.kind === "Import")
    .map((declaration) => resolvePath(tree.path, declaration.path));
}
