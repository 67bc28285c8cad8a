// Changing one task in a `.wld` file that no program has: for `resume` and `edit`.
//
// C1. Everything that is not changed on purpose keeps its bytes. The task is read, and before anything else it is looked whether
//     writing it again gives the same bytes (reactor/keep/reading.ts, R2); other records are not touched.

import { Table } from "../../horizon/tables.ts";
import { taskChanges } from "../../horizon/task-record.ts";
import type { KeptTask, Reading } from "../../reactor/keep/reading.ts";
import { ExitCode } from "../exit-codes.ts";
import { FileTrouble } from "../trouble.ts";
import type { HorizonContext } from "./horizon.ts";
import { openForChange, storedTask } from "./opened.ts";

/** A task as it is to be, and what to tell about it. */
export interface Changed {
  readonly task: KeptTask;
  readonly said: string;
}

/** Why a task cannot be changed in this way. */
export class Refusal extends Error {}

/** Reads a task, has it changed, and writes it back in one transaction. */
export async function changeTask(
  path: string,
  id: number,
  { cache, terminal }: HorizonContext,
  change: (task: KeptTask, reading: Reading) => Changed,
): Promise<number> {
  const opened = await openForChange(path, cache, {
    tables: [Table.Tasks, Table.Frames],
    isWanted: (task) => task === id,
  });
  const { store, reading, troubles } = opened;
  try {
    const stored = storedTask(opened, id);
    if (stored?.frames === undefined) throw noTask(path, id);
    if (reading === null) throw new FileTrouble(path, `task ${id} cannot be read: ${troubles.join("; ")}`);
    const kept = soundTask(reading, stored.task, stored.frames);
    const { task, said } = change(kept, reading);
    store.commit(taskChanges(task.record, reading.pack(task)));
    terminal.print(said);
    return ExitCode.Fine;
  } catch (error) {
    if (error instanceof Refusal) throw new FileTrouble(path, error.message);
    throw error;
  } finally {
    await store.close();
  }
}

export const noTask = (path: string, id: number): FileTrouble =>
  new FileTrouble(path, `there is no task ${id} in this file; walia horizon list shows which there are`);

/** C1 */
function soundTask(reading: Reading, record: KeptTask["record"], frames: Uint8Array): KeptTask {
  let task: KeptTask;
  try {
    task = reading.task(record, frames);
  } catch (error) {
    throw new Refusal(`task ${record.id} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Buffer.from(frames).equals(reading.pack(task)))
    throw new Refusal(
      `task ${record.id} was written by another release of Walia; let it go on once with this one first`,
    );
  return task;
}
