// A record as it stands in the file: what is in it, behind a checksum.
//
//   0: CRC-32C of number of the table (1 byte), key, payload; low byte first     4: payload
//
// R1. The checksum covers the place too, so a record that turns up under another key or in another table does not pass.
// R2. Nobody sees a payload whose checksum was not compared.

import { crc32c } from "./crc.ts";
import { TABLES, type Table } from "./tables.ts";

/** Bytes in front of the payload. */
export const RECORD_HEAD = 4;
/** The most bytes that one record may have. */
export const LARGEST_RECORD = 256 * 1024 * 1024;

/** The checksum of the number of a table, for each. */
const PLACES = TABLES.map((table) => crc32c(Uint8Array.of(table)));
/** How much a file may hold unless somebody says otherwise. */
export const DEFAULT_LIMIT = 64 * 1024 ** 3;

function checksum(
  table: Table,
  key: Uint8Array,
  keyAt: number,
  keyLength: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  return crc32c(bytes, from, to, crc32c(key, keyAt, keyAt + keyLength, PLACES[table]));
}

/** Writes the checksum of the record into its first four bytes: `record[at, to)`, of which the payload is already there. */
export function seal(table: Table, key: Uint8Array, record: Uint8Array, at = 0, to = record.length): void {
  const crc = checksum(table, key, 0, key.length, record, at + RECORD_HEAD, to);
  record[at] = crc;
  record[at + 1] = crc >>> 8;
  record[at + 2] = crc >>> 16;
  record[at + 3] = crc >>> 24;
}

/** The checksum of a record that is in memory. */
export const checksumOf = (table: Table, key: Uint8Array, payload: Uint8Array): number =>
  checksum(table, key, 0, key.length, payload, 0, payload.length);

/** Where bytes are: a key or a record inside something larger. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** Whether the record is what was written (R2). */
export function isSound(table: Table, key: Part, record: Part): boolean {
  const { bytes, at, length } = record;
  if (length < RECORD_HEAD) return false;
  const written = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  return written === checksum(table, key.bytes, key.at, key.length, bytes, at + RECORD_HEAD, at + length);
}
