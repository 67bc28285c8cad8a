// A portable copy of a file's records: text, a line each, that any machine and release can read back, and people too.
//
//   {"walia":"archive","archive":1,"format":1}                                     the head
//   {"table":"tasks","key":17,"payload":"…","crc":"89abcdef"}                       a record; payload in base64
//   {"end":true,"records":1,"crc":"01234567"}                                       how many, and a checksum over all lines before
//
// A1. The checksum of a record is its CRC-32C as in the file (record.ts, R1), so damage is found at the record that has it.
// A2. An archive without its last line was cut off and is refused whole. A file appears only when all of it is in.
// A3. What names the running process stays behind.

import { closeSync, createReadStream, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Change } from "./change.ts";
import { type Meter, payloadOf, type Visit } from "./check.ts";
import { crc32c } from "./crc.ts";
import { FORMAT, FORMAT_KEY, OWNER_KEY } from "./format.ts";
import { checksumOf } from "./record.ts";
import { create, readFile } from "./store.ts";
import { encodeKey, type Key, Table, tableName, tableNamed } from "./tables.ts";
import { cannotOpen, cannotWrite, type Damage, HorizonError } from "./trouble.ts";

const ARCHIVE = 1;
/** Records that importing commits together. */
const BATCH = 10_000;

export interface Exported {
  readonly records: number;
  /** What could not be read, and is not in the archive. */
  readonly damage: readonly Damage[];
}

/** Writes every record that can be read to an archive. HorizonError when there is nothing to read, or writing fails. */
export async function exportArchive(path: string, archive: string, meter?: Meter): Promise<Exported> {
  const temporary = `${archive}.${process.pid}.new`;
  let out: number;
  try {
    out = openSync(temporary, "w");
  } catch (error) {
    throw cannotOpen(archive, error);
  }
  const writer = new LineWriter(out);
  let records = 0;
  try {
    writer.line({ walia: "archive", archive: ARCHIVE, format: FORMAT });
    const write: Visit = (table, key, part) => {
      if (isOfTheFile(table, key)) return;
      records++;
      const payload = payloadOf(part);
      writer.line({
        table: tableName(table),
        key,
        payload: Buffer.from(payload).toString("base64"),
        crc: hexadecimal(checksumOf(table, encodeKey(table, key), payload)),
      });
    };
    const { damage } = await readFile(path, write, { meter });
    writer.line({ end: true, records, crc: hexadecimal(writer.crc) });
    writer.flush();
    fsyncSync(out);
    renameSync(temporary, archive);
    return { records, damage };
  } catch (error) {
    throw error instanceof HorizonError ? error : cannotWrite(archive, error);
  } finally {
    closeSync(out);
    rmSync(temporary, { force: true });
  }
}

/** Makes a file from an archive. HorizonError when there is one already, or the archive is not whole (A2). */
export async function importArchive(archive: string, path: string, by: string, meter?: Meter): Promise<number> {
  if (existsSync(path))
    throw new HorizonError("unreadable", path, "there is a file already; move it away before importing another one.");
  let records = 0;
  await create(path, by, async (commit) => {
    let batch: Change[] = [];
    for await (const change of readArchive(archive)) {
      records++;
      meter?.step();
      if (batch.push(change) < BATCH) continue;
      commit(batch);
      batch = [];
    }
    commit(batch);
  });
  return records;
}

/** The records of an archive, each checked (A1); what it gives counts only when it ends without an error (A2). */
async function* readArchive(archive: string): AsyncGenerator<Change> {
  let records = 0;
  let crc = 0;
  let number = 0;
  let isWhole = false;
  for await (const line of linesOf(archive)) {
    number++;
    const fields = fieldsOf(line);
    const wrong = (what: string): HorizonError => new HorizonError("damaged", archive, `line ${number}: ${what}`);
    if (fields === undefined) throw number === 1 ? notAnArchive(archive) : wrong("this is no line of an archive");
    if (number === 1) requireKnown(archive, fields);
    else if (isWhole) throw wrong("there is something after the end");
    else if (fields.end === true) {
      if (fields.records !== records || fields.crc !== hexadecimal(crc))
        throw wrong("lines were changed or are missing");
      isWhole = true;
    } else {
      const change = changeOf(fields);
      if (change === undefined) throw wrong("the record was changed");
      records++;
      yield change;
    }
    crc = crc32c(Buffer.from(`${line}\n`), 0, undefined, crc);
  }
  if (number === 0) throw notAnArchive(archive);
  if (!isWhole) throw new HorizonError("damaged", archive, `the archive was cut off after line ${number}.`);
}

async function* linesOf(archive: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(archive), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw cannotOpen(archive, error);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function requireKnown(archive: string, { walia, archive: version, format }: Fields): void {
  if (walia !== "archive") throw notAnArchive(archive);
  if (version !== ARCHIVE || format !== FORMAT)
    throw new HorizonError(
      "version",
      archive,
      `the archive has form ${version} and format ${format}; this release reads ${ARCHIVE} and ${FORMAT}.`,
    );
}

function changeOf({ table: name, key, payload: text, crc }: Fields): Change | undefined {
  const table = typeof name === "string" ? tableNamed(name) : undefined;
  if (table === undefined || typeof text !== "string" || (typeof key !== "string" && typeof key !== "number"))
    return undefined;
  try {
    const payload = Buffer.from(text, "base64");
    return hexadecimal(checksumOf(table, encodeKey(table, key), payload)) === crc ? { table, key, payload } : undefined;
  } catch {
    // No key of this table.
    return undefined;
  }
}

/** A3 */
const isOfTheFile = (table: Table, key: Key): boolean =>
  table === Table.Meta && (key === OWNER_KEY || key === FORMAT_KEY);

const hexadecimal = (crc: number): string => crc.toString(16).padStart(8, "0");

const notAnArchive = (path: string): HorizonError =>
  new HorizonError("foreign", path, "this is no archive of a program's state.");

/** Lines on their way to a file, and the checksum over them. */
class LineWriter {
  crc = 0;
  #text = "";

  constructor(readonly fd: number) {}

  line(fields: Fields): void {
    const line = `${JSON.stringify(fields)}\n`;
    this.crc = crc32c(Buffer.from(line), 0, undefined, this.crc);
    this.#text += line;
    if (this.#text.length > 1 << 20) this.flush();
  }

  flush(): void {
    const bytes = Buffer.from(this.#text);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
    this.#text = "";
  }
}
