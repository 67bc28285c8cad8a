// Reads a whole `.wld` file and says what is wrong with it: page by page, and record by record. Whoever wants the records as
// well gets each sound one on the way, so that starting with a million tasks reads the file once.
//
// C1. Nothing here maps the file or calls anything native: damage of any kind ends in a list, not in a signal.
// C2. `visit` sees sound records only (record.ts, R2), table by table, in the order of their keys. Of tables that are not asked
//     for only the place is looked at.
// C3. The file must not be written to meanwhile; store.ts sees to that.

import { closeSync, fstatSync, openSync } from "node:fs";
import { decodeFormat, FORMAT_KEY, isKnownFormat } from "./format.ts";
import { type Entry, PageFile, type Tree } from "./pages.ts";
import { isSound, type Part, RECORD_HEAD } from "./record.ts";
import { decodeKey, type Key, TABLES, Table, tableName, tableNamed } from "./tables.ts";
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

function withFile<T>(path: string, use: (file: PageFile) => T): T {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw cannotOpen(path, error);
  }
  try {
    if (fstatSync(fd).isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    return use(new PageFile(path, fd));
  } catch (error) {
    throw error instanceof HorizonError ? error : cannotOpen(path, error);
  } finally {
    closeSync(fd);
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

function readTable(file: PageFile, table: Table, tree: Tree, visit: (key: Key, payload: Part) => void): void {
  const of = tableName(table);
  const keyPart: Mutable<Part> = { bytes: EMPTY, at: 0, length: 0 };
  const record: Mutable<Part> = { bytes: EMPTY, at: 0, length: 0 };
  const report = (entry: Entry, key: Key | undefined, what: string): void =>
    void file.damage.push({ page: entry.page, table: of, what, ...(key === undefined ? {} : { key: String(key) }) });
  file.walk(tree, of, (entry) => {
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
  });
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
