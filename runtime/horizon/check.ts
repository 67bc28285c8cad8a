// Reads a whole `.wld` file and says what is wrong with it: page by page, and record by record. Whoever wants the records as
// well gets each sound one on the way, so that starting with a million tasks reads the file once.
//
// C1. Nothing here maps the file or calls anything native: damage of any kind ends in a list, not in a signal.
// C2. `visit` sees sound records only (record.ts, R2), table by table, in the order of their keys. Of tables that are not asked
//     for only the place is looked at.
// C3. The file must not be written to meanwhile; store.ts sees to that.
// C4. A start reads the table `tasks` in parts, and another thread may help with it (pages.ts, P5): who is free takes the next one. What
//     is wrong is said by checkFile, which then reads all of it again.

import { closeSync, fstatSync, openSync } from "node:fs";
import { decodeFormat, FORMAT_KEY, isKnownFormat } from "./format.ts";
import { type Entry, PageFile, type Tree, type TreeCounts, type TreePart, Walk } from "./pages.ts";
import { isSound, type Part, RECORD_HEAD } from "./record.ts";
import { decodeKey, encodeKey, type Key, TABLES, Table, tableName, tableNamed } from "./tables.ts";
import { cannotOpen, type Damage, HorizonError } from "./trouble.ts";

/** Told of a record. The bytes are valid until it returns; `payloadOf` copies them. */
export type Visit = (table: Table, key: Key, payload: Part) => void;

export interface Report {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Number of the last write. */
  readonly transaction: number;
  readonly records: ReadonlyMap<Table, number>;
  readonly damage: readonly Damage[];
}

/** A copy of what `visit` was told of. Not `bytes.slice`: that of a Buffer is no copy. */
export const payloadOf = ({ bytes, at, length }: Part): Uint8Array =>
  Uint8Array.prototype.slice.call(bytes, at, at + length);

/** Is told how far somebody is with the records of a file. */
export interface Meter {
  /** Before the first, how many there are, as far as the file says so. */
  begin(records: number): void;
  /** One has been read. */
  step(): void;
}

/** What of a file is read, and who is told how far that is. */
export interface ReadOptions {
  /** These tables, in this order; all of them unless told. */
  readonly tables?: readonly Table[];
  readonly meter?: Meter | undefined;
}

/** Reads the file. HorizonError when there is nothing to read: no file, no permission, not ours, of an unknown version. */
export function checkFile(path: string, visit: Visit = () => undefined, options: ReadOptions = {}): Report {
  const { tables = TABLES, meter } = options;
  return withFile(path, (file) => {
    const trees = tablesOf(file);
    const records = new Map<Table, number>();
    meter?.begin(tables.reduce((sum, table) => sum + (trees.get(table)?.entries ?? 0), 0));
    for (const table of tables) {
      const tree = trees.get(table);
      if (tree === undefined) continue;
      let count = 0;
      readTable(file, table, tree, (key, payload) => {
        count++;
        meter?.step();
        visit(table, key, payload);
      });
      records.set(table, count);
    }
    file.checkFree();
    return { path, size: file.size, transaction: file.meta.transaction, records, damage: file.damage };
  });
}

/** Gathers what is in a part of a table. */
export interface Collector<T> {
  take(key: Key, payload: Part): void;
  end(): T;
}

/** What another thread needs to know to read parts of the table `tasks`. Plain data. */
export interface Sharing {
  readonly path: string;
  /** Number of the last write: it is to read the same file. */
  readonly transaction: number;
  readonly tree: Tree;
  readonly parts: readonly TreePart[];
  /** What was found of each page, by both. */
  readonly use: Uint8Array;
  /** Its word is the next part that nobody has taken. In shared memory. */
  readonly next: Int32Array;
}

/** What one of them has read: by the number of a part. Plain data, as T is. */
export interface Shared<T> {
  readonly parts: ReadonlyMap<number, T>;
  readonly counts: TreeCounts;
}

/** Has another thread read parts, as many as it comes to. Null when none is asked, or when it could not. */
export type Help<T> = (sharing: Sharing) => Promise<Shared<T> | null> | null;

/** What a start does with the records of a file. */
export interface StartReader<T> {
  /** Takes each record of all tables but `tasks`, as checkFile's `visit`. */
  take(table: Table, key: Key, payload: Part): void;
  /** For each part of the table `tasks`, when all tables before it were read. */
  collector(): Collector<T>;
  /** All parts, in order; the tables behind `tasks` are read after that. */
  join(parts: readonly T[]): void;
}

