// Values and stacks to bytes; format.ts says which.
//
// A work list of the parts that are still to be written stands in for recursion (B2). An owner is taken off it before its
// last part is begun, so a linked list of any length needs room for one.

import { programIndexOf } from "../engine/machine.ts";
import { Frame, Segment, SegmentKind } from "../engine/segments.ts";
import type { EffectRequest, Value } from "../engine/values.ts";
import {
  Atomic,
  Cell,
  Channel,
  ClassValue,
  Closure,
  Continuation,
  captureOf,
  Future,
  Instance,
  MapValue,
  TraitValue,
} from "../engine/values.ts";
import { CodecError, type EncodeOptions, LEAST_SMALL, MOST_SMALL, SMALL, Tag, VERSION } from "./format.ts";
import { Writer } from "./writer.ts";

/** The bytes of a value; CodecError when something in it is no Walia value. */
export function encode(value: Value, options: EncodeOptions = {}): Uint8Array {
  const encoder = new Encoder(options);
  encoder.write([value]);
  return encoder.finish();
}

/** The bytes of a task's whole stack, and of a value beside it that may share parts with it. */
export function encodeStack(stack: Segment, options: EncodeOptions = {}, beside: Value = undefined): Uint8Array {
  const encoder = new Encoder(options);
  encoder.stack(stack, beside);
  return encoder.finish();
}

/** Parts still to be written: `parts[next]` and those after it. */
interface Owner {
  readonly parts: readonly unknown[];
  next: number;
}

/** Stands for "no frame" among the parts of a frame or segment. */
const NO_FRAME = Symbol("no frame");

class Encoder {
  readonly #out: Writer;
  // Most of what is sent between cores is small and has none of these; so each list is made when something comes into it.
  #objects: Map<object, number> | undefined;
  #frames: Map<Frame, number> | undefined;
  #ids: Map<string, number> | undefined;
  #shapes: Map<string, number> | undefined;
  readonly #owners: Owner[] = [];
  readonly #programIndex: (segment: Segment) => number;

  constructor(readonly options: EncodeOptions) {
    this.#out = new Writer(options.most);
    this.#programIndex = options.programIndex ?? programIndexOf;
    this.#out.byte(VERSION);
  }

  finish(): Uint8Array {
    return this.#out.finish();
  }

  stack(top: Segment, beside: Value): void {
    const segments = chain(top, null);
    this.#out.byte(Tag.Stack);
    this.#out.varint(segments.length);
    this.write([...segments, beside]);
  }

  /** Writes these parts and theirs. */
  write(parts: readonly unknown[]): void {
    this.#owe(parts);
    for (;;) {
      const owner = this.#owners[this.#owners.length - 1];
      if (owner === undefined) return;
      const part = owner.parts[owner.next++];
      if (owner.next === owner.parts.length) this.#owners.pop();
      this.#part(part);
    }
  }

