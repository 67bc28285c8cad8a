// For the language server: which code of the program, as it is in the editor, suspended tasks in its `.wld` files could not move to
// (upgrade/standing.ts, server/tools.ts).
//
// Q1. A file is read again when its time or size is another one, but not more often than every AGAIN milliseconds: a program may be
//     running. Files of more than MOST_BYTES are not read: that would take too long beside somebody who types. Tasks are read in
//     slices of SLICE milliseconds.
// Q2. A version of the program is analysed once, and only items that are not in the editor are parsed. Sources that are longer than
//     MOST_TEXT are left alone.
// Q3. The program is that of the files whose sources are in the `.wld` file, with their texts in the editor.

import { statSync } from "node:fs";
import { type Analysis, createWorkspace } from "../../language/analyse.ts";
import type { FileTree } from "../../language/ast.ts";
import { type ItemCache, memoryCache } from "../../language/parse/parse.ts";
import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import type { StuckCode } from "../../server/tools.ts";
import { LimitError } from "../compile/limits.ts";
import { payloadOf } from "../horizon/check.ts";
import { readFile } from "../horizon/store.ts";
import { type Key, Table } from "../horizon/tables.ts";
import { HorizonError } from "../horizon/trouble.ts";
import { Numbers } from "../upgrade/outline.ts";
import { type Standing, type Stuck, standingsOf, stuckIn } from "../upgrade/standing.ts";
import { type Place, type ProgramSource, Version } from "../upgrade/version.ts";
import { parsePrelude, programSource } from "./frontend.ts";
import { textsOf } from "./kept.ts";
import { loadSources } from "./sources.ts";

const AGAIN = 5_000;
const SLICE = 12;
const MOST_BYTES = 16 * 1024 * 1024;
/** UTF-16 units. */
const MOST_TEXT = 2 * 1024 * 1024;
/** Tasks that are named. */
const MOST_NAMED = 5;

/** What was read of a `.wld` file. */
interface Known {
  readonly stamp: string;
  readonly readAt: number;
  /** By the keys of their sources. */
  readonly versions: ReadonlyMap<Key, Version>;
  readonly numbers: Numbers;
  readonly standings: readonly Standing[];
  /** Paths of the program's files. */
  readonly paths: ReadonlySet<string>;
  /** The trees that were looked at last, and what was found (Q3). */
  last: { readonly trees: readonly FileTree[]; readonly stuck: readonly StuckCode[] } | null;
}

let prelude: FileTree | undefined;

const known = new Map<string, Known>();

export async function stuck(analysis: Analysis, stores: readonly string[]): Promise<readonly StuckCode[]> {
  prelude ??= parsePrelude(memoryCache());
  const found: StuckCode[] = [];
  for (const store of stores) {
    const file = await knownOf(store, analysis, prelude);
    if (file !== undefined) found.push(...stuckOf(file, store, analysis, prelude));
  }
  return found;
}

/** Q1 */
async function knownOf(store: string, analysis: Analysis, library: FileTree): Promise<Known | undefined> {
  const before = known.get(store);
  const stat = statSync(store, { throwIfNoEntry: false });
  if (stat === undefined || stat.size > MOST_BYTES) {
    known.delete(store);
    return undefined;
  }
  const stamp = `${stat.mtimeMs} ${stat.size}`;
  if (before !== undefined && (before.stamp === stamp || Date.now() - before.readAt < AGAIN)) return before;
  const file = await read(store, stamp, before, analysis, library);
  known.set(store, file);
  return file;
}

async function read(
  store: string,
  stamp: string,
  before: Known | undefined,
  analysis: Analysis,
  library: FileTree,
): Promise<Known> {
  const image = new Map<Table, Map<Key, Uint8Array>>();
  const numbers = before?.numbers ?? new Numbers();
  const nothing: Known = {
    stamp,
    readAt: Date.now(),
    numbers,
    versions: before?.versions ?? new Map(),
    standings: [],
    paths: new Set(),
    last: null,
  };
  try {
    await readFile(store, (table, key, part) => {
      if (table !== Table.Sources && table !== Table.Tasks && table !== Table.Frames) return;
      const records = image.get(table) ?? new Map<Key, Uint8Array>();
      image.set(table, records);
      records.set(key, Uint8Array.from(payloadOf(part)));
    });
    if ((image.get(Table.Tasks)?.size ?? 0) === 0) return nothing;
    const sources = [...(image.get(Table.Sources) ?? [])].map(
      ([key, record]) => [key, textsOf(record, store)] as const,
    );
    const texts = sources.flatMap(([, files]) => [...files.values()]);
    if (texts.reduce((sum, text) => sum + text.length, 0) > MOST_TEXT) return nothing;
    const versions = new Map(
      sources.map(([key, files]) => {
        const known = before?.versions.get(key);
        return [key, known ?? new Version(analysed(files, itemsOf(analysis), library), numbers)] as const;
      }),
    );
    const standings = await inSlices(standingsOf(image, [...versions.values()]));
    return { ...nothing, versions, standings, paths: new Set(sources.flatMap(([, files]) => [...files.keys()])) };
  } catch (error) {
    // What is wrong with a file is the business of `walia horizon verify`.
    if (!(error instanceof HorizonError || error instanceof LimitError)) throw error;
    return nothing;
  }
}

