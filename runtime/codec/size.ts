// About how large values are as bytes, without making any: for whoever refuses what is too large before it takes it.
//
// A number counts nine bytes, a text one for each unit, and whatever has parts a few more. Shared parts count once, as they
// are written once. Futures, channels and atomics count as what they are, not what is in them: that changes.

import { Frame, type Segment } from "../engine/segments.ts";
import {
  Cell,
  ClassValue,
  Closure,
  Continuation,
  captureOf,
  Instance,
  MapValue,
  type Value,
} from "../engine/values.ts";

/** Of each value, beside what is in it. */
const HEAD = 4;
const NUMBER = 9;

/** About how many bytes a value takes. Once it is more than `most`, the rest is not looked at. */
export function sizeOf(value: Value, most = Number.POSITIVE_INFINITY): number {
  return typeof value === "object" ? new Sum(most).of(value) : sizeOfPlain(value);
}

const sizeOfPlain = (value: unknown): number =>
  typeof value === "string" ? HEAD + value.length : typeof value === "number" ? NUMBER : HEAD;

class Sum {
  #size = 0;
  readonly #rest: object[] = [];
  /** Null until there is more than one object. */
  #met: Set<object> | null = null;

  constructor(readonly most: number) {}

  of(object: object): number {
    this.#object(object);
    for (let next = this.#rest.pop(); next !== undefined && this.#size <= this.most; next = this.#rest.pop()) {
      this.#met ??= new Set([object]);
      if (this.#met.has(next)) this.#size += HEAD;
      else {
        this.#met.add(next);
        this.#object(next);
      }
    }
    return this.#size;
  }

  #add(part: unknown): void {
    if (typeof part !== "object" || part === null) this.#size += sizeOfPlain(part);
    else if (part instanceof Uint8Array) this.#size += HEAD + part.length;
    else if (part instanceof Closure && part.code.captures.length === 0) this.#size += HEAD;
    else this.#rest.push(part);
  }

  #object(object: object): void {
    this.#size += HEAD;
    if (object instanceof Uint8Array) this.#size += object.length;
    else if (Array.isArray(object)) for (const item of object) this.#add(item);
    else if (object instanceof MapValue)
      for (const [key, value] of object.entries) {
        this.#add(key);
        this.#add(value);
      }
    else if (object instanceof Closure)
      for (let i = 0; i < object.code.captures.length; i++) this.#add(captureOf(object, i));
    else if (object instanceof ClassValue) for (const capture of object.captures) this.#add(capture);
    else if (object instanceof Cell) this.#add(object.v);
    else if (object instanceof Frame) for (const slot of object.slots) this.#add(slot);
    else if (object instanceof Continuation) this.#segments(object);
    else if (object instanceof Instance || "site" in object) this.#fields(object as Record<string, unknown>);
  }

  #fields(object: Readonly<Record<string, unknown>>): void {
    for (const key of Object.keys(object)) if (key.startsWith("f_")) this.#add(object[key]);
  }

  #segments({ top, bottom }: Continuation): void {
    for (let segment: Segment = top; ; segment = segment.below!) {
      this.#add(segment.handler);
      for (let frame = segment.frames; frame !== null; frame = frame.next) this.#add(frame);
      if (segment === bottom) return;
    }
  }
}
