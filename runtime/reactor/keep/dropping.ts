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

/** Which records of the table `globals` are parcels (scribe.ts). */
export const isParcel = (key: Key): boolean => key !== "program" && !String(key).startsWith("shard ");

/** Whether a record may name futures: parcels do, and tasks, which have one behind their head. */
function mayName(table: Table, key: Key): boolean {
  if (table === Table.Globals) return isParcel(key);
  return [Table.Tasks, Table.Frames, Table.Channels, Table.Descriptors].includes(table);
}

/** What to change in a record when the task `id` is dropped. One that cannot be read stays as it is: nobody awaits anything there. */
export function settleDropped(table: Table, key: Key, payload: Uint8Array, id: number): Change[] {
  try {
    return mayName(table, key) ? settled(table, key, payload, id) : [];
  } catch {
    return [];
  }
}

function settled(table: Table, key: Key, payload: Uint8Array, id: number): Change[] {
  if (table !== Table.Tasks) {
    const parcel = withFailed(payload, id, droppedFault(id));
    return parcel === undefined ? [] : [put(table, key, parcel)];
  }
  const { task, frames } = readTask(key as number, payload);
  const parcel = frames === undefined ? undefined : withFailed(frames, id, droppedFault(id));
  return parcel === undefined ? [] : taskChanges(task, parcel);
}