/**
 * Reads the file for a start (C4). Undefined when something is wrong with it, or the other thread has not answered: then what `reader`
 * was told is of no use.
 */
export async function readForStart<T>(
  path: string,
  reader: StartReader<T>,
  help: Help<T> | null,
): Promise<Report | undefined> {
  const file = openPages(path);
  try {
    const trees = tablesOf(file);
    const records = new Map<Table, number>();
    for (const [table, tree] of [...trees].sort(([a], [b]) => a - b)) {
      records.set(table, tree.entries);
      if (table === Table.Tasks) {
        const read = await readTasks(file, tree, reader, help);
        if (read === null) return undefined;
        reader.join(read);
      } else readTable(file, table, tree, (key, payload) => reader.take(table, key, payload));
    }
    file.checkFree();
    if (file.damage.length > 0) return undefined;
    return { path, size: file.size, transaction: file.meta.transaction, records, damage: [] };
  } finally {
    closeSync(file.fd);
  }
}

async function readTasks<T>(
  file: PageFile,
  tree: Tree,
  reader: StartReader<T>,
  help: Help<T> | null,
): Promise<readonly T[] | null> {
  const walk = new Walk(file, tree, tableName(Table.Tasks));
  const parts = [...walk.parts()];
  const next = new Int32Array(new SharedArrayBuffer(4));
  const sharing = { path: file.path, transaction: file.meta.transaction, tree, parts, use: file.use, next };
  const helping = help?.(sharing);
  const read = readParts(walk, sharing, () => reader.collector());
  let others: ReadonlyMap<number, T> = new Map();
  if (read.size < parts.length) {
    const shared = await helping;
    if (shared == null) return null;
    others = shared.parts;
    walk.add(shared.counts);
  }
  walk.end();
  const all = parts.map((_, part) => read.get(part) ?? others.get(part));
  return all.some((part) => part === undefined) ? null : (all as T[]);
}

/** For the thread that helps: reads parts until all are taken; null when something is wrong. */
export function helpReading<T>(sharing: Sharing, collector: () => Collector<T>): Shared<T> | null {
  try {
    return withFile(
      sharing.path,
      (file) => {
        if (file.meta.transaction !== sharing.transaction) return null;
        const walk = new Walk(file, sharing.tree, tableName(Table.Tasks));
        const parts = readParts(walk, sharing, collector);
        return file.damage.length > 0 ? null : { parts, counts: walk.counts };
      },
      sharing.use,
    );
  } catch {
    // Who is helped finds out by itself.
    return null;
  }
}

function readParts<T>(walk: Walk, { parts, next }: Sharing, collector: () => Collector<T>): ReadonlyMap<number, T> {
  const read = new Map<number, T>();
  for (let part = Atomics.add(next, 0, 1); part < parts.length; part = Atomics.add(next, 0, 1)) {
    const collected = collector();
    const visit = checkedRecords(walk.file, Table.Tasks, (key, payload) => collected.take(key, payload));
    walk.part(parts[part]!, visit);
    read.set(part, collected.end());
  }
  return read;
}

/** Records by the tables that they are in. */
export type Wanted = ReadonlyMap<Table, readonly Key[]>;

/**
 * Reads a few records, which costs a few pages each; yields what of those pages is damaged. Those that are not there are not
 * visited. HorizonError as `checkFile`.
 */
export function findRecords(path: string, wanted: Wanted, visit: Visit): readonly Damage[] {
  return withFile(path, (file) => {
    const trees = tablesOf(file);
    for (const [table, keys] of wanted) {
      const tree = trees.get(table);
      const isWanted = new Set(keys);
      const take = checkedRecords(file, table, (key, payload) => {
        if (isWanted.has(key)) visit(table, key, payload);
      });
      const bytes = keys.map((key) => encodeKey(table, key));
      if (tree !== undefined) new Walk(file, tree, tableName(table)).seek(bytes, take);
    }
    return file.damage;
  });
}

export interface MetaRecords {
  /** Number of the last write. */
  readonly transaction: number;
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly damage: readonly Damage[];
}

