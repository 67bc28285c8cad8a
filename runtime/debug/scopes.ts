// The variables that are visible at a frame, by the names of the source, and how they are given other values.
//
// Y1. A variable that is captured and assigned lives in a cell, which everybody shares. Any other is the frame's own: to change it is to
//     put another frame in place of this one (G1 of engine/segments.ts).
// Y2. What a function captured and never changes was copied into it when it was made: it cannot be changed.
// Y3. Where a name is declared again further inside, the inner one is meant; the outer one is shown as `x'2` is in traces.
// Y4. The code that a handler covers sees the variables of the function around it, while that function's frame stands below it.

import { requestWith } from "../engine/exits.ts";
import { Frame, type Segment, SegmentKind } from "../engine/segments.ts";
import { Cell, Closure, Continuation, captureOf, type EffectRequest, Instance, type Value } from "../engine/values.ts";
import { isCovered, parentOf, replaceFrame } from "./frames.ts";

export interface Variable {
  readonly name: string;
  get(): Value;
  /** Why it cannot be set; null when it has been. */
  set(value: Value): string | null;
}

/** Where a frame of a stopped task stands. The frame itself is another one as soon as a variable in its segment was changed (Y1). */
export class FramePlace {
  constructor(
    readonly segment: Segment,
    /** How many frames of the segment are above it. */
    readonly index: number,
  ) {}

  get frame(): Frame {
    let frame = this.segment.frames;
    for (let above = this.index; above > 0 && frame !== null; above--) frame = frame.next;
    if (frame === null) throw new Error("broken: a stopped task has lost a frame");
    return frame;
  }
}

/** The variables of a frame itself. */
export function localsOf(place: FramePlace): Variable[] {
  const { code, at } = place.frame;
  return code.points[at]!.slots.flatMap((name, index): Variable[] => {
    if (name === "self" || name === "continuation" || name.startsWith("%")) return [];
    if (name === "effect" && code.effect !== null) return [effectOf(place, index)];
    return [slotOf(place, name, index)];
  });
}

function slotOf(place: FramePlace, name: string, index: number): Variable {
  const held = (): Value => place.frame.slots[index];
  return {
    name,
    get: () => open(held()),
    set(value) {
      const cell = held();
      if (cell instanceof Cell) cell.v = value;
      else {
        const slots = place.frame.slots;
        slots[index] = value;
        replaceFrame(place.segment, place.frame, Frame.of(place.frame.code, place.frame.at, slots));
      }
      return null;
    },
  };
}

/** A clause's request, with the continuation that it may resume. */
function effectOf(place: FramePlace, index: number): Variable {
  return {
    name: "effect",
    get() {
      const { frame } = place;
      const request = frame.slots[index] as EffectRequest;
      const k = frame.slots[frame.code.points[frame.at]!.slots.indexOf("continuation")];
      return k instanceof Continuation ? requestWith(request, k) : request;
    },
    set: () => "the effect of a handler's clause cannot be changed; its fields can",
  };
}

/** What the frame's function captured. */
export function capturesOf({ frame }: FramePlace): Variable[] {
  const self = frame.slots[frame.code.points[frame.at]!.slots.indexOf("self")];
  if (!(self instanceof Closure)) return [];
  return frame.code.captures.map((name, index) => ({
    name,
    get: () => open(captureOf(self, index)),
    set(value) {
      const cell = captureOf(self, index);
      if (!(cell instanceof Cell)) return `${name} was captured as it was, and cannot be changed`;
      cell.v = value;
      return null;
    },
  }));
}

/** `this`, where the frame has one. */
export function selfOf({ frame }: FramePlace): Value {
  const self = frame.slots[frame.code.points[frame.at]!.slots.indexOf("self")];
  return self instanceof Instance ? self : undefined;
}

/** The frame that stands around covered code (Y4). */
export function aroundOf({ segment, frame }: FramePlace): FramePlace | null {
  if (!isCovered(frame.code) || segment.kind !== SegmentKind.Handled) return null;
  const { below } = segment;
  return below?.frames?.code.id === parentOf(frame.code.id) ? new FramePlace(below, 0) : null;
}

/** All that an expression at a frame may name, each name once (Y3, Y4). */
export function visibleAt(place: FramePlace): Variable[] {
  const found = new Map<string, Variable>();
  for (let next: FramePlace | null = place; next !== null; next = aroundOf(next)) {
    const inner = new Map<string, Variable>();
    for (const variable of localsOf(next)) inner.set(variable.name.replace(/'\d+$/, ""), variable);
    for (const variable of capturesOf(next)) if (!inner.has(variable.name)) inner.set(variable.name, variable);
    for (const [name, variable] of inner)
      if (!found.has(name) && name !== "this") found.set(name, { ...variable, name });
  }
  return [...found.values()];
}

const open = (value: Value): Value => (value instanceof Cell ? value.v : value);
