// The head of a task's record: what others than the task itself want to know of it (horizon/task-record.ts).

import { Channel, type EffectRequest } from "../../engine/values.ts";
import { Standing, type TaskRecord } from "../../horizon/task-record.ts";
import { nameOf } from "../payload.ts";
import type { LiveTask } from "../task.ts";

/** What its keeper knows of a task. */
export interface KeptState {
  /** How often it was written. */
  readonly generation: number;
  readonly crashes: number;
  /** When its timer is due, if it has one; Unix milliseconds, as `now` is. */
  readonly deadline: number | undefined;
  readonly now: number;
}

export function headOf(task: LiveTask, { generation, crashes, deadline, now }: KeptState): TaskRecord {
  const { request } = task;
  return {
    id: task.id,
    name: task.name,
    standing: request === null ? Standing.Ready : Standing.Waiting,
    effect: request === null ? "" : nameOf(request),
    on: request === null ? undefined : subjectOf(request),
    // Records have whole milliseconds, and nobody wakes early.
    deadline: deadline === undefined ? undefined : Math.ceil(deadline),
    since: Math.floor(now),
    home: task.isHome,
    generation,
    crashes,
  };
}

/** The number of what a request waits for. */
function subjectOf(request: EffectRequest): number | undefined {
  const { f_target: target, f_fd: fd, f_future: future, f_channel: channel } = request;
  if (typeof fd === "number" && Number.isSafeInteger(fd) && fd >= 0) return fd;
  if (typeof target === "number" && Number.isSafeInteger(target) && target >= 0) return target;
  if (channel instanceof Channel) return channel.id;
  return typeof future === "object" && future !== null && "id" in future ? (future.id as number) : undefined;
}
