// Versions of a program for an upgrade of its suspended tasks (upgrade/): the one on disk, and those in its `.wld` file.

import type { Cache } from "../../cache/cache.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import { PRELUDE_PATH } from "../compile/program.ts";
import { Table } from "../horizon/tables.ts";
import type { Image } from "../reactor/keep/image.ts";
import type { ProgramSource } from "../upgrade/version.ts";
import { check, hasErrors, loadSources, parsePrelude, programSource } from "./frontend.ts";
import { itemCaches } from "./items.ts";
import { sourcesOf, textsOf } from "./kept.ts";
import type { ReadText } from "./trouble.ts";

export interface Analysed {
  /** Null when the program has errors. */
  readonly source: ProgramSource | null;
  readonly diagnostics: readonly Diagnostic[];
  /** The record of its sources in the file `path`. */
  sources(path: string): ReturnType<typeof sourcesOf>;
}

/** Analyses the program of these files. */
export function analysed(named: readonly string[], read: ReadText, cache: Cache): Analysed {
  const items = itemCaches(cache);
  const { trees } = loadSources(named, read, items.of);
  const checked = check(trees);
  const { diagnostics } = checked;
  const source = hasErrors(diagnostics) ? null : programSource(checked, parsePrelude(items.of(PRELUDE_PATH)));
  items.save();
  return { source, diagnostics, sources: (path) => sourcesOf(trees, path) };
}

/**
 * The versions whose sources are in the file at `path`, without the one that is known as `except`; and how many there are that
 * have errors for this release. HorizonError when a record is none.
 */
export function olderVersions(
  image: Image,
  path: string,
  except: string,
  cache: Cache,
): { readonly older: readonly ProgramSource[]; readonly unreadable: number } {
  const older: ProgramSource[] = [];
  let unreadable = 0;
  for (const [key, record] of image.get(Table.Sources) ?? []) {
    if (key === except) continue;
    const texts = textsOf(record, path);
    const { source } = analysed([...texts.keys()], (name) => texts.get(name), cache);
    if (source === null) unreadable++;
    else older.push(source);
  }
  return { older, unreadable };
}