  #owe(parts: readonly unknown[]): void {
    if (parts.length > 0) this.#owners.push({ parts, next: 0 });
  }

  #part(part: unknown): void {
    const out = this.#out;
    if (typeof part === "number") this.#number(part);
    else if (typeof part === "string") {
      out.byte(Tag.Text);
      out.text(part);
    } else if (part === undefined) out.byte(Tag.Nil);
    else if (typeof part === "boolean") out.byte(part ? Tag.True : Tag.False);
    else if (part === NO_FRAME) out.byte(Tag.NoFrame);
    else if (part instanceof Frame) this.#frame(part);
    else if (part instanceof Segment) this.#segment(part);
    else if (typeof part === "object" && part !== null) this.#object(part);
    else throw new CodecError(`a ${part === null ? "null" : typeof part} of the host is no value`, -1);
  }

  #number(n: number): void {
    const out = this.#out;
    if (!Number.isSafeInteger(n) || Object.is(n, -0)) {
      out.byte(Tag.Double);
      out.double(n);
    } else if (n >= LEAST_SMALL && n <= MOST_SMALL) out.byte(SMALL + n - LEAST_SMALL);
    else {
      out.byte(n < 0 ? Tag.Negative : Tag.Natural);
      out.varint(Math.abs(n));
    }
  }

  #object(object: object): void {
    if (this.#again(object)) return;
    this.#register(object);
    const out = this.#out;
    if (Array.isArray(object)) {
      out.byte(Tag.List);
      out.varint(object.length);
      this.#owe(object);
    } else if (object instanceof MapValue) {
      out.byte(Tag.Map);
      out.varint(object.entries.size);
      this.#owe(entriesOf(object));
    } else if (object instanceof Uint8Array) {
      out.byte(Tag.Bytes);
      out.varint(object.length);
      out.raw(object);
    } else if (object instanceof Cell) {
      out.byte(Tag.Cell);
      this.#owe([object.v]);
    } else if (object instanceof Instance) this.#instance(object);
    else if (object instanceof Closure) this.#closure(object);
    else if (object instanceof Future) this.#shared(Tag.Future, object);
    else if (object instanceof Channel) this.#shared(Tag.Channel, object);
    else if (object instanceof Atomic) this.#shared(Tag.Atomic, object);
    else if (object instanceof Continuation) {
      const segments = chain(object.top, object.bottom);
      out.byte(Tag.Continuation);
      out.varint(segments.length);
      this.#owe(segments);
    } else if (object instanceof ClassValue) this.#owe(this.#class(object));
    else if (object instanceof TraitValue) this.#trait(object);
    else if ("site" in object) this.#request(object as EffectRequest);
    else throw new CodecError(`a ${object.constructor?.name ?? "bare object"} of the host is no value`, -1);
  }

  /** Writes an object that was written before or is known otherwise (B8); gives no number. */
  #again(object: object): boolean {
    const external = this.options.external?.(object);
    const known = external ?? this.#objects?.get(object);
    if (known === undefined) return false;
    this.#out.byte(external === undefined ? Tag.Again : Tag.External);
    this.#out.varint(known);
    return true;
  }

  /** Gives an object its number (B1). */
  #register(object: object): void {
    this.#objects ??= new Map();
    this.#objects.set(object, this.#objects.size);
  }

  #closure(closure: Closure): void {
    const captures: Value[] = [];
    const count = Math.max(closure.code.captures.length, capturesUsed(closure));
    for (let i = 0; i < count; i++) captures.push(captureOf(closure, i));
    this.#out.byte(Tag.Closure);
    this.#id(closure.code.id);
    this.#out.varint(closure.arity + 1);
    this.#out.varint(count);
    this.#owe(captures);
  }

  /** Writes a class that has its number; yields its parts. */
  #class(cls: ClassValue): readonly Value[] {
    this.#out.byte(Tag.Class);
    this.#id(cls.code.id);
    this.#out.varint(cls.captures.length * 2 + (cls.parent === undefined ? 0 : 1));
    return cls.parent === undefined ? cls.captures : [cls.parent, ...cls.captures];
  }

  #trait(trait: TraitValue): void {
    this.#out.byte(Tag.Trait);
    this.#id(trait.code.id);
  }

  /** Writes an instance that has its number; a new class of it gets the next one. */
  #instance(instance: Instance): void {
    const mixed = instance.mixed ?? [];
    this.#out.byte(mixed.length === 0 ? Tag.Instance : Tag.MixedInstance);
    let parts: readonly Value[] = [];
    if (!this.#again(instance.cls)) {
      this.#register(instance.cls);
      parts = this.#class(instance.cls);
    }
    const fields = this.#shape(instance);
    if (mixed.length > 0) {
      this.#out.varint(mixed.length);
      for (const trait of mixed)
        if (!this.#again(trait)) {
          this.#register(trait);
          this.#trait(trait);
        }
    }
    this.#owe(fields);
    this.#owe(parts);
  }

  #request(request: EffectRequest): void {
    this.#out.byte(Tag.Request);
    this.#out.text(request.site.effect);
    this.#owe(this.#shape(request));
  }

  /** Writes which fields an object has; yields their values. */
  #shape(object: object): Value[] {
    const keys = Object.keys(object).filter((key) => key.startsWith("f_")) as `f_${string}`[];
    // Lengths in front: a field set by `object[name] = …` may have any name.
    const shape = keys.map((key) => `${key.length}${key}`).join();
    this.#shapes ??= new Map();
    const known = this.#shapes.get(shape);
    this.#out.varint(known ?? this.#shapes.size);
    if (known === undefined) {
      this.#shapes.set(shape, this.#shapes.size);
      this.#out.varint(keys.length);
      for (const key of keys) this.#out.text(key.slice(2));
    }
    return keys.map((key) => (object as EffectRequest)[key]);
  }

  #shared(tag: Tag, shared: Future | Channel | Atomic): void {
    this.#out.byte(tag);
    this.#out.varint(shared.id);
    this.options.met?.(shared);
  }

  #segment(segment: Segment): void {
    const out = this.#out;
    if (segment.kind === SegmentKind.Program || segment.kind === SegmentKind.Root)
      throw new CodecError("a handler of the whole program stands inside a stack", -1);
    out.byte(Tag.Segment);
    out.byte(segment.kind);
    const { limit } = segment;
    const isOfProgram = limit?.kind === SegmentKind.Program || limit?.kind === SegmentKind.Root;
    out.varint(isOfProgram ? this.#programIndex(limit) + 1 : 0);
    if (segment.kind === SegmentKind.Under && !isOfProgram)
      out.varint(limit === null ? 0 : stepsTo(limit, segment.below) + 1);
    const frames = segment.frames ?? NO_FRAME;
    this.#owe(segment.kind === SegmentKind.Handled ? [segment.handler, frames] : [frames]);
  }

  #frame(frame: Frame): void {
    const out = this.#out;
    this.#frames ??= new Map();
    const known = this.#frames.get(frame);
    if (known !== undefined) {
      out.byte(Tag.FrameAgain);
      out.varint(known);
      return;
    }
    this.#frames.set(frame, this.#frames.size);
    out.byte(Tag.Frame);
    this.#id(frame.code.id);
    out.varint(frame.at);
    const { slots } = frame;
    out.varint(slots.length);
    this.#owe([...slots, frame.next ?? NO_FRAME]);
  }

  #id(id: string): void {
    this.#ids ??= new Map();
    const known = this.#ids.get(id);
    this.#out.varint(known ?? this.#ids.size);
    if (known !== undefined) return;
    this.#ids.set(id, this.#ids.size);
    const { item, path } = namesIn(id);
    this.#out.text(item);
    this.#out.text(path);
  }
}

