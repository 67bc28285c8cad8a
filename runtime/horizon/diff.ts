// What is different between two files, record by record.

import { type Meter, payloadOf, type Visit } from "./check.ts";
import { readFile } from "./store.ts";
import { type Key, Table, tableName } from "./tables.ts";
import type { Damage } from "./trouble.ts";

export interface Difference {
  readonly table: Table;
  readonly key: Key;
  /** Its content in the first and the second file; undefined where it is not. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

export interface Differences {
  readonly differences: readonly Difference[];
  /** Of either file: what could not be read was not compared. */
  readonly damage: readonly Damage[];
}

/** Compares two files, table by table, in the order of their keys. What names the process that has one is left out. */
export async function diffFiles(before: string, after: string, meter?: Meter): Promise<Differences> {
  const records = new Map<string, { table: Table; key: Key; payload: Uint8Array }>();
  const keep: Visit = (table, key, part) => {
    if (table !== Table.Meta) records.set(nameOf(table, key), { table, key, payload: payloadOf(part) });
  };
  const first = await readFile(before, keep, { meter });
  const differences: Difference[] = [];
  const compare: Visit = (table, key, part) => {
    if (table === Table.Meta) return;
    const name = nameOf(table, key);
    const known = records.get(name)?.payload;
    records.delete(name);
    const payload = payloadOf(part);
    if (known === undefined || !Buffer.from(known).equals(payload))
      differences.push({ table, key, before: known, after: payload });
  };
  const second = await readFile(after, compare, { meter });
  for (const { table, key, payload } of records.values())
    differences.push({ table, key, before: payload, after: undefined });
  differences.sort((a, b) => a.table - b.table || order(a.key, b.key));
  return { differences, damage: [...first.damage, ...second.damage] };
}

const nameOf = (table: Table, key: Key): string => `${tableName(table)} ${key}`;

const order = (a: Key, b: Key): number => (a < b ? -1 : a > b ? 1 : 0);
