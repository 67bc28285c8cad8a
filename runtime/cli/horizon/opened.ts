// A `.wld` file that is looked into: its records, and the program whose code they name, compiled from the sources in the file.
//
// O1. The program is loaded and nothing of it runs. It stands in the engine, which has room for one: of two files, each is read to
//     the end before the other is opened.

import type { Cache } from "../../../cache/cache.ts";
import { type Meter, payloadOf, type Visit } from "../../horizon/check.ts";
import { isRunning } from "../../horizon/owner.ts";
import { ownerOf, readFile, Store } from "../../horizon/store.ts";
import { type Key, Table, tableName } from "../../horizon/tables.ts";
import { readTask, type StoredTask } from "../../horizon/task-record.ts";
import { type Damage, damaged, HorizonError } from "../../horizon/trouble.ts";
import { type ProgramState, Reading, readProgram, UNKNOWN_PROGRAM } from "../../reactor/keep/reading.ts";
import { load } from "../execute.ts";
import { compileKept } from "../kept.ts";
import type { Runnable } from "../store.ts";
import { version } from "../version.ts";

/** The tables that are read for any task. */
const ALWAYS: readonly Table[] = [Table.Sources, Table.Globals, Table.Channels, Table.Atomics];

export interface Opened {
  readonly path: string;
  readonly image: ReadonlyMap<Table, ReadonlyMap<Key, Uint8Array>>;
  readonly program: ProgramState;
  /** Null when the file has no sources that this release can compile: then nothing in code's terms can be read. */
  readonly reading: Reading | null;
  /** The text that a file of the program had when it was last run. */
  readonly textOf: (path: string) => string | undefined;
  /** The texts of each version of the program that is in the file, by path; those of the last run come last. */
  readonly texts: readonly ReadonlyMap<string, string>[];
  /** Whether code is of the sources of the last run, by its id. */
  readonly isCurrent: (code: string) => boolean;
  /** What of the file is damaged, and what of the program cannot be read. */
  readonly damage: readonly Damage[];
  readonly troubles: readonly string[];
}

export interface Wanted {
  /** Further tables, beside those that any task needs. */
  readonly tables?: readonly Table[];
  /** Which tasks' records; all unless told. */
  readonly isWanted?: (task: number) => boolean;
  /** Gets how many records each table has. */
  readonly counts?: Map<Table, number>;
  /** Told of each record of `tables`, which then is not gathered. All that is read is of one moment. */
  readonly visit?: Visit;
  readonly meter?: Meter;
}

/** Reads a file and loads its program. HorizonError when there is nothing to read. */
export async function openFile(path: string, cache: Cache, wanted: Wanted = {}): Promise<Opened> {
  const { tables = [], visit, meter } = wanted;
  const gathered = new Gathered(visit === undefined ? wanted : {});
  const told: Visit =
    visit === undefined
      ? gathered.visit
      : (table, key, part) => (tables.includes(table) ? visit : gathered.visit)(table, key, part);
  const { damage, records } = await readFile(path, told, { tables: [...ALWAYS, ...tables], meter });
  for (const [table, count] of records) wanted.counts?.set(table, count);
  return understand(path, gathered.image, damage, cache);
}

/** A file that is about to be changed; `store` is to be closed. */
export interface OpenedForChange extends Opened {
  readonly store: Store;
}