/** The two names in the identity of code, before and after its colon. */
interface Names {
  readonly item: string;
  readonly path: string;
}

/**
 * Identities of code whose names were asked for: there are few, in millions of frames, and a part of a text that is made anew each
 * time is slow to find in a map. Forgotten when they are many.
 */
const names = new Map<string, Names>();
const MOST_NAMES = 4096;

function namesIn(id: string): Names {
  const known = names.get(id);
  if (known !== undefined) return known;
  const colon = id.indexOf(":");
  const found = colon > 0 ? { item: id.slice(0, colon), path: id.slice(colon + 1) } : { item: "", path: id };
  if (names.size === MOST_NAMES) names.clear();
  names.set(id, found);
  return found;
}

/** Key, value, key, value, … */
function entriesOf(map: MapValue): Value[] {
  const parts: Value[] = [];
  for (const [key, value] of map.entries) parts.push(key, value);
  return parts;
}

/** Segments from `top` down to `bottom`; to the last one when that is null. */
function chain(top: Segment, bottom: Segment | null): Segment[] {
  const segments: Segment[] = [];
  for (let segment: Segment | null = top; segment !== null; segment = segment.below) {
    segments.push(segment);
    if (segment === bottom) break;
  }
  return segments;
}

/** A built-in closure's code does not name its captures. */
function capturesUsed(closure: Closure): number {
  if (closure.more.length > 0) return 4 + closure.more.length;
  let used = 4;
  while (used > 0 && captureOf(closure, used - 1) === undefined) used--;
  return used;
}

/** How many segments lie between, from `from` on; all that are there when `limit` is below them. */
function stepsTo(limit: Segment, from: Segment | null): number {
  let steps = 0;
  for (let s = from; s !== null && s !== limit; s = s.below) steps++;
  return steps;
}
