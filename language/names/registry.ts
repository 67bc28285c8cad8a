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
import { Spellings } from "./spelling.ts";

type Global = Extract<Meaning, { kind: "global" }>;

export interface RegistryFile {
  readonly tree: ast.FileTree;
  /** One for each item of `tree`. */
  readonly names: readonly ItemNames[];
}

const UNDEFINED: Meaning = { kind: "undefined" };

/** Builds the registry of a workspace; one pass over its exports and imports. */
export function buildRegistry(files: ReadonlyMap<string, RegistryFile>): Registry {
  return registryOf(new Map([...files].map(([file, { names }]) => [file, fileNames(file, names)])));
}

/** What the registry has to know of one file. It holds as long as the file does. */
export interface FileNames {
  readonly exports: Exports;
  readonly imports: readonly ast.ImportDeclaration[];
  /** The names of `exports`, in order, once for each declaration. */
  readonly outline: string;
}

export function fileNames(file: string, names: readonly ItemNames[]): FileNames {
  const exports = new Map<string, Global[]>();
  const imports: ast.ImportDeclaration[] = [];
  const outline: string[] = [];
  names.forEach((item, itemIndex) => {
    imports.push(...item.imports);
    for (const exported of item.exports) {
      const meaning: Global = { kind: "global", file, itemIndex, export: exported };
      outline.push(exported.name);
      const same = exports.get(exported.name);
      if (same) same.push(meaning);
      else exports.set(exported.name, [meaning]);
    }
  });
  return { exports: new Exports(exports), imports, outline: outline.join() };
}

type Declared = ReadonlyMap<string, readonly Global[]>;

const NONE: Declared = new Map();
/** So many names of a file stand apart at most. */
const APART = 16;

/** Declarations by name. Those of a few names stand apart from the rest, which versions share: a copy of all at each edit costs. */
class Exports {
  readonly #all: Declared;
  /** Instead of what is in `#all` under the same names. */
  readonly #now: Declared;

  constructor(all: Declared, now = NONE) {
    this.#all = all;
    this.#now = now;
  }

  get(name: string): readonly Global[] | undefined {
    return this.#now.get(name) ?? this.#all.get(name);
  }

  names(): Iterable<string> {
    return this.#all.keys();
  }

