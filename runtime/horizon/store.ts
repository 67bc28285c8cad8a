// A program's `.wld` file, opened for writing by the one process that runs the program. Everything here is synchronous and
// belongs to one thread; writer.ts is the thread that uses it while a program runs.
//
// S1. Opening reads the file without mapping it first (check.ts). LMDB gets to see sound files only.
// S2. One commit is one transaction: all its changes are in the file or none, and when `commit` returns they are on the disk.
// S3. One running program at a time (owner.ts). Whoever is no longer the owner does not commit.
// S4. After the first error nothing is written any more: what the disk has of a failed write is not known, so it is not
//     tried again. What was committed is there when the file is opened next; what was refused is not.
// S5. A file comes into being whole, under another name first. So an empty file is never ours, and is not taken for new.

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Change } from "./change.ts";
import {
  checkFile,
  findRecords,
  type Meter,
  payloadOf,
  type ReadOptions,
  type Report,
  readMeta,
  type Visit,
  type Wanted,
} from "./check.ts";
import { encodeFormat, FORMAT_KEY, OWNER_KEY } from "./format.ts";
import { type Environment, endRead, openEnvironment } from "./lmdb.ts";
import { decodeOwner, encodeOwner, isRunning, type Owner, thisProcess } from "./owner.ts";
import { PAGE } from "./pages.ts";
import { DEFAULT_LIMIT, isSound, LARGEST_RECORD, RECORD_HEAD, seal } from "./record.ts";
import { decodeKey, encodeKey, type Key, TABLES, Table, tableName } from "./tables.ts";
import { cannotOpen, cannotWrite, codeOf, type Damage, damaged, HorizonError } from "./trouble.ts";

/** Bytes beyond the limit that the file may still take, so that what runs when it is reached can end. */
export const HEADROOM = 512 * 1024 ** 2;
/** Room in the map beyond the limit, so that LMDB is never what refuses. */
const MAP_SLACK = 2 * HEADROOM;

export interface StoreOptions {
  /** The release that opens it, for the format record of a new file. */
  readonly by: string;
  /** How large the file may become, in bytes. */
  readonly limit?: number;
  /** Told of every record that is there, on the way. */
  readonly visit?: Visit;
  readonly meter?: Meter;
  /** Reads and checks the file instead. */
  readonly check?: (path: string) => Promise<Report>;
}

export class Store {
  #environment: Environment | undefined;
  #failure: HorizonError | undefined;
  #scratch = Buffer.allocUnsafeSlow(64 * 1024);

  private constructor(
    readonly path: string,
    readonly owner: Owner,
    readonly limit: number,
    environment: Environment,
    /** Whether this one took the file, and gives it back; false for a thread of the process that did. */
    readonly ownsFile: boolean,
  ) {
    this.#environment = environment;
  }

  /**
   * Opens a file, or makes a new one. HorizonError when it is in use, damaged, not ours, or cannot be read or written; then
   * nothing about it has changed.
   */
  static async open(path: string, { by, limit = DEFAULT_LIMIT, visit, meter, check }: StoreOptions): Promise<Store> {
    if (!existsSync(path)) await create(path, by);
    const before = ownerOf(path);
    if (before !== undefined && isRunning(before)) throw inUse(path, before);
    const report = check === undefined ? checkFile(path, visit, { meter }) : await check(path);
    if (report.damage.length > 0) {
      // Somebody else may have taken the file while it was being read.
      const meanwhile = ownerOf(path);
      throw meanwhile !== undefined && isRunning(meanwhile) ? inUse(path, meanwhile) : damaged(path, report.damage);
    }
    const environment = attempt(path, () => openEnvironment(path, limit + MAP_SLACK, "write"));
    const owner = thisProcess();
    try {
      take(path, environment, owner, before);
    } catch (error) {
      await environment.root.close();
      throw error;
    }
    return new Store(path, owner, limit, environment, true);
  }

  /** The same file in another thread of the process that has opened it. */
  static attach(path: string, owner: Owner, limit: number): Store {
    return new Store(
      path,
      owner,
      limit,
      attempt(path, () => openEnvironment(path, limit + MAP_SLACK, "write")),
      false,
    );
  }