/** Goes through all steps, with everybody else's turns between them. */
async function inSlices<T>(steps: Generator<void, T>): Promise<T> {
  for (let began = performance.now(); ; ) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < SLICE) continue;
    await new Promise(setImmediate);
    began = performance.now();
  }
}

/** Q2 */
function itemsOf(analysis: Analysis): ItemCache {
  const items = memoryCache();
  for (const { items: own } of analysis.files.values()) for (const { tree } of own) items.set(tree.text, tree);
  return items;
}

function analysed(files: ReadonlyMap<string, string>, items: ItemCache, library: FileTree): ProgramSource {
  const { trees } = loadSources(
    [...files.keys()],
    (path) => files.get(path),
    () => items,
  );
  const workspace = createWorkspace();
  for (const tree of trees) workspace.setFile(tree);
  return programSource({ trees, analysis: workspace.analyse() }, library);
}

function stuckOf(file: Known, store: string, analysis: Analysis, library: FileTree): readonly StuckCode[] {
  if (file.standings.length === 0) return [];
  const trees = [...analysis.files.values()].filter(({ path }) => file.paths.has(path));
  const isSame = file.last?.trees.length === trees.length && trees.every((tree, i) => tree === file.last!.trees[i]);
  if (file.last !== null && isSame) return file.last.stuck;
  const isBroken = trees.some((tree) => tree.items.some(({ tree: { errors } }) => errors.length > 0));
  if (trees.length === 0 || isBroken) return [];
  const found = look(file, trees, analysis, library).flatMap((one) => codeOf(one, trees, store) ?? []);
  file.last = { trees, stuck: found };
  return found;
}

function look(file: Known, trees: readonly FileTree[], analysis: Analysis, library: FileTree): Stuck[] {
  const now = new Version(programSource({ trees, analysis }, library), file.numbers);
  try {
    return stuckIn(file.standings, [...file.versions.values()], now);
  } catch (error) {
    if (error instanceof LimitError) return [];
    throw error;
  }
}

function codeOf({ obstacle, tasks }: Stuck, trees: readonly FileTree[], store: string): StuckCode | undefined {
  const { what, before, now } = obstacle;
  const place = itemAt(trees, now) ?? beginningOf(trees, before);
  if (place === undefined) return undefined;
  return {
    ...place,
    reason: what,
    count: tasks.length,
    tasks: tasks.slice(0, MOST_NAMED).map(({ id, name }) => ({ id, name })),
    store,
    before: before === null ? null : lineOf(before),
  };
}

type ItemPlace = Pick<StuckCode, "file" | "item" | "span">;

function itemAt(trees: readonly FileTree[], place: Place | null): ItemPlace | undefined {
  if (place === null) return undefined;
  const tree = trees.find(({ path }) => path === place.path);
  const item = tree?.items.findLast((each) => each.offset <= place.start);
  if (item === undefined) return undefined;
  const span = { start: place.start - item.offset, end: place.end - item.offset };
  return { file: place.path, item: item.tree.hash, span };
}

/** Code that is gone is missed at the first item of its file, or of the program. */
function beginningOf(trees: readonly FileTree[], before: Place | null): ItemPlace | undefined {
  const tree = trees.find(({ path }) => path === before?.path) ?? trees[0]!;
  const [item] = tree.items;
  const statement = item?.tree.statements[0];
  if (item === undefined) return undefined;
  return { file: tree.path, item: item.tree.hash, span: statement ?? { start: 0, end: item.tree.text.length } };
}

function lineOf({ path, text, start }: Place): NonNullable<StuckCode["before"]> {
  const index = lineIndex(text);
  const { line } = toLineColumn(index, offset(start));
  return { file: path, line, text: text.slice(index.starts[line - 1]!, index.ends[line - 1]!) };
}
