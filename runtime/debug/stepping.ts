// Steps: when a task that goes on is to stop again.
//
// A stack is data at every probe, so whether a step has come to its end is read off the stack. Frames are immutable, and only the
// innermost is entered again; the others keep standing where they were. So an activation is known by its code and by what it
// stands on: the frame below it in its segment or, where it is the first of one, the segment's handler.
//
//   next      at the next statement of the same activation, or of one that it stands on
//   stepOut   of one that it stands on
//   stepIn    at the next statement that the task comes to, whatever it is
//
// L1. The code that a handler covers is part of the function around it: a step from the one to the other is a step within.
// L2. The top-level statements of a program are one activation.
// L3. A clause that ends by resuming goes on in the code that performed: those activations count, too, once the clause has ended.
//     While it is there, what it resumes is called by it.
// L4. A function that was called in place of the activation (a tail call) is another one: a step passes over it.

import type { Code } from "../engine/code.ts";
import { type Frame, type Segment, SegmentKind } from "../engine/segments.ts";
import { Continuation } from "../engine/values.ts";
import { MAIN_ID, ownFrameOf, pathOf } from "./frames.ts";

export type StepKind = "next" | "stepIn" | "stepOut";

/** What an activation stands on. */
type Base = Frame | string;

interface Activation {
  readonly code: Code | null;
  readonly base: Base;
}

export class Step {
  readonly #kind: StepKind;
  /** Where the step begins; null for a task that has not. */
  readonly #from: Activation | null;
  readonly #bases = new Map<Base, Set<Code | null>>();
  /** L3 */
  readonly #performers = new Map<Base, Set<Code | null>>();
  readonly #handlers = new HandlerNumbers();

  /** `stack`: of the task as it is stopped. */
  constructor(kind: StepKind, stack: Segment | null) {
    this.#kind = kind;
    const place = stack === null ? null : ownFrameOf(stack);
    if (place === null) {
      this.#from = null;
      return;
    }
    this.#from = this.#activation(place.segment, place.frame);
    const resumed = continuationOf(place.frame);
    if (resumed !== null) this.#collect(resumed.top, stack, null, this.#performers);
    this.#collect(place.segment, null, this.#from, this.#bases);
    if (kind === "next") add(this.#bases, this.#from);
  }

  /** Does the step end here? Asked when the task has come to a statement. */
  endsAt(stack: Segment): boolean {
    if (this.#kind === "stepIn" || this.#from === null) return true;
    const place = ownFrameOf(stack);
    if (place === null) return false;
    const here = this.#activation(place.segment, place.frame);
    if (this.#bases.get(here.base)?.has(here.code) === true) return true;
    return this.#performers.get(here.base)?.has(here.code) === true && !this.#stands(stack, this.#from);
  }

  /** Every activation of a stack but `except`. `floor`: what a continuation would stand on. */
  #collect(top: Segment, floor: Segment | null, except: Activation | null, into: Map<Base, Set<Code | null>>): void {
    for (let segment: Segment | null = top; segment !== null; segment = segment.below) {
      for (let frame = segment.frames; frame !== null; frame = frame.next) {
        if (frame.code.source === null || (isCovered(frame) && frame.next === null)) continue;
        const activation = this.#activation(segment, frame, floor);
        if (except === null || !isSame(activation, except)) add(into, activation);
      }
    }
  }

  /** Is the activation still somewhere on the stack? */
  #stands(stack: Segment, activation: Activation): boolean {
    for (let segment: Segment | null = stack; segment !== null; segment = segment.below)
      for (let frame = segment.frames; frame !== null; frame = frame.next)
        if (frame.code === activation.code && isSame(this.#activation(segment, frame), activation)) return true;
    return false;
  }

  #activation(segment: Segment, frame: Frame, floor: Segment | null = null): Activation {
    let [s, f] = [segment, frame];
    while (isCovered(f) && f.next === null && s.kind === SegmentKind.Handled && s.below !== null) {
      const around = firstFrame(s.below);
      if (around === null) break;
      [s, f] = around;
    }
    // L2
    if (f.next?.code.id === MAIN_ID) return { code: null, base: MAIN_ID };
    return { code: f.code, base: f.next ?? this.#handlers.nameOf(s, floor) };
  }
}

/** The innermost frame that a segment, or the next one below it that has any, holds. */
function firstFrame(from: Segment): [Segment, Frame] | null {
  for (let segment: Segment | null = from; segment !== null; segment = segment.below)
    if (segment.frames !== null) return [segment, segment.frames];
  return null;
}

const isCovered = ({ code }: Frame): boolean => /(^|\/)in [^/]+$/.test(pathOf(code));

const isSame = (a: Activation, b: Activation): boolean => a.code === b.code && a.base === b.base;

function add(into: Map<Base, Set<Code | null>>, { code, base }: Activation): void {
  const codes = into.get(base);
  if (codes === undefined) into.set(base, new Set([code]));
  else codes.add(code);
}

/** The continuation that a clause may resume. */
function continuationOf(frame: Frame): Continuation | null {
  const index = frame.code.effect === null ? -1 : frame.code.points[frame.at]!.slots.indexOf("continuation");
  const value = index < 0 ? null : frame.slots[index];
  return value instanceof Continuation ? value : null;
}

/** Names for segments that are the same for the copies which resuming makes: their handler, and how often it is below. */
class HandlerNumbers {
  readonly #numbers = new WeakMap<object, number>();
  #last = 0;

  nameOf(segment: Segment, floor: Segment | null): string {
    let below = 0;
    for (const from of [segment.below, floor])
      for (let s = from; s !== null; s = s.below) if (s.kind === segment.kind && s.handler === segment.handler) below++;
    const { handler } = segment;
    if (handler === null) return `${segment.kind} ${below}`;
    let number = this.#numbers.get(handler);
    if (number === undefined) {
      number = ++this.#last;
      this.#numbers.set(handler, number);
    }
    return `${segment.kind} ${number} ${below}`;
  }
}