/** Reads the table `meta` only, which costs a few pages. */
export function readMeta(path: string): MetaRecords {
  return withFile(path, (file) => {
    const records = new Map<string, Uint8Array>();
    const tree = tablesOf(file).get(Table.Meta);
    if (tree !== undefined)
      readTable(file, Table.Meta, tree, (key, payload) => records.set(String(key), payloadOf(payload)));
    return { transaction: file.meta.transaction, records, damage: file.damage };
  });
}

function withFile<T>(path: string, read: (file: PageFile) => T, use?: Uint8Array): T {
  const file = openPages(path, use);
  try {
    return read(file);
  } catch (error) {
    // Who is told of the records may find that one makes no sense.
    throw error instanceof HorizonError ? error : cannotOpen(path, error);
  } finally {
    closeSync(file.fd);
  }
}

/** Its `fd` is to be closed. */
function openPages(path: string, use?: Uint8Array): PageFile {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    if (fstatSync(fd).isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    return new PageFile(path, fd, use);
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw error instanceof HorizonError ? error : cannotOpen(path, error);
  }
}

/** The tables' trees. HorizonError when the file is sound and its tables are not ours. */
function tablesOf(file: PageFile): ReadonlyMap<Table, Tree> {
  const trees = new Map<Table, Tree>();
  const strangers: Damage[] = [];
  file.walk(file.meta.main, undefined, (entry) => {
    // LMDB's binding ends names with a zero.
    const name = Buffer.from(entry.key.buffer, entry.key.byteOffset + entry.keyAt, entry.keyLength - 1).toString(
      "latin1",
    );
    const table = entry.isTree ? tableNamed(name) : undefined;
    if (table === undefined) strangers.push({ page: entry.page, what: `"${name}" is no table` });
    else {
      const tree = file.readTree(entry, name);
      if (tree !== undefined) trees.set(table, tree);
    }
  });
  if (file.damage.length === 0 && !trees.has(Table.Meta)) throw foreign(file.path);
  file.damage.push(...strangers);
  for (const table of TABLES) if (!trees.has(table)) file.report(undefined, tableName(table), "the table is missing");
  return trees;
}

const readTable = (file: PageFile, table: Table, tree: Tree, visit: (key: Key, payload: Part) => void): void =>
  file.walk(tree, tableName(table), checkedRecords(file, table, visit));

/** For a walk: has `visit` see each entry whose checksum matches, and reports the others. */
function checkedRecords(
  file: PageFile,
  table: Table,
  visit: (key: Key, payload: Part) => void,
): (entry: Entry) => void {
  const of = tableName(table);
  const keyPart: Mutable<Part> = { bytes: EMPTY, at: 0, length: 0 };
  const record: Mutable<Part> = { bytes: EMPTY, at: 0, length: 0 };
  const report = (entry: Entry, key: Key | undefined, what: string): void =>
    void file.damage.push({ page: entry.page, table: of, what, ...(key === undefined ? {} : { key: String(key) }) });
  return (entry) => {
    const key = entry.isTree ? undefined : decodeKey(table, entry.key, entry.keyAt, entry.keyLength);
    keyPart.bytes = entry.key;
    keyPart.at = entry.keyAt;
    keyPart.length = entry.keyLength;
    record.bytes = entry.value;
    record.at = entry.valueAt;
    record.length = entry.valueLength;
    if (key === undefined) report(entry, undefined, "a key makes no sense");
    else if (!isSound(table, keyPart, record))
      report(entry, key, "the checksum does not match: the record was changed");
    else {
      record.at += RECORD_HEAD;
      record.length -= RECORD_HEAD;
      if (table === Table.Meta && key === FORMAT_KEY) requireKnownFormat(file.path, payloadOf(record));
      visit(key, record);
    }
  };
}

function requireKnownFormat(path: string, payload: Uint8Array): void {
  const format = decodeFormat(payload);
  if (format === undefined) throw foreign(path);
  if (!isKnownFormat(format))
    throw new HorizonError(
      "version",
      path,
      `the file has format ${format.format}, written by Walia ${format.by}; this release reads format 1. Run it with that release, or start over with --fresh.`,
    );
}

const foreign = (path: string): HorizonError =>
  new HorizonError(
    "foreign",
    path,
    "this LMDB file was made by another program. Move it away, or start over with --fresh.",
  );

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const EMPTY = new Uint8Array(0);
