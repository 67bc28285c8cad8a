// What is different between two files, record by record.
//
// D1. Both files are read once, in the order of their tables and keys, the first into memory (packed.ts): so what differs is known by
//     going through both at once, and a million records take some hundred megabytes.

import type { Meter, Visit } from "./check.ts";
import { Packed, type Place } from "./packed.ts";
import { readFile } from "./store.ts";
import { isNumbered, type Key, TABLES, Table } from "./tables.ts";
import type { Damage } from "./trouble.ts";

/** A record that is in one of two files only, or in both with another content. */
export class Difference {
  readonly #packed: Packed;
  readonly #before: Place;
  readonly #after: Place;

  constructor(
    readonly table: Table,
    readonly key: Key,
    packed: Packed,
    before: Place,
    after: Place,
  ) {
    this.#packed = packed;
    this.#before = before;
    this.#after = after;
  }

  /** Its content in the first file; undefined where it is not. */
  get before(): Uint8Array | undefined {
    return this.#before === NOWHERE ? undefined : this.#packed.at(this.#before);
  }

  /** The same in the second file. */
  get after(): Uint8Array | undefined {
    return this.#after === NOWHERE ? undefined : this.#packed.at(this.#after);
  }
}

export interface Differences {
  /** Table by table, by ascending keys. */
  readonly differences: readonly Difference[];
  /** Of either file: what could not be read was not compared. */
  readonly damage: readonly Damage[];
  /** A record as the first file has it, whether it differs or not. */
  before(table: Table, key: Key): Uint8Array | undefined;
}

const NOWHERE: Place = -1;

/** Records of one table of the first file. */
interface Known {
  /** They ascend. */
  readonly keys: Key[];
  /** Where the first one is; the others follow it. */
  first: Place;
  /** How many were met in the second file, or are missing there. */
  done: number;
}

/** Compares two files. What names the process that has one is left out. */
export async function diffFiles(before: string, after: string, meter?: Meter): Promise<Differences> {
  const packed = new Packed();
  const known: readonly Known[] = TABLES.map(() => ({ keys: [], first: NOWHERE, done: 0 }));
  const keep: Visit = (table, key, part) => {
    if (table === Table.Meta) return;
    const { keys } = known[table]!;
    const place = packed.add(part);
    if (keys.length === 0) known[table]!.first = place;
    keys.push(key);
  };
  const first = await readFile(before, keep, { meter });

  const found: Difference[][] = TABLES.map(() => []);
  const note = (table: Table, key: Key, was: Place, is: Place): void =>
    void found[table]!.push(new Difference(table, key, packed, was, is));
  /** Those of the first file that come before a key are not in the second. */
  const passOver = (table: Table, isBefore: (key: Key) => boolean): void => {
    const of = known[table]!;
    for (; of.done < of.keys.length && isBefore(of.keys[of.done]!); of.done++)
      note(table, of.keys[of.done]!, of.first + of.done, NOWHERE);
  };
  const compare: Visit = (table, key, part) => {
    if (table === Table.Meta) return;
    const of = known[table]!;
    passOver(table, (other) => order(table, other, key) < 0);
    const isKnown = of.done < of.keys.length && of.keys[of.done] === key;
    const was = isKnown ? of.first + of.done++ : NOWHERE;
    const { bytes, at, length } = part;
    const isSame = isKnown && Buffer.compare(packed.at(was), bytes.subarray(at, at + length)) === 0;
    if (!isSame) note(table, key, was, packed.add(part));
  };
  const second = await readFile(after, compare, { meter });
  for (const table of TABLES) passOver(table, () => true);

  return {
    differences: found.flat(),
    damage: [...first.damage, ...second.damage],
    before: (table, key) => {
      const { keys, first } = known[table]!;
      const at = placeOf(table, key, keys);
      return at === undefined ? undefined : packed.at(first + at);
    },
  };
}

/** As keys are in a file (tables.ts, K1). */
function order(table: Table, a: Key, b: Key): number {
  return isNumbered(table) ? Number(a) - Number(b) : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function placeOf(table: Table, key: Key, keys: readonly Key[]): number | undefined {
  let from = 0;
  let to = keys.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (order(table, keys[middle]!, key) < 0) from = middle + 1;
    else to = middle;
  }
  return keys[from] === key ? from : undefined;
}
