// Files of the store for tests: in a folder of their own, with content that has been through updates and removals.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { type Change, put, remove } from "../../runtime/horizon/change.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { type Key, Table, tableName } from "../../runtime/horizon/tables.ts";
import { Standing, type TaskRecord, taskChanges } from "../../runtime/horizon/task-record.ts";

/** The built thread that writes. */
export const WRITER = resolve(import.meta.dirname, "../../dist/horizon-writer.js");

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "walia-horizon-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Numbers in [0, 1), the same for the same seed (xorshift). */
export function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export function task(id: number, more: Partial<TaskRecord> = {}): TaskRecord {
  const fixed = { name: "session", effect: "IO_READ", on: 7, deadline: undefined, since: 1_790_000_000_000 };
  return { id, standing: Standing.Waiting, home: false, generation: 1, crashes: 0, ...fixed, ...more };
}

export const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

/** What a file holds: by table and key, as "tasks 17". */
export type Content = Map<string, string>;

export const nameOf = (table: Table, key: Key): string => `${tableName(table)} ${key}`;

/** Makes a file with records of all kinds and sizes, some written twice and some removed again, and says what is in it. */
export async function makeFile(path: string, tasks = 600): Promise<Content> {
  const content: Content = new Map();
  const store = await Store.open(path, { by: "test" });
  const commit = (changes: Change[]): void => {
    store.commit(changes);
    for (const { table, key, payload } of changes) {
      if (payload === undefined) content.delete(nameOf(table, key));
      else content.set(nameOf(table, key), Buffer.from(payload).toString("hex"));
    }
  };
  const some = (count: number, changes: (id: number) => Change[]): void => {
    for (let id = 0; id < count; id += 20)
      commit(Array.from({ length: Math.min(20, count - id) }, (_, n) => changes(id + n)).flat());
  };
  some(tasks, (id) => taskChanges(task(id), bytes(id % 50 === 0 ? 3000 : 40 + (id % 60), id)));
  commit([put(Table.Globals, "counter", bytes(9, 1)), put(Table.Globals, "large", bytes(50_000, 2))]);
  commit(Array.from({ length: 40 }, (_, id) => put(Table.Futures, id, bytes(id, 3))));
  commit([put(Table.Sources, "ab12", Buffer.from("fun main() { }"))]);
  some(Math.floor(tasks / 3), (n) => taskChanges(task(n * 3, { generation: 2 }), bytes(80, 9)));
  commit(Array.from({ length: Math.floor(tasks / 10) }, (_, n) => remove(Table.Tasks, n * 10 + 1)));
  commit([remove(Table.Globals, "large"), put(Table.Globals, "large", bytes(20_000, 4))]);
  await store.close();
  return content;
}
