// The tasks of a file, without their continuations: what lists and filters need.
//
// T1. Nothing is gathered but, for each continuation that stands apart, its length: a file may hold millions of tasks.

import { payloadOf, type ReadOptions, type Visit } from "./check.ts";
import type { Part } from "./record.ts";
import { readFile } from "./store.ts";
import { Table, tableName } from "./tables.ts";
import { readTask, type TaskRecord } from "./task-record.ts";
import type { Damage } from "./trouble.ts";

export interface TaskTold {
  /** A task, in the order of their ids, and how many bytes its records have. */
  task(task: TaskRecord, size: number): void;
  /** Before the first task, the content of two kinds of records: how far the program is, and a virtual descriptor. */
  program?(payload: Uint8Array): void;
  descriptor?(fd: number, payload: Uint8Array): void;
}

/**
 * Tells of the tasks of a file, also while a program runs; yields what could not be read. HorizonError when there is nothing to
 * read.
 */
export async function listTasks(
  path: string,
  told: TaskTold,
  { meter }: Pick<ReadOptions, "meter"> = {},
): Promise<readonly Damage[]> {
  const tables = [Table.Globals, Table.Descriptors, Table.Frames, Table.Tasks];
  const { visit, unknown } = tasksIn(told);
  const { damage } = await readFile(path, visit, { tables, meter });
  return [...damage, ...unknown];
}

/**
 * The same for whoever reads the file himself: `visit` is to be told of the tables as `told` wants them, and of Frames before
 * Tasks. What was no task is in `unknown` then.
 */
export function tasksIn(told: TaskTold): { readonly visit: Visit; readonly unknown: readonly Damage[] } {
  const unknown: Damage[] = [];
  const apart = new Lengths();
  const visit: Visit = (table, key, part) => {
    if (table === Table.Globals && key === "program") told.program?.(payloadOf(part));
    if (typeof key !== "number") return;
    if (table === Table.Frames) apart.add(key, part.length);
    else if (table === Table.Descriptors) told.descriptor?.(key, payloadOf(part));
    else if (table === Table.Tasks) {
      const task = headOf(key, part);
      // The checksum was right, so this was written by somebody who does not know the form.
      if (typeof task === "string") unknown.push({ table: tableName(table), key: String(key), what: task });
      else told.task(task, part.length + apart.of(key));
    }
  };
  return { visit, unknown };
}

/** What a record says of its task, or why it is none. */
function headOf(id: number, { bytes, at, length }: Part): TaskRecord | string {
  try {
    // Nothing of the bytes themselves is kept, and to copy them for millions takes long.
    return readTask(id, bytes.subarray(at, at + length)).task;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Lengths by ascending id, asked for in the same order (T1). */
class Lengths {
  #pairs = new Float64Array(256);
  #end = 0;
  #next = 0;

  add(id: number, length: number): void {
    if (this.#end === this.#pairs.length) {
      const larger = new Float64Array(this.#end * 2);
      larger.set(this.#pairs);
      this.#pairs = larger;
    }
    this.#pairs[this.#end++] = id;
    this.#pairs[this.#end++] = length;
  }

  of(id: number): number {
    while (this.#next < this.#end && this.#pairs[this.#next]! < id) this.#next += 2;
    return this.#next < this.#end && this.#pairs[this.#next] === id ? this.#pairs[this.#next + 1]! : 0;
  }
}
