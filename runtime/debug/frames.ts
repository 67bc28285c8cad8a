// A task's stack as a debugger shows it: frames of the program and of its library, and labels for the handlers between them.
//
// X1. Frames of the machine itself are not shown, nor helpers of the library. What a program calls of the library is, by the name
//     that it is called by.
// X2. A label is no frame: it says which handler is in force for what stands above it, or that a clause runs for what stands below.
// X3. Whoever awaits the task's future comes after it, behind a label; and whoever awaits that one.

import type { Code } from "../engine/code.ts";
import { Frame, type Segment, SegmentKind } from "../engine/segments.ts";
import type { Closure, Continuation } from "../engine/values.ts";
import { type LiveTask, TaskState } from "../reactor/task.ts";
import { isLibrary } from "./debuggee.ts";

/** The code that runs a program's top-level statements (compile/load.ts). */
export const MAIN_ID = "walia:program";

/** Is it the code that a handler covers, which is a unit of its own? (C1 of engine/code.ts) */
export const isCovered = ({ id }: Code): boolean => /[:/]in [^/]+$/.test(id);

/** The id of the unit in which covered code stands. */
export const parentOf = (id: string): string => id.replace(/(?:(^[^:]*:)|\/)in [^/]+$/, "$1");

/** A frame that is shown. */
export interface Shown {
  readonly name: string;
  readonly segment: Segment;
  /** How many frames of the segment are above it. */
  readonly index: number;
  readonly frame: Frame;
}

export type Entry =
  | ({ readonly kind: "frame"; readonly task: LiveTask } & Shown)
  /** `of`: the code whose place it shows; null for a label without one. */
  | { readonly kind: "label"; readonly name: string; readonly of: Code | null };

/** What is shown of a task's stack, innermost first. `awaiterOf`: a task that awaits another one's future. */
export function* entriesOf(task: LiveTask, awaiterOf: (task: LiveTask) => LiveTask | undefined): Generator<Entry> {
  const seen = new Set<LiveTask>();
  for (let next: LiveTask | undefined = task; next !== undefined && !seen.has(next); next = awaiterOf(next)) {
    if (seen.size > 0) yield { kind: "label", name: "awaited by", of: null };
    seen.add(next);
    yield* ownEntries(next);
  }
}

function* ownEntries(task: LiveTask): Generator<Entry> {
  if (task.request !== null && !OWN_STOPS.has(task.request.site.effect))
    yield { kind: "label", name: waitText(task), of: null };
  if (task.state === TaskState.Fresh) yield { kind: "label", name: "has not begun", of: null };
  for (let segment = pinnedStack(task); segment !== null; segment = segment.below) {
    for (const shown of framesIn(segment)) yield { kind: "frame", task, ...shown };
    const label = labelOf(segment);
    if (label !== null) yield label;
  }
}

function* framesIn(segment: Segment): Generator<Shown> {
  let index = 0;
  for (let frame = segment.frames; frame !== null; frame = frame.next) {
    const name = nameOf(frame.code);
    if (name !== null) yield { name, segment, index, frame };
    index++;
  }
}

/** The frames that a continuation holds, innermost first. */
export function framesOfContinuation({ top, bottom }: Continuation): Shown[] {
  const frames: Shown[] = [];
  for (let segment: Segment | null = top; segment !== null; segment = segment.below) {
    frames.push(...framesIn(segment));
    if (segment === bottom) break;
  }
  return frames;
}

/**
 * The stack of a suspended task, whose variables may be changed there. Of most tasks only the frames are kept, and a segment is made
 * for whoever asks (engine/host.ts): then this one stays.
 */
export function pinnedStack(task: LiveTask): Segment | null {
  const { stack } = task;
  task.suspended = stack;
  return stack;
}

/** What a task is parked on without that it waits for anything. */
const OWN_STOPS: ReadonlySet<string> = new Set(["stopped", "spent"]);

/** What a suspended task waits for. */
export function waitText({ request }: LiveTask): string {
  return `waits in ${request === null ? "nothing" : JSON.stringify(request.site.effect)}`;
}

function labelOf({ kind, handler, below, limit }: Segment): Entry | null {
  if (kind === SegmentKind.Handled && handler !== null) return handlerLabel(handler);
  return kind === SegmentKind.Under && limit !== below ? { kind: "label", name: "performed by", of: null } : null;
}

export function handlerLabel({ code }: Closure): Entry {
  return { kind: "label", name: `handle ${JSON.stringify(code.effect)}`, of: code };
}

/** X1. Null for what is not shown. */
function nameOf(code: Code): string | null {
  if (code.source === null) return null;
  if (!isLibrary(code)) return code.name;
  const [, type, method] = /^__([A-Za-z]+)_(.+)$/.exec(code.name) ?? [];
  if (method !== undefined && /^[A-Z]|^string$|^number$/.test(type!)) return `${type}.${method}`;
  return code.name.startsWith("__") || code.name === "function" ? null : code.name;
}

/** The innermost frame of the program's own code. */
export function ownFrameOf(stack: Segment): Omit<Shown, "name"> | null {
  for (let segment: Segment | null = stack; segment !== null; segment = segment.below) {
    let index = 0;
    for (let frame = segment.frames; frame !== null; frame = frame.next) {
      if (frame.code.source !== null && !isLibrary(frame.code)) return { segment, frame, index };
      index++;
    }
  }
  return null;
}

/** Puts `changed` in the place of a frame: those above it are copied, because frames never change (G1 of engine/segments.ts). */
export function replaceFrame(segment: Segment, old: Frame, changed: Frame): void {
  const above: Frame[] = [];
  for (let frame = segment.frames; frame !== old; frame = frame.next) {
    if (frame === null) throw new Error("broken: the frame is not in its segment");
    above.push(frame);
  }
  changed.next = old.next;
  let next = changed;
  for (const frame of above.reverse()) {
    const copy = Frame.of(frame.code, frame.at, frame.slots);
    copy.next = next;
    next = copy;
  }
  segment.frames = next;
}