  /** With other declarations of names that are there. */
  with(others: Declared): Exports {
    const now = new Map([...this.#now, ...others]);
    return now.size <= APART ? new Exports(this.#all, now) : new Exports(new Map([...this.#all, ...now]));
  }
}

/** The same for the next version of the file: behind `start` items, some have gone and others have come. */
export function fileNamesAgain(
  old: FileNames,
  file: string,
  names: readonly ItemNames[],
  { start, gone, come }: { start: number; gone: readonly ItemNames[]; come: readonly ItemNames[] },
): FileNames {
  const isLike = (is: ItemNames, was: ItemNames): boolean =>
    is.imports.length + was.imports.length === 0 &&
    is.exports.length === was.exports.length &&
    is.exports.length <= 1 &&
    is.exports[0]?.name === was.exports[0]?.name;
  if (gone.length !== come.length || !come.every((item, index) => isLike(item, gone[index]!)))
    return fileNames(file, names);
  const others = new Map<string, readonly Global[]>();
  for (const [index, item] of come.entries())
    for (const exported of item.exports) {
      const itemIndex = start + index;
      const now: Global = { kind: "global", file, itemIndex, export: exported };
      const { name } = exported;
      const declared = others.get(name) ?? old.exports.get(name)!;
      others.set(
        name,
        declared.map((each) => (each.itemIndex === itemIndex ? now : each)),
      );
    }
  return { ...old, exports: old.exports.with(others) };
}

/** Who declares what at top level. It holds as long as no file's outline changes. */
interface Declaring {
  /** The files that declare each name. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly duplicates: readonly string[];
  /** These names and the built-in ones. */
  readonly names: readonly string[];
  readonly spellings: Spellings;
}

/** A registry, and what it was made from, for the next version. */
export interface NewestRegistry extends Registry {
  readonly from: { readonly files: ReadonlyMap<string, FileNames>; readonly declaring: Declaring };
}

function declaringIn(files: ReadonlyMap<string, FileNames>, previous: NewestRegistry | undefined): Declaring {
  if (previous && hasSameOutlines(previous.from.files, files)) return previous.from.declaring;
  const found = new Map<string, string[]>();
  const duplicates = new Set<string>();
  for (const [file, { exports }] of files) {
    for (const name of exports.names()) {
      const all = found.get(name);
      if (all) all.push(file);
      else found.set(name, [file]);
      if (all || exports.get(name)!.length > 1) duplicates.add(name);
    }
  }
  const names = [...new Set([...found.keys(), ...builtinNames()])];
  return { files: found, duplicates: [...duplicates], names, spellings: new Spellings(names) };
}

function hasSameOutlines(before: ReadonlyMap<string, FileNames>, after: ReadonlyMap<string, FileNames>): boolean {
  if (before.size !== after.size) return false;
  const paths = before.keys();
  for (const file of after.keys())
    if (paths.next().value !== file || before.get(file)!.outline !== after.get(file)!.outline) return false;
  return true;
}

/** The registry of a workspace; `previous` is one of an earlier version, from which it takes what still holds. */
export function registryOf(files: ReadonlyMap<string, FileNames>, previous?: NewestRegistry): NewestRegistry {
  const declaring = declaringIn(files, previous);
  const exportOf = (file: string, name: string): Global | undefined => files.get(file)?.exports.get(name)?.[0];
  const importsIn = (file: string): readonly ast.ImportDeclaration[] => files.get(file)?.imports ?? [];

  const aliasesIn = (file: string): string[] => importsIn(file).flatMap((declaration) => declaration.alias?.name ?? []);

  function importedFile(file: string, declaration: ast.ImportDeclaration): string | undefined {
    const path = resolvePath(file, declaration.path);
    return [path, `${path}.wal`].find((candidate) => files.has(candidate));
  }

  function imported(file: string, name: string): Meaning | undefined {
    const imports = importsIn(file);
    const alias = imports.find((declaration) => declaration.alias?.name === name);
    if (alias) {
      const target = importedFile(file, alias) ?? resolvePath(file, alias.path);
      return { kind: "module", file: target, declaration: alias };
    }
    const found = new Map<string, Global>();
    for (const declaration of imports) {
      if (declaration.alias) continue;
      const target = importedFile(file, declaration);
      const meaning = target === undefined ? undefined : exportOf(target, name);
      if (meaning) found.set(meaning.file, meaning);
    }
    if (found.size > 1) return { kind: "ambiguous", files: [...found.keys()] };
    return found.values().next().value;
  }

  function everywhere(name: string): Meaning | undefined {
    const inFiles = declaring.files.get(name);
    if (inFiles === undefined) return undefined;
    return inFiles.length > 1 ? { kind: "ambiguous", files: inFiles } : exportOf(inFiles[0]!, name);
  }

  function find(file: string, name: string): Meaning {
    const declared =
      name === "resume"
        ? undefined // G4
        : (exportOf(file, name) ?? imported(file, name) ?? everywhere(name));
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
    from: { files, declaring },
    meaningOf,
    exportOf: (file, name) => exportOf(file, name) ?? UNDEFINED,
    importedFile,
    hasMissingImport: (file) => importsIn(file).some((each) => !each.alias && importedFile(file, each) === undefined),
    exportsIn: (file) => [...(files.get(file)?.exports.names() ?? [])],
    declarationsOf: (name) =>
      (declaring.files.get(name) ?? []).flatMap((file) => files.get(file)?.exports.get(name) ?? []),
    duplicates: () => declaring.duplicates,
    namesIn: (file) => {
      const aliases = aliasesIn(file);
      return aliases.length === 0 ? declaring.names : [...new Set([...aliases, ...declaring.names])];
    },
    nearest: (file, name) => {
      const alias = new Spellings(aliasesIn(file)).nearest(name);
      const declared = declaring.spellings.nearest(name);
      return alias === undefined || (declared && declared.distance < alias.distance) ? declared : alias;
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
