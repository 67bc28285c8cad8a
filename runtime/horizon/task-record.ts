// What the store keeps of a task in the table `tasks`: what recovery must know to arm its wait again, and nothing that
// would have to be decoded for that. Its continuation is behind it, when that is short, or in the table `frames`.
//
//   flags    1 byte: standing (2 bits) · 4 home · 8 has a deadline · 16 waits on something numbered · 32 has crashed · 64 frames elsewhere
//   varint   generation · varint since
//   text     name · text effect
//   varint   deadline (distance from `since`, twice, plus 1 when before it) · varint on · varint crashes     as the flags say
//   frames   the rest
//
// Most tasks are two frames with a few variables. Behind its record such a continuation costs no key, no checksum and no write
// of its own. A long one would make every start read it: it stands apart.

import { Sink, Source } from "./bytes.ts";
import { type Change, put, remove } from "./change.ts";
import type { Part } from "./record.ts";
import { Table } from "./tables.ts";

export enum Standing {
  /** It can go on as soon as somebody runs it. */
  Ready,
  /** It waits for what `effect`, `on` and `deadline` say. */
  Waiting,
  /** It crashed too often and is kept to be looked at. */
  Failed,
}

export interface TaskRecord {
  readonly id: number;
  /** The function it was started with. */
  readonly name: string;
  readonly standing: Standing;
  /** The effect it performed and waits for; empty when none. */
  readonly effect: string;
  /** The descriptor, future or channel it waits for, as the effect says. */
  readonly on?: number | undefined;
  /** Unix milliseconds. */
  readonly deadline?: number | undefined;
  /** When it began to wait, Unix milliseconds. */
  readonly since: number;
  /** It may run on the core that owns the globals only. */
  readonly home: boolean;
  /** How many steps it has made. */
  readonly generation: number;
  /** How often in a row it crashed when it was resumed. */
  readonly crashes: number;
}

enum Flag {
  Standing = 3,
  Home = 4,
  Deadline = 8,
  On = 16,
  Crashed = 32,
  Apart = 64,
}

/** Continuations up to this length stand behind their task's record. */
export const SHORT_FRAMES = 512;

const sink = new Sink();

/** What to change so that the store has this task as it is now. */
export function taskChanges(task: TaskRecord, frames: Uint8Array): Change[] {
  const { deadline, on, crashes, since } = task;
  const apart = frames.length > SHORT_FRAMES;
  sink.byte(
    task.standing |
      (task.home ? Flag.Home : 0) |
      (deadline === undefined ? 0 : Flag.Deadline) |
      (on === undefined ? 0 : Flag.On) |
      (crashes === 0 ? 0 : Flag.Crashed) |
      (apart ? Flag.Apart : 0),
  );
  sink.varint(task.generation);
  sink.varint(since);
  sink.text(task.name);
  sink.text(task.effect);
  if (deadline !== undefined) sink.varint(Math.abs(deadline - since) * 2 + (deadline < since ? 1 : 0));
  if (on !== undefined) sink.varint(on);
  if (crashes !== 0) sink.varint(crashes);
  if (!apart) sink.raw(frames);
  const record = put(Table.Tasks, task.id, sink.take());
  return [record, apart ? put(Table.Frames, task.id, frames) : remove(Table.Frames, task.id)];
}

/** The task is over. */
export const endChanges = (id: number): Change[] => [remove(Table.Tasks, id), remove(Table.Frames, id)];

/** A task as the store has it; `frames` is undefined when its continuation stands apart, in the table `frames`. */
export interface StoredTask {
  readonly task: TaskRecord;
  readonly frames: Uint8Array | undefined;
}

/** How the task of such a record stands. */
export const standingOf = (record: Uint8Array): Standing => (record[0] ?? 0) & Flag.Standing;

/** Reads a record of the table `tasks`. RangeError when it is none. */
export function readTask(id: number, record: Uint8Array): StoredTask {
  const source = new Source(record);
  const flags = source.byte();
  const generation = source.varint();
  const since = source.varint();
  const name = source.text();
  const effect = source.text();
  const distance = flags & Flag.Deadline ? source.varint() : undefined;
  const on = flags & Flag.On ? source.varint() : undefined;
  const crashes = flags & Flag.Crashed ? source.varint() : 0;
  const standing: Standing = flags & Flag.Standing;
  if (standing > Standing.Failed) throw new RangeError("a task is in no known state");
  return {
    task: {
      id,
      name,
      standing,
      effect,
      on,
      deadline: distance === undefined ? undefined : deadlineFrom(since, distance),
      since,
      home: (flags & Flag.Home) !== 0,
      generation,
      crashes,
    },
    frames: flags & Flag.Apart ? undefined : source.rest(),
  };
}

const deadlineFrom = (since: number, distance: number): number =>
  since + Math.floor(distance / 2) * (distance % 2 === 1 ? -1 : 1);

/** What a start must know of a task that only waits for its time. */
export interface Sleep {
  /** Unix milliseconds. */
  deadline: number;
  isHome: boolean;
  /** Where its continuation is in the record, which ends with it; -1 when that stands apart. */
  framesAt: number;
}

/** The effect that waits for a time and for nothing else. */
const TIMER = Buffer.from("TIMER");

/**
 * The same, for a task that waits in TIMER and has not crashed; false for every other one. It is asked of millions, so the answer
 * is written over the last one.
 */
export function sleepIn({ bytes, at, length }: Part, sleep: Sleep): boolean {
  const end = at + length;
  const flags = bytes[at]!;
  if ((flags & ~(Flag.Home | Flag.Apart)) !== (Standing.Waiting | Flag.Deadline)) return false;
  const head = new Head(bytes, at + 1);
  head.varint();
  const since = head.varint();
  const name = head.varint();
  head.at += name;
  if (head.varint() !== TIMER.length) return false;
  for (let i = 0; i < TIMER.length; i++) if (bytes[head.at++] !== TIMER[i]) return false;
  const distance = head.varint();
  // A record that ends before this is left to those who say what is wrong with it.
  if (head.at > end) return false;
  sleep.deadline = deadlineFrom(since, distance);
  sleep.isHome = (flags & Flag.Home) !== 0;
  sleep.framesAt = flags & Flag.Apart ? -1 : head.at;
  return true;
}

/** Reads on, whatever is there. */
class Head {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  varint(): number {
    let n = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.bytes[this.at++] ?? 0;
      n += (byte & 0x7f) * unit;
      if (byte < 0x80) return n;
    }
  }
}