  /** Why nothing can be written any more (S4). */
  get failure(): HorizonError | undefined {
    return this.#failure;
  }

  /** Bytes of the file; of one that has reached its limit, those that hold something: it does not become smaller when it holds less. */
  get size(): number {
    const { size } = statSync(this.path);
    // Asking what is in use costs more.
    return size < this.limit ? size : this.#used;
  }

  get #used(): number {
    const { root, tables } = this.#open();
    const { free } = root.getStats() as PageCounts & { readonly free: PageCounts };
    const trees = [free, root.getStats() as PageCounts, ...tables.map((table) => table.getStats() as PageCounts)];
    return PAGE * trees.reduce((sum, tree) => sum + pagesOf(tree), META_PAGES);
  }

  /**
   * Makes the changes, in order (S2). When one of them cannot be kept, RangeError for its key or HorizonError for its size, none
   * are made. HorizonError when writing failed: then no later ones will be made either (S4).
   */
  commit(changes: Iterable<Change>): void {
    const environment = this.#open();
    if (this.#failure !== undefined) throw this.#failure;
    try {
      environment.root.transactionSync(() => {
        this.#requireOwnership(environment);
        for (const change of changes) this.#apply(environment, change);
      });
    } catch (error) {
      // Refused before LMDB was asked, so nothing has failed.
      if (error instanceof RangeError || (error instanceof HorizonError && error.kind === "too large")) throw error;
      this.#failure = error instanceof HorizonError ? error : cannotWrite(this.path, error);
      throw this.#failure;
    }
  }

  /** A copy of a record's content. HorizonError when the record is damaged. */
  get(table: Table, key: Key): Uint8Array | undefined {
    const environment = this.#open();
    try {
      return read(this.path, environment, table, key);
    } finally {
      endRead(environment);
    }
  }

  /** Lets go of the file. The next one to open it finds that nobody has it. */
  async close(): Promise<void> {
    const environment = this.#environment;
    if (environment === undefined) return;
    try {
      if (this.ownsFile && this.#failure === undefined)
        this.commit([{ table: Table.Meta, key: OWNER_KEY, payload: undefined }]);
    } finally {
      this.#environment = undefined;
      await environment.root.close();
    }
  }

  #open(): Environment {
    if (this.#environment === undefined) throw new HorizonError("closed", this.path, "the file was closed.");
    return this.#environment;
  }

  /** S3 */
  #requireOwnership(environment: Environment): void {
    const payload = read(this.path, environment, Table.Meta, OWNER_KEY);
    const owner = payload === undefined ? undefined : decodeOwner(payload);
    if (owner?.token === this.owner.token) return;
    const who = owner === undefined ? "another process" : `process ${owner.pid}`;
    throw new HorizonError("taken", this.path, `${who} has taken the file over, so this one writes nothing more.`);
  }

  #apply(environment: Environment, { table, key, payload }: Change): void {
    const handle = environment.tables[table]!;
    const keyBytes = encodeKey(table, key) as Buffer;
    if (payload === undefined) {
      handle.removeSync(keyBytes);
      return;
    }
    const length = payload.length + RECORD_HEAD;
    if (length > LARGEST_RECORD) throw tooLarge(this.path, table, key, payload.length);
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafeSlow(length * 2);
    this.#scratch.set(payload, RECORD_HEAD);
    seal(table, keyBytes, this.#scratch, 0, length);
    handle.putSync(keyBytes, this.#scratch.subarray(0, length));
  }
}

/** Reads records of a file that another thread of this process has open for writing, as its last commit has them. */
export class StoreReader {
  readonly #environment: Environment;

  /** HorizonError when it cannot be opened. */
  constructor(
    readonly path: string,
    limit: number,
  ) {
    // As the writer does: within a process LMDB has a file open once, in one way.
    this.#environment = attempt(path, () => openEnvironment(path, limit + MAP_SLACK, "write"));
  }

  /** A copy of a record's content. HorizonError when the record is damaged. */
  get(table: Table, key: Key): Uint8Array | undefined {
    try {
      return read(this.path, this.#environment, table, key);
    } finally {
      endRead(this.#environment);
    }
  }

  async close(): Promise<void> {
    await this.#environment.root.close();
  }
}

/** Of one tree, as LMDB tells them. */
interface PageCounts {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** The first pages of a file say where the others are. */
const META_PAGES = 2;

const pagesOf = ({ treeBranchPageCount, treeLeafPageCount, overflowPages }: PageCounts): number =>
  treeBranchPageCount + treeLeafPageCount + overflowPages;

/** Refused before anything is written. */
export const tooLarge = (path: string, table: Table, key: Key, length: number): HorizonError =>
  new HorizonError(
    "too large",
    path,
    `${tableName(table)} ${key} has ${length} bytes; a record may have ${LARGEST_RECORD - RECORD_HEAD}.`,
  );

/** Who has the file now, as far as it says so. It may be written to meanwhile; then the look is repeated. */
export function ownerOf(path: string): Owner | undefined {
  for (let last = -1; ; ) {
    const { transaction, records, damage } = readMeta(path);
    const payload = records.get(OWNER_KEY);
    if (damage.length === 0 || transaction === last) return payload === undefined ? undefined : decodeOwner(payload);
    last = transaction;
  }
}

/**
 * Reads every record of a file, also while a program runs that writes to it: then as it was at one moment. Damage is listed,
 * and the rest is visited all the same. HorizonError when there is nothing to read.
 */
export async function readFile(path: string, visit: Visit, options: ReadOptions = {}): Promise<Report> {
  const owner = ownerOf(path);
  if (owner === undefined || !isRunning(owner)) {
    const report = checkFile(path, visit, options);
    const meanwhile = report.damage.length === 0 ? undefined : ownerOf(path);
    if (meanwhile !== undefined && isRunning(meanwhile)) throw begunMeanwhile(path, meanwhile);
    return report;
  }
  const environment = attempt(path, () => openEnvironment(path, DEFAULT_LIMIT + MAP_SLACK, "read"));
  try {
    return readSnapshot(path, environment, visit, options);
  } finally {
    await environment.root.close();
  }
}

/**
 * Reads a few records, also while a program runs; yields what of them is damaged. Those that are not there are not visited.
 * HorizonError when there is nothing to read.
 */
export async function readRecords(path: string, wanted: Wanted, visit: Visit): Promise<readonly Damage[]> {
  const owner = ownerOf(path);
  if (owner === undefined || !isRunning(owner)) return findRecords(path, wanted, visit);
  const environment = attempt(path, () => openEnvironment(path, DEFAULT_LIMIT + MAP_SLACK, "read"));
  const damage: Damage[] = [];
  try {
    for (const [table, keys] of wanted)
      for (const key of keys) {
        try {
          const bytes = read(path, environment, table, key);
          if (bytes !== undefined) visit(table, key, { bytes, at: 0, length: bytes.length });
        } catch (error) {
          if (!(error instanceof HorizonError)) throw error;
          damage.push(...error.damage);
        }
      }
  } finally {
    await environment.root.close();
  }
  return damage;
}

/** What looked like damage was a program that began to write. */
const begunMeanwhile = (path: string, { pid }: Owner): HorizonError =>
  new HorizonError("in use", path, `process ${pid} has begun to run this program while the file was read. Ask again.`);

function readSnapshot(path: string, environment: Environment, visit: Visit, options: ReadOptions): Report {
  const { tables = TABLES, meter } = options;
  const records = new Map<Table, number>();
  const damage: { table: string; key: string; what: string }[] = [];
  // Until the event loop turns, all reads are of one snapshot.
  endRead(environment);
  meter?.begin(tables.reduce((sum, table) => sum + entriesOf(environment, table), 0));
  for (const table of tables) {
    let count = 0;
    for (const { key, value } of environment.tables[table]!.getRange({ snapshot: true })) {
      const part = { bytes: value as Uint8Array, at: 0, length: value.length };
      const known = decodeKey(table, key);
      if (known === undefined || !isSound(table, { bytes: key, at: 0, length: key.length }, part))
        damage.push({
          table: tableName(table),
          key: String(known),
          what: "the checksum does not match: the record was changed",
        });
      else {
        count++;
        meter?.step();
        visit(table, known, { bytes: part.bytes, at: RECORD_HEAD, length: part.length - RECORD_HEAD });
      }
    }
    records.set(table, count);
  }
  return { path, size: statSync(path).size, transaction: 0, records, damage };
}

const entriesOf = ({ tables }: Environment, table: Table): number =>
  (tables[table]!.getStats() as { readonly entryCount: number }).entryCount;

/** Takes the file, unless somebody else has done so since `before` was read (owner.ts). */
function take(path: string, environment: Environment, owner: Owner, before: Owner | undefined): void {
  let rival: Owner | undefined;
  try {
    environment.root.transactionSync(() => {
      const payload = read(path, environment, Table.Meta, OWNER_KEY);
      const now = payload === undefined ? undefined : decodeOwner(payload);
      if (now !== undefined && now.token !== before?.token && isRunning(now)) {
        rival = now;
        return;
      }
      write(environment, Table.Meta, OWNER_KEY, encodeOwner(owner));
    });
  } catch (error) {
    throw error instanceof HorizonError ? error : cannotWrite(path, error);
  }
  if (rival !== undefined) throw inUse(path, rival);
}

function read(path: string, environment: Environment, table: Table, key: Key): Uint8Array | undefined {
  const keyBytes = encodeKey(table, key) as Buffer;
  const handle = environment.tables[table]!;
  const record = handle.getBinaryFast(keyBytes);
  if (record === undefined) return undefined;
  const part = { bytes: record as Uint8Array, at: 0, length: record.length };
  if (!isSound(table, { bytes: keyBytes, at: 0, length: keyBytes.length }, part))
    throw damaged(path, [
      { table: tableName(table), key: String(key), what: "the checksum does not match: the record was changed" },
    ]);
  return payloadOf({ bytes: record, at: RECORD_HEAD, length: record.length - RECORD_HEAD });
}

function write(environment: Environment, table: Table, key: Key, payload: Uint8Array): void {
  const keyBytes = encodeKey(table, key) as Buffer;
  const record = Buffer.concat([new Uint8Array(RECORD_HEAD), payload]);
  seal(table, keyBytes, record);
  environment.tables[table]!.putSync(keyBytes, record);
}

/** S5 */
export async function create(
  path: string,
  by: string,
  fill: (commit: Fill) => void | Promise<void> = () => undefined,
): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  try {
    removeLeftovers(path);
    const environment = openEnvironment(temporary, DEFAULT_LIMIT + MAP_SLACK, "write");
    try {
      const commit: Fill = (changes) =>
        environment.root.transactionSync(() => {
          for (const { table, key, payload } of changes)
            if (payload !== undefined) write(environment, table, key, payload);
        });
      commit([{ table: Table.Meta, key: FORMAT_KEY, payload: encodeFormat(by) }]);
      await fill(commit);
    } finally {
      await environment.root.close();
    }
    publish(temporary, path);
  } catch (error) {
    throw error instanceof HorizonError ? error : cannotOpen(path, error);
  } finally {
    removeWithLock(temporary);
  }
}

/** Writes records to a file that is being made, in one transaction. */
export type Fill = (changes: Iterable<Change>) => void;

/** Gives a finished file its name, unless somebody else was faster; their file is as good. */
function publish(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    // Not every file system has links.
    renameSync(temporary, path);
  }
  syncFolder(path);
}

/** Makes a new name in the file's folder durable. */
export function syncFolder(path: string): void {
  // Windows does not open folders, and keeps their entries by itself.
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export function removeWithLock(path: string): void {
  rmSync(path, { force: true });
  rmSync(`${path}-lock`, { force: true });
}

/** Files that processes left which died while making one. */
function removeLeftovers(path: string): void {
  const pattern = /^(\d+)\.new(-lock)?$/;
  for (const name of readdirSync(dirname(path))) {
    const rest = name.startsWith(`${basename(path)}.`) ? pattern.exec(name.slice(basename(path).length + 1)) : null;
    if (rest !== null && (Number(rest[1]) === process.pid || !exists(Number(rest[1]))))
      rmSync(join(dirname(path), name), { force: true });
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

export const inUse = (path: string, owner: Owner): HorizonError =>
  new HorizonError(
    "in use",
    path,
    `process ${owner.pid} is running this program with it, since ${new Date(owner.since).toLocaleString()}. Stop that one, or run with --no-wld.`,
  );

function attempt<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw cannotOpen(path, error);
  }
}
