// What the store is made of: its tables, and the keys in them. Each table is a named database of the LMDB file.
//
//   table        key                     record
//   meta         "format", "owner"       store.ts, owner.ts
//   sources      hash of a program       names and texts of its files
//   globals      what of the program     its variables together, its handlers, how far it is: reactor/keep/scribe.ts
//   tasks        id of the task          task-record.ts: what recovery must know of it, and its continuation when that is short
//   frames       id of the task          its continuation otherwise, read when it wakes
//   futures      id                      an encoded value; likewise channels, atomics
//   descriptors  the number              what it is, encoded by the reactor; likewise monitors
//   output       sequence number         bytes that are to leave the process and whom they are for
//   effects      id of an effect         what became of it
//
// K1. Keys are compared byte by byte, so a number is written as the count of its bytes and then those, high end first:
//     short, and in the order of the numbers.

export enum Table {
  Meta,
  Sources,
  Globals,
  Tasks,
  Frames,
  Futures,
  Channels,
  Atomics,
  Descriptors,
  Monitors,
  Output,
  Effects,
}

export type Key = number | string;

const NUMBERED = new Set([
  Table.Tasks,
  Table.Frames,
  Table.Futures,
  Table.Channels,
  Table.Atomics,
  Table.Descriptors,
  Table.Monitors,
  Table.Output,
]);

export const TABLES: readonly Table[] = Object.values(Table).filter((table) => typeof table === "number");

/** The name of the table's database in the file. */
export const tableName = (table: Table): string => Table[table]!.toLowerCase();

export const tableNamed = (name: string): Table | undefined => TABLES.find((table) => tableName(table) === name);

export const isNumbered = (table: Table): boolean => NUMBERED.has(table);

/** LMDB takes longer ones; a name that long is a mistake. */
export const LONGEST_KEY = 500;

/** Throws RangeError for a key that this table cannot have. */
export function requireKey(table: Table, key: Key): void {
  if (isNumbered(table)) {
    if (typeof key === "number" && Number.isSafeInteger(key) && key >= 0) return;
    throw new RangeError(`a key of ${tableName(table)} is a whole number, not ${key}`);
  }
  // A text of a third of the length is short enough in any case.
  const isShort =
    typeof key === "string" &&
    key.length > 0 &&
    (key.length <= LONGEST_KEY / 3 || Buffer.byteLength(key) <= LONGEST_KEY);
  if (!isShort) throw new RangeError(`a key of ${tableName(table)} is a text of 1 to ${LONGEST_KEY} bytes`);
}

/** The bytes of a key (K1). RangeError as `requireKey`. */
export function encodeKey(table: Table, key: Key): Uint8Array {
  requireKey(table, key);
  if (typeof key === "string") return Buffer.from(key, "utf8");
  let length = 1;
  for (let rest = Math.floor(key / 256); rest > 0; rest = Math.floor(rest / 256)) length++;
  const bytes = new Uint8Array(length + 1);
  bytes[0] = length;
  for (let at = length, rest = key; at > 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  return bytes;
}

/** The key in `bytes[at, at + length)`; undefined when that is none of this table. */
export function decodeKey(table: Table, bytes: Uint8Array, at = 0, length = bytes.length): Key | undefined {
  if (!isNumbered(table)) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString("utf8");
    return length > 0 && length <= LONGEST_KEY && Buffer.byteLength(text) === length ? text : undefined;
  }
  if (length < 2 || length > 8 || bytes[at] !== length - 1) return undefined;
  let key = 0;
  for (let i = 1; i < length; i++) key = key * 256 + bytes[at + i]!;
  return Number.isSafeInteger(key) ? key : undefined;
}
