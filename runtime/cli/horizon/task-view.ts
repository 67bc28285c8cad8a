// A task of a `.wld` file as plain data: what it waits for, its frames with their places in the source that it was suspended in,
// and what each of them holds. The text of `show`, its JSON and the comparisons of `diff` are made from it.
//
// F1. Frames have numbers from 1, the innermost first. All that hold anything or stand in the program's own source have one; what the
//     machine keeps between them has none.
// F2. A frame holds what its code still needs: a variable that is not used any more after the suspension is not there.

import type { Code } from "../../engine/code.ts";
import type { Input } from "../../engine/host.ts";
import { type Frame, type Segment, SegmentKind } from "../../engine/segments.ts";
import { Closure, captureOf, type EffectRequest, Instance, type Value } from "../../engine/values.ts";
import { Table } from "../../horizon/tables.ts";
import type { StoredTask, TaskRecord } from "../../horizon/task-record.ts";
import { isCancelled, isFresh, type KeptTask, type Reading, requestOf } from "../../reactor/keep/reading.ts";
import { traceEntries } from "../trace.ts";
import type { View } from "../view.ts";
import type { Opened } from "./opened.ts";
import { type NamedValue, ShownValues } from "./values.ts";

export interface FrameView {
  /** F1 */
  readonly number: number;
  readonly function: string;
  /** Null in code of the library. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** The source line with its carets; empty where there is no file. */
  readonly excerpt: readonly string[];
  readonly locals: readonly NamedValue[];
  /** Handlers that stand between it and the frame that called it: `inside handle "NAME"`. */
  readonly notes: readonly string[];
}

export interface TaskView {
  readonly record: TaskRecord;
  /** Bytes in the file. */
  readonly size: number;
  /** Its code has begun. */
  readonly begun: boolean;
  readonly cancelled: boolean;
  /** Fields of the effect that it waits in. */
  readonly payload: readonly NamedValue[];
  /** With what it is about to go on; null when it waits, or just has its turn. */
  readonly input: string | null;
  readonly frames: readonly FrameView[];
  /** Why there are no frames. */
  readonly problem: string | null;
}

/** Bytes of a task's records. */
export function sizeOf({ image }: Pick<Opened, "image">, id: number): number {
  return (image.get(Table.Tasks)?.get(id)?.length ?? 0) + (image.get(Table.Frames)?.get(id)?.length ?? 0);
}

/** `size`: bytes of the task's records. */
export function viewTask(stored: StoredTask, size: number, reading: Reading | null, view: View): TaskView {
  const none = { begun: true, cancelled: false, payload: [], input: null, frames: [] };
  const unread = (problem: string): TaskView => ({ record: stored.task, size, ...none, problem });
  if (reading === null) return unread("the source that it was suspended in is not in the file, or has errors");
  if (stored.frames === undefined) return unread("the record of its frames is missing");
  try {
    return readView(reading.task(stored.task, stored.frames), size, reading, view);
  } catch (error) {
    return unread(error instanceof Error ? error.message : String(error));
  }
}

function readView(task: KeptTask, size: number, reading: Reading, view: View): TaskView {
  const request = requestOf(task);
  const input = reading.inputOf(task);
  const fields = request === undefined ? [] : fieldsOf(request);
  const frames = [...framesOf(task.stack)];
  const held = frames.map(({ frame }) => localsOf(frame));
  const given = input?.kind === "value" ? [input.value] : [];
  const shown = new ShownValues([
    ...held.flat().map(([, value]) => value),
    ...fields.map(([, value]) => value),
    ...given,
  ]);
  const named = ([name, value]: Local): NamedValue => shown.named(name, value);
  return {
    record: task.record,
    size,
    begun: !isFresh(task),
    cancelled: isCancelled(task),
    frames: frames.map(({ frame, notes }, i) => ({
      number: i + 1,
      ...placeOf(frame, view),
      locals: held[i]!.map(named),
      notes,
    })),
    payload: fields.map(named),
    input: input === undefined ? null : inputText(input, (value) => shown.text(value)),
    problem: null,
  };
}

/** With what a task is about to go on. */
export function inputText(input: Input, text: (value: Value) => string): string {
  switch (input.kind) {
    case "value":
      return text(input.value);
    case "perform":
      return `the effect ${input.effect}`;
    default:
      return `the fault ${input.fault.kind}: ${input.fault.message}`;
  }
}

/** What is sent with an effect. */
export const fieldsOf = (request: EffectRequest): Local[] =>
  Object.keys(request)
    .filter((key) => key.startsWith("f_"))
    .map((key) => [key.slice(2), request[key as `f_${string}`]]);

interface Numbered {
  readonly frame: Frame;
  readonly segment: Segment;
  readonly notes: readonly string[];
}

/** The frames of a stack that have numbers, innermost first (F1). */
export function framesOf(stack: Segment): Numbered[] {
  const frames: (Numbered & { readonly notes: string[] })[] = [];
  for (let segment: Segment | null = stack; segment !== null; segment = segment.below) {
    for (let frame = segment.frames; frame !== null; frame = frame.next)
      if (frame.code.source !== null || localsOf(frame).length > 0) frames.push({ frame, segment, notes: [] });
    const note = noteOf(segment);
    if (note !== null) frames.at(-1)?.notes.push(note);
  }
  return frames;
}

function noteOf(segment: Segment): string | null {
  if (segment.kind === SegmentKind.Handled) return `inside handle "${segment.handler?.code.effect}"`;
  return segment.kind === SegmentKind.Under && segment.limit !== segment.below ? "performed by" : null;
}

export type Local = readonly [name: string, value: Value];

/** What a frame holds, by name: its variables, `this`, and `%n` for values of unfinished expressions. */
export function localsOf({ code, at, slots }: Frame): Local[] {
  // The machine's own: the statement of the program's top level that is under way is the next frame's.
  if (code.id === "walia:program") return [];
  const names = code.points[at]!.slots;
  return names.flatMap((name, i): Local[] => {
    const value = slots[i];
    if (name !== "self" || code.source === null) return [[name, value]];
    if (value instanceof Instance) return [["this", value]];
    return value instanceof Closure ? code.captures.map((capture, c) => [capture, captureOf(value, c)]) : [];
  });
}

export type Place = Pick<FrameView, "function" | "file" | "line" | "column" | "excerpt">;

/** Where a frame stands in the source. */
export function placeOf({ code, at }: Frame, view: View): Place {
  const [entry] = traceEntries([{ code, at, note: null }], view);
  if (entry?.kind !== "frame")
    return {
      function: entry?.kind === "library" ? entry.name : nameOf(code),
      file: null,
      line: null,
      column: null,
      excerpt: [],
    };
  const { name, file, line, column, excerpt } = entry;
  return { function: name, file, line, column, excerpt };
}

/** The frames of the machine that hold something, in words. */
const MACHINE = new Map([
  ["walia:start", "the beginning of the task"],
  ["walia:clause", "a handler that is about to answer"],
  ["walia:again", "an effect that is performed again"],
]);

const nameOf = (code: Code): string => MACHINE.get(code.id) ?? code.name;
