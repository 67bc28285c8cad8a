// Takes a task out of a file, so that for all others it has been cancelled: its pending future, which records name by the number of
// the task (scribe.ts, P2), has failed. What a record holds besides that keeps its bytes.

import type { Fault } from "../../engine/values.ts";
import { type Change, put } from "../../horizon/change.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { readTask, taskChanges } from "../../horizon/task-record.ts";
import { withFailed } from "../shards/parcel.ts";

/** What awaiters of a dropped task see. */
export const droppedFault = (id: number): Fault => ({
  kind: "Cancelled",
  message: `task ${id} was dropped`,
  fields: {},
  trace: [],
});

/** Whether a record may name futures: parcels do, and tasks, which have one behind their head. */
function mayName(table: Table, key: Key): boolean {
  if (table === Table.Globals) return key !== "program" && !String(key).startsWith("shard ");
  return [Table.Tasks, Table.Frames, Table.Channels, Table.Descriptors].includes(table);
}

/** What to change in a record when the task `id` is dropped. Error when the record is none of its table. */
export function settleDropped(table: Table, key: Key, payload: Uint8Array, id: number): Change[] {
  if (!mayName(table, key)) return [];
  if (table !== Table.Tasks) {
    const settled = withFailed(payload, id, droppedFault(id));
    return settled === undefined ? [] : [put(table, key, settled)];
  }
  const { task, frames } = readTask(key as number, payload);
  const settled = frames === undefined ? undefined : withFailed(frames, id, droppedFault(id));
  return settled === undefined ? [] : taskChanges(task, settled);
}
