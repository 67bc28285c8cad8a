// The shortest way from names of files to what a command wants of them: a result that an earlier run has kept, if every
// file it came from still has the same text and no other has come in between; else the whole way through frontend.ts.
//
//   kept under the named paths:  files (path, fingerprint of the text, where its items are) · paths where an import found nothing ·
//                                diagnostics · the compiled program, when there were no errors and it was asked for

import { type Cache, fingerprint } from "../../cache/cache.ts";
import type { FileTree } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import type { CompiledProgram } from "../compile/program.ts";
import preludeText from "../library/prelude.wal";
import { itemCaches } from "./items.ts";
import type { ReadText } from "./trouble.ts";

export interface Prepared {
  /** Paths in the order in which top-level code runs; the prelude is not among them. */
  readonly paths: readonly string[];
  readonly textOf: (path: string) => string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Runnable {
  readonly program: CompiledProgram;
  /** The prelude and the files, enough of them to load the program. */
  readonly trees: readonly FileTree[];
}

interface StoredFile {
  readonly path: string;
  readonly fingerprint: string;
  /** End and hash of each item. */
  readonly items: readonly (readonly [end: number, hash: string])[];
}

interface Stored {
  readonly files: readonly StoredFile[];
  readonly absent: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly compiled: { readonly program: CompiledProgram; readonly prelude: StoredFile } | null;
}

/** Checks the named files. */
export async function prepareCheck(named: readonly string[], read: ReadText, cache: Cache): Promise<Prepared> {
  return (await prepare("check", named, read, cache)).prepared;
}

/** Checks the named files and compiles them; `runnable` is null when they have errors. */
export async function prepareRun(named: readonly string[], read: ReadText, cache: Cache): Promise<Result> {
  return prepare("run", named, read, cache);
}

interface Result {
  readonly prepared: Prepared;
  readonly runnable: Runnable | null;
}

async function prepare(kind: "check" | "run", named: readonly string[], read: ReadText, cache: Cache): Promise<Result> {
  const key = named.join("\n");
  const stored = cache.read(kind, key) as Stored | undefined;
  if (stored !== undefined && isCurrent(stored, read)) return restore(stored, read);
  const made = await make(kind, named, read, cache);
  cache.write(kind, key, made);
  return restore(made, read);
}

/** Reads every file that had to do with the result, and nothing else. */
function isCurrent(stored: Stored, read: ReadText): boolean {
  return (
    stored.files.every((file) => {
      const text = read(file.path);
      return text !== undefined && fingerprint(text) === file.fingerprint;
    }) && stored.absent.every((path) => read(path) === undefined)
  );
}

function restore({ files, diagnostics, compiled }: Stored, read: ReadText): Result {
  const prepared: Prepared = { paths: files.map(({ path }) => path), textOf: read, diagnostics };
  if (compiled === null) return { prepared, runnable: null };
  const { program, prelude } = compiled;
  const trees = [outline(prelude, preludeText), ...files.map((file) => outline(file, read(file.path) ?? ""))];
  return { prepared, runnable: { program, trees } };
}

/** A tree with its items' texts and places, and nothing in them: what loading a compiled program needs of it. */
function outline(file: StoredFile, text: string): FileTree {
  let offset = 0;
  const items = file.items.map(([end, itemHash]) => {
    const item = {
      offset,
      tree: { text: text.slice(offset, end), hash: itemHash, statements: [], errors: [], comments: [] },
    };
    offset = end;
    return item;
  });
  return { path: file.path, text, items };
}

async function make(kind: "check" | "run", named: readonly string[], read: ReadText, cache: Cache): Promise<Stored> {
  const { check, compile, hasErrors, loadSources, parsePrelude } = await import("./frontend.ts");
  const items = itemCaches(cache);
  const { trees, absent } = loadSources(named, read, items.of);
  const checked = check(trees);
  const { diagnostics } = checked;
  let compiled: Stored["compiled"] = null;
  if (kind === "run" && !hasErrors(diagnostics)) {
    const prelude = parsePrelude(items.of(PRELUDE));
    compiled = { program: compile(checked, prelude), prelude: storedFile(prelude) };
  }
  items.save();
  return { files: trees.map(storedFile), absent, diagnostics, compiled };
}

/** Names the prelude's items in the cache. */
const PRELUDE = "walia:prelude";

function storedFile(tree: FileTree): StoredFile {
  return {
    path: tree.path,
    fingerprint: fingerprint(tree.text),
    items: tree.items.map((item) => [item.offset + item.tree.text.length, item.tree.hash]),
  };
}
