// The registry: what a free name means in a given file of the workspace.
//
// G1. The order is: the file's own top-level names, the aliases of its imports, the names of the files it imports
//     without an alias, a name that exactly one file of the workspace declares, a built-in. The first that knows
//     the name decides.
// G2. Two imports without an alias that both declare the name make it ambiguous, and so do two files neither of which
//     is imported.
// G3. An import's path is relative to the importing file; `.wal` may be left out.
// G4. `resume` always is the built-in: handlers could not be compiled in place if it might be something else. A rule
//     says so to who declares it.

import type * as ast from "../ast.ts";
import { builtinNames, isBuiltin } from "./builtins.ts";
import type { ItemNames, Meaning, Registry } from "./model.ts";

type Global = Extract<Meaning, { kind: "global" }>;

export interface RegistryFile {
  readonly tree: ast.FileTree;
  /** One for each item of `tree`. */
  readonly names: readonly ItemNames[];
}

const UNDEFINED: Meaning = { kind: "undefined" };

/** Builds the registry of a workspace; one pass over its exports and imports. */
export function buildRegistry(files: ReadonlyMap<string, RegistryFile>): Registry {
  const exportsByFile = new Map<string, Map<string, Global>>();
  const declarations = new Map<string, Global[]>();
  const importsByFile = new Map<string, ast.ImportDeclaration[]>();

  for (const [file, { names }] of files) {
    const own = new Map<string, Global>();
    const imports: ast.ImportDeclaration[] = [];
    names.forEach((item, itemIndex) => {
      imports.push(...item.imports);
      for (const exported of item.exports) {
        const meaning: Global = { kind: "global", file, itemIndex, export: exported };
        if (!own.has(exported.name)) own.set(exported.name, meaning);
        const all = declarations.get(exported.name);
        if (all) all.push(meaning);
        else declarations.set(exported.name, [meaning]);
      }
    });
    exportsByFile.set(file, own);
    if (imports.length > 0) importsByFile.set(file, imports);
  }

  function importedFile(file: string, declaration: ast.ImportDeclaration): string | undefined {
    const path = resolvePath(file, declaration.path);
    return [path, `${path}.wal`].find((candidate) => files.has(candidate));
  }

  function imported(file: string, name: string): Meaning | undefined {
    const imports = importsByFile.get(file);
    if (!imports) return undefined;
    const alias = imports.find((declaration) => declaration.alias?.name === name);
    if (alias) {
      const target = importedFile(file, alias) ?? resolvePath(file, alias.path);
      return { kind: "module", file: target, declaration: alias };
    }
    const found = new Map<string, Global>();
    for (const declaration of imports) {
      if (declaration.alias) continue;
      const target = importedFile(file, declaration);
      const meaning = target === undefined ? undefined : exportsByFile.get(target)?.get(name);
      if (meaning) found.set(meaning.file, meaning);
    }
    if (found.size > 1) return { kind: "ambiguous", files: [...found.keys()] };
    return found.values().next().value;
  }

  function everywhere(name: string): Meaning | undefined {
    const all = declarations.get(name);
    if (!all) return undefined;
    const inFiles = [...new Set(all.map((meaning) => meaning.file))];
    return inFiles.length > 1 ? { kind: "ambiguous", files: inFiles } : all[0];
  }

  function find(file: string, name: string): Meaning {
    const declared =
      name === "resume"
        ? undefined // G4
        : (exportsByFile.get(file)?.get(name) ?? imported(file, name) ?? everywhere(name));
    return declared ?? (isBuiltin(name) ? { kind: "builtin", name } : UNDEFINED);
  }

  // A name is asked for by many rules at each of its uses.
  const known = new Map<string, Map<string, Meaning>>();
  function meaningOf(file: string, name: string): Meaning {
    let inFile = known.get(file);
    if (inFile === undefined) {
      inFile = new Map();
      known.set(file, inFile);
    }
    let meaning = inFile.get(name);
    if (meaning === undefined) {
      meaning = find(file, name);
      inFile.set(name, meaning);
    }
    return meaning;
  }

  return {
    meaningOf,
    exportOf: (file, name) => exportsByFile.get(file)?.get(name) ?? UNDEFINED,
    importedFile,
    hasMissingImport: (file) =>
      (importsByFile.get(file) ?? []).some((each) => !each.alias && importedFile(file, each) === undefined),
    exportsIn: (file) => [...(exportsByFile.get(file)?.keys() ?? [])],
    declarationsOf: (name) => declarations.get(name) ?? [],
    namesIn: (file) => {
      const aliases = (importsByFile.get(file) ?? []).flatMap((declaration) => declaration.alias?.name ?? []);
      return [...new Set([...aliases, ...declarations.keys(), ...builtinNames()])];
    },
  };
}

/** `import "../lib/net"` in `/app/src/main.wal` is `/app/lib/net`. Works on both kinds of slashes. */
export function resolvePath(importer: string, path: string): string {
  const target = path.replaceAll("\\", "/");
  if (target.startsWith("/") || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(target)) return target;
  const parts = importer.replaceAll("\\", "/").split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
