// A task's stack, as data: frames in segments.
//
//   E.now.h --> Segment --below--> Segment --below--> Segment (base) --> null
//             |                  |                   |
//           frames             frames              frames        Frame --next--> Frame --> null, innermost first
//
// A segment is a stretch of stack between two handlers: its frames are the code that runs inside its handler. Part of the
// stack may at any moment live on the host's own stack instead: a segment's `frames` are then only its older ones.
//
// G1. Frames are immutable once they are linked. A segment is changed only by the driver that runs it; the segments of a
//     Continuation are never run, only copied (see `machine.ts`).
// G2. Looking for a handler starts at E.now.h and follows `below`; an "under" segment jumps, because a handler's clause runs
//     outside its own handler; a "base" segment goes on to the handlers of the whole program.

import type { Code, EffectKey } from "./code.ts";
import type { Closure, Enter, Value } from "./values.ts";

/** Suspended code of one unit: where it stopped and what it held. */
export class Frame {
  /** The frame that called this one. Set once, when the capture that made this frame goes on to its caller. */
  next: Frame | null = null;
  /** The values of `code.points[at].slots`, set by whoever makes the frame: the first four have fields of their own. */
  s0: Value = undefined;
  s1: Value = undefined;
  s2: Value = undefined;
  s3: Value = undefined;
  more: readonly Value[] = NONE;

  constructor(
    readonly code: Code,
    /** Suspension ordinal (C2). */
    readonly at: number,
  ) {}

  static of(code: Code, at: number, slots: readonly Value[]): Frame {
    const frame = new Frame(code, at);
    frame.slots = slots;
    return frame;
  }

  /** All values, in a list of its own. */
  get slots(): Value[] {
    const count = this.code.points[this.at]!.slots.length;
    const first = [this.s0, this.s1, this.s2, this.s3];
    return count > FIELDS ? [...first, ...this.more] : first.slice(0, count);
  }

  set slots(values: readonly Value[]) {
    [this.s0, this.s1, this.s2, this.s3] = values;
    this.more = values.length > FIELDS ? values.slice(FIELDS) : NONE;
  }
}
const NONE: readonly Value[] = Object.freeze([]) as readonly Value[];

/** How many values of a frame have fields of their own. */
export const FIELDS = 4;

export enum SegmentKind {
  /** Code covered by a handler. */
  Handled,
  /** A clause running in place, above the code that performed: handlers are looked for from `limit` on. */
  Under,
  /** Bottom of a task, or of a continuation that goes down to it: the program's handlers come next. */
  Base,
  /** A handler of the whole program. Holds no frames. */
  Program,
  /** Below everything: the reactor answers. */
  Root,
}

export class Segment {
  frames: Frame | null = null;
  constructor(
    readonly kind: SegmentKind,
    public below: Segment | null,
    /** The handler's clause: Handled and Program only. */
    readonly handler: Closure | null,
    /** `handler.code.key`, kept here for the search; null without a handler. */
    readonly key: EffectKey | null,
    /** The clause when it may be run in place, as a call (tail-resumptive). */
    readonly enter: Enter | undefined,
    /**
     * Where the search for a handler goes on. Under: the segment below the handler whose clause runs; null, in a stored
     * continuation, for whatever will be below it. Base: in the program's handlers; null for all of them.
     */
    public limit: Segment | null,
    /** Number of the driver invocation that was newest when this segment was made (see `machine.ts`, M4). */
    readonly owner: number,
  ) {}
}
