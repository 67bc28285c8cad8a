// Copies for islands: what a task gets and gives is a copy (LANGUAGE, section 5). The same result as encoding and decoding,
// without the bytes.
//
// I1. Within one copy, what was one object stays one object, and cycles stay cycles.
// I2. Shared, not copied: channels, atomics, futures; what never changes (Bytes, code, traits, functions and classes that
//     captured nothing); handlers of the whole program.
// I3. Copied: lists, maps, instances, cells, effect requests, functions and classes with what they captured, and
//     continuations with their segments and frames.
// I4. No recursion, as in encode.ts. Flat lists and instances take a short way without a table of what was met.

import { makeRequest } from "../engine/machine.ts";
import { Frame, Segment } from "../engine/segments.ts";
import type { EffectRequest, Value } from "../engine/values.ts";
import { Cell, ClassValue, Closure, Continuation, Instance, MapValue, mixInto } from "../engine/values.ts";

/** The copy of a value for another task (I1..I4). */
export function copyValue(value: Value): Value {
  if (!isCopied(value)) return value;
  return copyFlat(value as object) ?? new Copier().copy(value as object);
}

/** Copies of several values that may have parts in common: a task's function and its arguments. */
export function copyValues(values: readonly Value[]): Value[] {
  return copyFlatList(values) ?? (new Copier().copy(values as Value[]) as Value[]);
}

const isCopied = (value: Value): boolean => typeof value === "object" && !isShared(value);

/** I2 */
function isShared(object: object): boolean {
  if (object instanceof Closure) return !hasCaptures(object);
  if (object instanceof ClassValue) return object.captures.length === 0 && object.parent === undefined;
  return !(
    Array.isArray(object) ||
    object instanceof MapValue ||
    object instanceof Instance ||
    object instanceof Cell ||
    object instanceof Continuation ||
    object instanceof Frame ||
    "site" in object
  );
}

function hasCaptures(closure: Closure): boolean {
  const { c0, c1, c2, c3, more } = closure;
  return c0 !== undefined || c1 !== undefined || c2 !== undefined || c3 !== undefined || more.length > 0;
}

/** The copy of a list or instance without parts of its own; undefined when it is not that simple. */
function copyFlat(object: object): object | undefined {
  if (Array.isArray(object)) return copyFlatList(object);
  if (!(object instanceof Instance) || object.mixed !== undefined || !isShared(object.cls)) return undefined;
  const keys = Object.keys(object).filter((key) => key.startsWith("f_")) as `f_${string}`[];
  for (const key of keys) if (isCopied(object[key])) return undefined;
  const copy: Instance = new object.cls.code.construct(object.cls);
  for (const key of keys) copy[key] = object[key];
  return copy;
}

function copyFlatList(list: readonly Value[]): Value[] | undefined {
  for (const item of list) if (isCopied(item)) return undefined;
  return list.slice();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class Copier {
  readonly #copies = new Map<object, object>();
  /** Objects whose copies are made but not filled: the original, its copy, the original, … */
  readonly #unfilled: object[] = [];

  copy(value: object): object {
    const copy = this.#begin(value);
    for (;;) {
      const made = this.#unfilled.pop();
      if (made === undefined) return copy;
      this.#fill(this.#unfilled.pop()!, made);
    }
  }

  #of<T>(value: T): T {
    // A frame's `next` may be null, which no value is.
    return typeof value === "object" && value !== null ? (this.#begin(value) as T) : value;
  }

  /** The copy of an object, perhaps not filled yet. */
  #begin(object: object): object {
    if (isShared(object)) return object;
    const known = this.#copies.get(object);
    if (known !== undefined) return known;
    const copy = this.#empty(object);
    this.#copies.set(object, copy);
    this.#unfilled.push(object, copy);
    return copy;
  }

  #empty(object: object): object {
    if (Array.isArray(object)) return [];
    if (object instanceof MapValue) return new MapValue();
    if (object instanceof Instance) return new object.cls.code.construct(this.#of(object.cls));
    if (object instanceof Cell) return new Cell(undefined);
    if (object instanceof Closure) return new Closure(object.code, object.arity, object.enter);
    if (object instanceof ClassValue) return new ClassValue(object.code, []);
    if (object instanceof Frame) return new Frame(object.code, object.at);
    if (object instanceof Continuation) return this.#continuation(object);
    return makeRequest((object as EffectRequest).site.effect, {});
  }

  #fill(from: object, to: object): void {
    if (Array.isArray(from)) for (const item of from) (to as Value[]).push(this.#of(item));
    else if (from instanceof MapValue)
      for (const [key, value] of from.entries) (to as MapValue).set(this.#of(key), this.#of(value));
    else if (from instanceof Instance) {
      this.#fields(from, to as Instance);
      for (const trait of from.mixed ?? []) mixInto(to as Instance, trait);
    } else if (from instanceof Cell) (to as Cell).v = this.#of(from.v);
    else if (from instanceof Closure) {
      const closure = to as Mutable<Closure>;
      closure.c0 = this.#of(from.c0);
      closure.c1 = this.#of(from.c1);
      closure.c2 = this.#of(from.c2);
      closure.c3 = this.#of(from.c3);
      if (from.more.length > 0) closure.more = from.more.map((value) => this.#of(value));
    } else if (from instanceof ClassValue) {
      const cls = to as Mutable<ClassValue>;
      cls.captures = from.captures.map((value) => this.#of(value));
      cls.parent = this.#of(from.parent);
    } else if (from instanceof Frame) {
      const frame = to as Frame;
      frame.s0 = this.#of(from.s0);
      frame.s1 = this.#of(from.s1);
      frame.s2 = this.#of(from.s2);
      frame.s3 = this.#of(from.s3);
      if (from.more.length > 0) frame.more = from.more.map((value) => this.#of(value));
      frame.next = this.#of(from.next);
    } else if (!(from instanceof Continuation)) this.#fields(from as EffectRequest, to as EffectRequest);
  }

  #fields(from: Instance | EffectRequest, to: Instance | EffectRequest): void {
    for (const key of Object.keys(from) as `f_${string}`[]) if (key.startsWith("f_")) to[key] = this.#of(from[key]);
  }

  /** Segments belong to one continuation only, so they are copied with it; their frames follow. */
  #continuation(k: Continuation): Continuation {
    const top = this.#segment(k.top);
    const copies = new Map([[k.top, top]]);
    let from = k.top;
    let bottom = top;
    while (from !== k.bottom) {
      from = from.below!;
      bottom.below = this.#segment(from);
      bottom = bottom.below;
      copies.set(from, bottom);
    }
    for (const copy of copies.values()) if (copy.limit !== null) copy.limit = copies.get(copy.limit) ?? copy.limit;
    return new Continuation(top, bottom);
  }

  #segment(s: Segment): Segment {
    const copy = new Segment(s.kind, null, this.#of(s.handler), s.key, s.enter, s.limit, s.owner);
    copy.frames = this.#of(s.frames);
    return copy;
  }
}