/** Takes a file as a running program does, and loads its program. HorizonError when it is in use or damaged. */
export async function openForChange(path: string, cache: Cache, wanted: Wanted = {}): Promise<OpenedForChange> {
  requireIdle(path);
  const gathered = new Gathered(wanted);
  const store = await Store.open(path, { by: version, visit: gathered.visit });
  try {
    return { ...(await understand(path, gathered.image, [], cache)), store };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A program is running with the file. */
export function isInUse(path: string): boolean {
  const owner = ownerOf(path);
  return owner !== undefined && isRunning(owner);
}

/** HorizonError when a program is running with the file. */
export function requireIdle(path: string): void {
  const owner = ownerOf(path);
  if (owner !== undefined && isRunning(owner))
    throw new HorizonError(
      "in use",
      path,
      `process ${owner.pid} is running this program. Stop it first: only then can the file be changed.`,
    );
}

/** Copies of the records that are wanted. */
class Gathered {
  readonly image = new Map<Table, Map<Key, Uint8Array>>();
  readonly #tables: ReadonlySet<Table>;
  readonly #isWanted: (task: number) => boolean;

  constructor({ tables = [], isWanted = () => true }: Wanted) {
    this.#tables = new Set([...ALWAYS, ...tables]);
    this.#isWanted = isWanted;
  }

  readonly visit: Visit = (table, key, part) => {
    if (!this.#tables.has(table)) return;
    if ((table === Table.Tasks || table === Table.Frames) && !this.#isWanted(key as number)) return;
    const records = this.image.get(table) ?? new Map<Key, Uint8Array>();
    this.image.set(table, records);
    records.set(key, payloadOf(part));
  };
}

async function understand(
  path: string,
  image: Opened["image"],
  damage: readonly Damage[],
  cache: Cache,
): Promise<Opened> {
  const troubles: string[] = [];
  const record = image.get(Table.Globals)?.get("program");
  const program = record === undefined ? UNKNOWN_PROGRAM : readProgram(record);
  if (program === undefined) throw damagedRecord(path, Table.Globals, "program", "the record is none");
  const versions = await compileAll(path, image.get(Table.Sources), program.sources, cache, troubles);
  const texts = versions.map(({ trees }) => new Map(trees.map((tree) => [tree.path, tree.text])));
  const textOf = (name: string): string | undefined => texts.findLast((each) => each.has(name))?.get(name);
  const current = versions.pop();
  const known = { path, image, program, textOf, texts, damage, troubles };
  if (current === undefined) return { ...known, reading: null, isCurrent: () => true };
  const loaded = load(current.program, current.trees, versions);
  const reading = new Reading(image, {
    code: (id) => loaded.codes.get(id),
    classCode: (id) => loaded.classes.get(id),
    traitCode: (id) => loaded.traits.get(id),
    own: (id) => loaded.own(id),
  });
  troubles.push(...reading.troubles);
  return { ...known, reading, isCurrent: (id) => loaded.isCurrent(id) };
}

/** Every version of the program whose sources are in the file, that of the last run behind the others. */
async function compileAll(
  path: string,
  sources: ReadonlyMap<Key, Uint8Array> | undefined,
  last: string | undefined,
  cache: Cache,
  troubles: string[],
): Promise<Runnable[]> {
  const versions: Runnable[] = [];
  const keys = [...(sources?.keys() ?? [])].sort((a, b) => Number(a === last) - Number(b === last));
  for (const key of keys) {
    const runnable = await compileKept(sources!.get(key)!, path, cache);
    if (runnable !== null) versions.push(runnable);
    else troubles.push("sources in the file have errors for this release of Walia; what runs in them cannot be read");
  }
  if (keys.length === 0) troubles.push("the file has no sources of the program, so nothing in it can be read");
  return versions;
}

/** The records of one task; undefined when the file does not have it. HorizonError when its record is none. */
export function storedTask({ path, image }: Pick<Opened, "path" | "image">, id: number): StoredTask | undefined {
  const record = image.get(Table.Tasks)?.get(id);
  return record === undefined ? undefined : readStored(path, id, record, image.get(Table.Frames)?.get(id));
}

/** A task's records, `apart` being that of its frames if it has one. HorizonError when they are none. */
export function readStored(path: string, id: number, record: Uint8Array, apart: Uint8Array | undefined): StoredTask {
  try {
    const { task, frames = apart } = readTask(id, record);
    return { task, frames };
  } catch (error) {
    throw damagedRecord(path, Table.Tasks, id, error instanceof Error ? error.message : String(error));
  }
}

const damagedRecord = (path: string, table: Table, key: Key, what: string): HorizonError =>
  damaged(path, [{ table: tableName(table), key: String(key), what }]);
