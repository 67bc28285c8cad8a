// What one write does to one record. Several of them, done together or not at all, are a step of a task.

import type { Key, Table } from "./tables.ts";

export interface Change {
  readonly table: Table;
  readonly key: Key;
  /** The record's new content; undefined takes the record away, if there is one. */
  readonly payload: Uint8Array | undefined;
}

export const put = (table: Table, key: Key, payload: Uint8Array): Change => ({ table, key, payload });

export const remove = (table: Table, key: Key): Change => ({ table, key, payload: undefined });
