// Durations, sizes, and what a task waits for, in plain words.

import type { Key } from "../../horizon/tables.ts";
import { Standing, type TaskRecord } from "../../horizon/task-record.ts";
import { type KeptDescriptor, readDescriptor } from "../../reactor/keep/reading.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "340 ms", "12 s", "5 min", "2 h 10 min", "3 d 4 h". */
export function durationText(ms: number): string {
  const two = (large: number, one: string, small: number, other: string): string => {
    const whole = Math.floor(ms / large);
    const rest = Math.floor((ms % large) / small);
    return rest === 0 ? `${whole} ${one}` : `${whole} ${one} ${rest} ${other}`;
  };
  if (ms < SECOND) return `${Math.max(0, Math.floor(ms))} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return ms < DAY ? two(HOUR, "h", MINUTE, "min") : two(DAY, "d", HOUR, "h");
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, min: MINUTE, m: MINUTE, h: HOUR, d: DAY };

/** Milliseconds of "2h", "30 min", "1.5d"; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)$/.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit!]!;
}

/** "340 B", "1.2 kB", "56 MB". */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let n = bytes / 1000;
  let unit = 0;
  for (; n >= 999.5 && unit < 3; unit++) n /= 1000;
  return `${n < 9.95 ? n.toFixed(1) : Math.round(n)} ${["kB", "MB", "GB", "TB"][unit]}`;
}

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

export const stateName = ({ standing }: Pick<TaskRecord, "standing">): "ready" | "waiting" | "failed" =>
  standing === Standing.Ready ? "ready" : standing === Standing.Waiting ? "waiting" : "failed";

/** What is known of a virtual descriptor. */
export type Describe = (fd: number) => KeptDescriptor | undefined;

/** What the records of descriptors say. */
export const describer =
  (records: ReadonlyMap<Key, Uint8Array> | undefined): Describe =>
  (fd) => {
    const payload = records?.get(fd);
    return payload === undefined ? undefined : readDescriptor(payload);
  };

/** What a task waits for. */
export function waitText(
  { standing, effect, on, deadline, crashes }: Pick<TaskRecord, "standing" | "effect" | "on" | "deadline" | "crashes">,
  now: number,
  describe: Describe,
): string {
  if (standing === Standing.Failed) return `nothing: it crashed ${countText(crashes, "time")}`;
  if (standing === Standing.Ready) return "nothing: it is ready";
  const subject = on === undefined ? "" : subjectText(effect, on, describe);
  if (deadline === undefined) return subject;
  const due = deadline > now ? `due in ${durationText(deadline - now)}` : `due ${durationText(now - deadline)} ago`;
  return subject === "" ? due : `${subject}, ${due}`;
}

/** What the number is that a request names. */
function subjectText(effect: string, on: number, describe: Describe): string {
  switch (effect) {
    case "await":
    case "timeout":
    case "cancel":
      return `task ${on}`;
    case "receive":
    case "close":
      return `channel ${on}`;
    case "send":
      return `room in channel ${on}`;
    default:
      return descriptorText(on, describe(on));
  }
}

const STANDARD = ["standard input", "standard output", "standard error"];

/** "descriptor 5 (data.txt at byte 12)". */
export function descriptorText(fd: number, what: KeptDescriptor | undefined): string {
  const standard = STANDARD[fd];
  if (standard !== undefined) return standard;
  const known = what === undefined ? "" : ` (${describedText(what)})`;
  return `descriptor ${fd}${known}`;
}

function describedText(what: KeptDescriptor): string {
  switch (what.kind) {
    case "file":
      return `${what.path} at byte ${what.offset ?? 0}`;
    case "listener":
      return `listens on ${what.host ?? ""}:${what.port}`;
    case "dialled":
      return `to ${what.host}:${what.port}`;
    case "accepted":
      return `connection accepted at ${what.listener}`;
    default:
      return what.kind;
  }
}
