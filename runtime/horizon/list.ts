// The tasks of a file, without their continuations: what lists and filters need.

import { payloadOf } from "./check.ts";
import { readFile } from "./store.ts";
import { Table, tableName } from "./tables.ts";
import { readTask, type TaskRecord } from "./task-record.ts";
import type { Damage } from "./trouble.ts";

export interface TaskList {
  /** In the order of their ids. */
  readonly tasks: readonly TaskRecord[];
  /** What could not be read. */
  readonly damage: readonly Damage[];
}

/** Reads the tasks of a file, also while a program runs. HorizonError when there is nothing to read. */
export async function listTasks(path: string): Promise<TaskList> {
  const tasks: TaskRecord[] = [];
  const unknown: Damage[] = [];
  const { damage } = await readFile(path, (table, key, part) => {
    if (table !== Table.Tasks || typeof key !== "number") return;
    try {
      tasks.push(readTask(key, payloadOf(part)).task);
    } catch (error) {
      // The checksum was right, so this was written by somebody who does not know the form.
      unknown.push({
        table: tableName(table),
        key: String(key),
        what: error instanceof Error ? error.message : String(error),
      });
    }
  });
  return { tasks, damage: [...damage, ...unknown] };
}
