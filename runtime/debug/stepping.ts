// Steps: when a task that goes on is to stop again.
//
// A stack is data at every probe, so whether a step has come to its end is read off the stack. Frames are immutable, and only the
// innermost is entered again; the others keep standing where they were. So an activation is known by its function and by what it
// stands on: the frame below it or, where it is the first of a segment, the segment's handler.
//
//   next      at the next statement of the same activation, or of one that it stands on
//   stepOut   of one that it stands on
//   stepIn    at the next statement that the task comes to, whatever it is
//
// L1. The code that a handler covers is part of the function around it: a step from the one to the other is a step within. The function's
//     own frame stands below it, unless the handler holds to the function's end: then the covered code stands in its place.
// L2. The top-level statements of a program are one activation.
// L3. A clause that ends by resuming goes on in the code that performed: those activations count, too, once the clause has ended.
//     While it is there, what it resumes is called by it.
// L4. A function that was called in place of the activation (a tail call) is another one: a step passes over it.

import { type Frame, type Segment, SegmentKind } from "../engine/segments.ts";
import { Continuation } from "../engine/values.ts";
import { isCovered, MAIN_ID, ownFrameOf, parentOf } from "./frames.ts";

export type StepKind = "next" | "stepIn" | "stepOut";

/** What an activation stands on. */
type Base = Frame | string;

/** One way in which an activation is known. `of`: the id of its function. */
interface Mark {
  readonly of: string;
  readonly base: Base;
}

export class Step {
  readonly #kind: StepKind;
  /** Where the step begins; none for a task that has not. */
  readonly #from: readonly Mark[];
  /** Where it ends. */
  readonly #ends = new Marks();
  /** L3 */
  readonly #performers = new Marks();
  readonly #handlers = new HandlerNumbers();

  /** `stack`: of the task as it is stopped. */
  constructor(kind: StepKind, stack: Segment | null) {
    this.#kind = kind;
    const place = stack === null ? null : ownFrameOf(stack);
    if (place === null) {
      this.#from = [];
      return;
    }
    this.#from = this.#marksOf(place.segment, place.frame);
    const resumed = continuationOf(place.frame);
    if (resumed !== null) this.#collect(resumed.top, stack, this.#performers);
    this.#collect(place.segment, null, this.#ends);
    if (kind === "next") this.#ends.add(this.#from);
    else this.#ends.remove(this.#from);
  }

  /** May the step end in code of this unit? Then its statements are to be looked at. `ref`: as in the program's probes. */
  mayEndIn(ref: string): boolean {
    if (this.#kind === "stepIn" || this.#from.length === 0) return true;
    const of = isTopLevel(ref) ? MAIN_ID : functionOf(ref);
    return this.#ends.functions.has(of) || this.#performers.functions.has(of);
  }

  /** Does the step end here? Asked when the task has come to a statement. */
  endsAt(stack: Segment): boolean {
    if (this.#kind === "stepIn" || this.#from.length === 0) return true;
    const place = ownFrameOf(stack);
    if (place === null) return false;
    const here = this.#marksOf(place.segment, place.frame);
    return this.#ends.has(here) || (this.#performers.has(here) && !this.#stands(stack));
  }

  /** The activations of a stack. `floor`: what a continuation would stand on. */
  #collect(top: Segment, floor: Segment | null, into: Marks): void {
    for (let segment: Segment | null = top; segment !== null; segment = segment.below)
      for (let frame = segment.frames; frame !== null; frame = frame.next)
        if (frame.code.source !== null) into.add(this.#marksOf(segment, frame, floor));
  }

  /** Is the activation where the step begins still somewhere on the stack? */
  #stands(stack: Segment): boolean {
    const from = new Marks();
    from.add(this.#from);
    for (let segment: Segment | null = stack; segment !== null; segment = segment.below)
      for (let frame = segment.frames; frame !== null; frame = frame.next)
        if (frame.code.source !== null && from.has(this.#marksOf(segment, frame))) return true;
    return false;
  }

  #marksOf(segment: Segment, frame: Frame, floor: Segment | null = null): readonly Mark[] {
    let [s, f] = [segment, frame];
    while (isCovered(f.code) && f.next === null && s.kind === SegmentKind.Handled && s.below !== null) {
      const below = firstFrame(s.below);
      if (below === null || below[1].code.id !== parentOf(f.code.id)) {
        // L1
        const of = functionOf(f.code.id);
        const marks: Mark[] = [{ of, base: this.#handlers.nameOf(s, floor) }];
        if (below !== null) marks.push(below[1].code.id === MAIN_ID ? TOP_LEVEL : { of, base: below[1] });
        return marks;
      }
      [s, f] = below;
    }
    if (f.next?.code.id === MAIN_ID) return [TOP_LEVEL];
    return [{ of: functionOf(f.code.id), base: f.next ?? this.#handlers.nameOf(s, floor) }];
  }
}

/** Of a unit of the top level, or of what a handler there covers: the path in its item is empty. */
const isTopLevel = (ref: string): boolean => /:(#\d+)?$/.test(functionOf(ref));

/** L2 */
const TOP_LEVEL: Mark = { of: MAIN_ID, base: MAIN_ID };

/** The id of the function whose code is covered, of its covered code; any other, its own. */
const functionOf = (id: string): string => id.replace(/(?:(^[^:]*:)|\/)in [^/]+(?:\/in [^/]+)*$/, "$1");

class Marks {
  /** Every function that was ever added. */
  readonly functions = new Set<string>();
  readonly #by = new Map<Base, Set<string>>();

  add(marks: readonly Mark[]): void {
    for (const { of, base } of marks) {
      this.functions.add(of);
      const known = this.#by.get(base);
      if (known === undefined) this.#by.set(base, new Set([of]));
      else known.add(of);
    }
  }

  remove(marks: readonly Mark[]): void {
    for (const { of, base } of marks) this.#by.get(base)?.delete(of);
  }

  /** Any of them. */
  has(marks: readonly Mark[]): boolean {
    return marks.some(({ of, base }) => this.#by.get(base)?.has(of) === true);
  }
}

/** The innermost frame that a segment, or the next one below it that has any, holds. */
function firstFrame(from: Segment): [Segment, Frame] | null {
  for (let segment: Segment | null = from; segment !== null; segment = segment.below)
    if (segment.frames !== null) return [segment, segment.frames];
  return null;
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
