// Objects that are being decoded and still wait for parts: what may stand as each part, and where it goes. For decode.ts.
//
// An object exists before its parts do, so that they can refer to it; what is readonly in a finished object is set here.

import { type Frame, type Segment, SegmentKind } from "../engine/segments.ts";
import type { Cell, ClassValue, Closure, Continuation, Instance, MapValue, Value } from "../engine/values.ts";
import type { CodecError } from "./format.ts";

/** What may stand in a place (B4). */
export enum Place {
  Value,
  /** A value or a cell. */
  Variable,
  Class,
  Handler,
  Frames,
  Segment,
}

/** What an owner is, and so what its parts are. */
export enum Kind {
  Root,
  List,
  Map,
  Cell,
  Closure,
  Class,
  Fields,
  Frame,
  Segment,
  Continuation,
}

/** An object that waits for its parts: `placeOf` says what they are, `put` where they go. */
export class Owner {
  next = 0;
  /** A Map's key whose value comes next. */
  key: Value = undefined;
  constructor(
    readonly kind: Kind,
    readonly object: object,
    readonly parts: number,
    /** Fields: their names. Continuation: the segments so far. */
    readonly detail: unknown[],
  ) {}
}
export const NO_DETAIL: unknown[] = [];

/** Detail of a class whose first part is its parent. */
export const PARENT_FIRST: unknown[] = [];

/** What may stand as an owner's part number `index`. */
export function placeOf(owner: Owner, index: number): Place {
  switch (owner.kind) {
    case Kind.Closure:
      return Place.Variable;
    case Kind.Class:
      return index === 0 && owner.detail === PARENT_FIRST ? Place.Class : Place.Variable;
    case Kind.Frame:
      return index < owner.parts - 1 ? Place.Variable : Place.Frames;
    case Kind.Segment:
      return index < owner.parts - 1 ? Place.Handler : Place.Frames;
    case Kind.Continuation:
      return Place.Segment;
    default:
      return Place.Value;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Fail = (what: string) => CodecError;

/** Gives an owner part number `index`, which is known to be one that `placeOf` allows. */
export function put(owner: Owner, index: number, part: unknown, error: Fail): void {
  const { object } = owner;
  const value = part as Value;
  switch (owner.kind) {
    case Kind.Root:
    case Kind.List:
      (object as Value[]).push(value);
      break;
    case Kind.Map:
      if (index % 2 === 0) owner.key = value;
      else (object as MapValue).set(owner.key, value);
      break;
    case Kind.Cell:
      (object as Cell).v = value;
      break;
    case Kind.Closure:
      putCapture(object as Closure, index, value);
      break;
    case Kind.Class:
      if (placeOf(owner, index) === Place.Class) putParent(object as ClassValue, value as ClassValue, error);
      else ((object as ClassValue).captures as Value[]).push(value);
      break;
    case Kind.Fields:
      (object as Instance)[owner.detail[index] as `f_${string}`] = value;
      break;
    case Kind.Frame:
      if (index < owner.parts - 1) putSlot(object as Frame, index, value);
      else (object as Frame).next = part as Frame | null;
      break;
    case Kind.Segment:
      if (index < owner.parts - 1) putHandler(object as Segment, part as Closure);
      else (object as Segment).frames = part as Frame | null;
      break;
    case Kind.Continuation:
      owner.detail.push(part);
      if (index === owner.parts - 1) link(object as Continuation, owner.detail as Segment[], error);
  }
}

/** Code has no cycles, so classes whose parents fit it have none either. */
function putParent(cls: Mutable<ClassValue>, parent: ClassValue, error: Fail): void {
  if (parent.code !== cls.code.superclass) throw error(`${parent.code.name} is not above ${cls.code.name}`);
  cls.parent = parent;
}

function putCapture(closure: Mutable<Closure>, index: number, value: Value): void {
  if (index === 0) closure.c0 = value;
  else if (index === 1) closure.c1 = value;
  else if (index === 2) closure.c2 = value;
  else if (index === 3) closure.c3 = value;
  else (closure.more as Value[]).push(value);
}

function putSlot(frame: Frame, index: number, value: Value): void {
  if (index === 0) frame.s0 = value;
  else if (index === 1) frame.s1 = value;
  else if (index === 2) frame.s2 = value;
  else if (index === 3) frame.s3 = value;
  else frame.more = [...frame.more, value];
}

function putHandler(segment: Mutable<Segment>, handler: Closure): void {
  segment.handler = handler;
  segment.key = handler.code.key;
  segment.enter = handler.code.mode === "tail-resumptive" ? handler.enter : undefined;
}

/** Of Under segments that are not linked yet: how far down their limit is, or 0 for none. */
export const stepsToLimit = new WeakMap<Segment, number>();

/**
 * Links segments, top first, and sees that looking for a handler among them cannot run off their end (G2). A base may
 * stand in the middle: that of a continuation which was resumed by a clause of the whole program.
 */
function link(continuation: Mutable<Continuation>, segments: readonly Segment[], error: Fail): void {
  const last = segments.length - 1;
  segments.forEach((segment, i) => {
    if (i < last) segment.below = segments[i + 1]!;
    if (segment.kind !== SegmentKind.Under) return;
    const steps = stepsToLimit.get(segment) ?? 0;
    if (i === last || steps > last - i + 1) throw error("a segment that is under none");
    // None, or below the last one: wherever the continuation will be resumed.
    if (steps > 0) segment.limit = segments[i + steps] ?? null;
  });
  continuation.top = segments[0]!;
  continuation.bottom = segments[last]!;
}
