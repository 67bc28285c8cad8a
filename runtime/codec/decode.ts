// Bytes to values and stacks; format.ts says which. The bytes may be damaged or hostile: they end in a CodecError at worst.
//
// Objects are made when their tag is read and get their parts afterwards, so that a part can refer to its owner. `owners`
// are those that still wait for parts; one is taken off before its last part is begun (B2).

import { makeRequest } from "../engine/machine.ts";
import { Frame, Segment, SegmentKind } from "../engine/segments.ts";
import type { Value } from "../engine/values.ts";
import {
  Cell,
  ClassValue,
  Closure,
  Continuation,
  type Instance,
  MapValue,
  mixInto,
  TraitValue,
} from "../engine/values.ts";
import { type CodecContext, type CodecError, LEAST_SMALL, SMALL, Tag, VERSION } from "./format.ts";
import { Kind, NO_DETAIL, Owner, PARENT_FIRST, Place, placeOf, put, stepsToLimit } from "./owners.ts";
import { Reader } from "./reader.ts";

/** The value that these bytes are; CodecError when they are none. */
export function decode(bytes: Uint8Array, context: CodecContext): Value {
  return new Decoder(bytes, context).value();
}

/** The first values of a List; what follows them is not looked at. CodecError when these bytes are none. */
export function decodeFirst(bytes: Uint8Array, context: CodecContext, count: number): Value[] {
  return new Decoder(bytes, context).first(count);
}

/** A task's stack, and the value that was written beside it. */
export function decodeStack(bytes: Uint8Array, context: CodecContext): { stack: Segment; beside: Value } {
  return new Decoder(bytes, context).stack();
}

class Decoder {
  readonly #in: Reader;
  readonly #objects: object[] = [];
  readonly #frames: Frame[] = [];
  readonly #ids: string[] = [];
  readonly #shapes: string[][] = [];
  readonly #owners: Owner[] = [];
  /** Some frame is the next of several, or was named before its own next was known: there may be a cycle. */
  #framesMeet = false;

  readonly #error = (what: string): CodecError => this.#in.error(what);

  constructor(
    bytes: Uint8Array,
    readonly context: CodecContext,
  ) {
    this.#in = new Reader(bytes);
    const version = this.#in.byte();
    if (version !== VERSION) throw this.#in.error(`format version ${version}, this program reads ${VERSION}`);
  }

  value(): Value {
    const root: Value[] = [];
    this.#owe(Kind.Root, root, 1, "a value");
    this.#read();
    return root[0];
  }

  first(count: number): Value[] {
    if (this.#in.byte() !== Tag.List) throw this.#in.error("no List where one is expected");
    const list: Value[] = this.#object([]);
    const length = this.#in.varint();
    while (list.length < Math.min(length, count)) {
      const item: Value[] = [];
      this.#owe(Kind.Root, item, 1, "a value");
      this.#readParts();
      list.push(item[0]);
    }
    return list;
  }

  stack(): { stack: Segment; beside: Value } {
    if (this.#in.byte() !== Tag.Stack) throw this.#in.error("a value where a stack is expected");
    const beside: Value[] = [];
    this.#owe(Kind.Root, beside, 1, "a stack");
    const stack = new Continuation(UNKNOWN, UNKNOWN);
    this.#segments(stack, "a stack");
    this.#read();
    if (stack.bottom.kind !== SegmentKind.Base) throw this.#in.error("a stack without a base", 0);
    // Only what is resumed somewhere else may leave open where its search goes on.
    for (let s: Segment | null = stack.top; s !== null; s = s.below)
      if (s.kind === SegmentKind.Under && s.limit === null) throw this.#in.error("a stack that searches nowhere", 0);
    return { stack: stack.top, beside: beside[0] };
  }

  /** Reads until nobody waits for parts; then the bytes must be over. */
  #read(): void {
    this.#readParts();
    if (this.#in.left > 0) throw this.#in.error(`${this.#in.left} bytes too many`, 0);
    if (this.#framesMeet) this.#checkFrames();
  }

  #readParts(): void {
    for (;;) {
      const owner = this.#owners[this.#owners.length - 1];
      if (owner === undefined) return;
      const index = owner.next++;
      this.#in.owed--;
      if (owner.next === owner.parts) this.#owners.pop();
      put(owner, index, this.#part(placeOf(owner, index)), this.#error);
    }
  }

  /** Every stack of frames must have an end, or whoever walks it never stops. */
  #checkFrames(): void {
    const ends = new Set<Frame>();
    for (const frame of this.#frames) {
      const walked = new Set<Frame>();
      for (let f: Frame | null = frame; f !== null && !ends.has(f); f = f.next) {
        if (walked.has(f)) throw this.#in.error("a stack of frames without an end", 0);
        walked.add(f);
      }
      for (const f of walked) ends.add(f);
    }
  }

  /** Somebody waits for parts; their number is checked against the bytes left (B3). */
  #owe(kind: Kind, object: object, parts: number, what: string, detail: unknown[] = NO_DETAIL): void {
    this.#in.owe(parts, what);
    if (parts > 0) this.#owners.push(new Owner(kind, object, parts, detail));
  }

  #part(place: Place): unknown {
    const tag = this.#in.byte();
    switch (place) {
      case Place.Segment:
        if (tag === Tag.Segment) return this.#segment();
        throw this.#in.error("no segment where one is expected");
      case Place.Frames:
        if (tag === Tag.NoFrame) return null;
        if (tag === Tag.Frame) return this.#frame();
        if (tag === Tag.FrameAgain) return this.#frameAgain();
        throw this.#in.error("no frame where one is expected");
      case Place.Variable:
        return tag === Tag.Cell ? this.#cell() : this.#value(tag, true);
    }
    const value = this.#value(tag, false);
    if (place === Place.Handler && !(value instanceof Closure && value.code.effect !== null))
      throw this.#in.error("no handler where one is expected");
    if (place === Place.Class && !(value instanceof ClassValue)) throw this.#in.error("no class where one is expected");
    return value;
  }

  #value(tag: number, cellToo: boolean): Value {
    if (tag >= SMALL) return tag - SMALL + LEAST_SMALL;
    const input = this.#in;
    switch (tag as Tag) {
      case Tag.Nil:
        return undefined;
      case Tag.True:
        return true;
      case Tag.False:
        return false;
      case Tag.Natural:
        return input.varint();
      case Tag.Negative:
        return -input.varint();
      case Tag.Double:
        return input.double();
      case Tag.Text:
        return input.text();
      case Tag.Bytes:
        return this.#object(input.raw(input.varint()));
      case Tag.Again:
      case Tag.External: {
        const object = this.#known(tag);
        if (object instanceof Cell && !cellToo) throw input.error("a cell where a value is expected");
        return object;
      }
      case Tag.List: {
        const list: Value[] = this.#object([]);
        this.#owe(Kind.List, list, input.varint(), "a List");
        return list;
      }
      case Tag.Map:
        return this.#map();
      case Tag.Closure:
        return this.#closure();
      case Tag.Class:
        return this.#class();
      case Tag.Trait:
        return this.#trait();
      case Tag.Instance:
        return this.#instance(false);
      case Tag.MixedInstance:
        return this.#instance(true);
      case Tag.Request:
        return this.#request();
      case Tag.Future:
        return this.#shared("future");
      case Tag.Channel:
        return this.#shared("channel");
      case Tag.Atomic:
        return this.#shared("atomic");
      case Tag.Continuation:
        return this.#continuation();
      default:
        throw input.error(`tag ${tag} where a value is expected`);
    }
  }

  #object<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  /** What `Again n` or `External n` means. */
  #known(tag: number): object {
    const number = this.#in.varint();
    if (tag === Tag.External) {
      const external = this.context.external?.(number);
      if (external === undefined) throw this.#in.error(`no external object ${number}`);
      return external;
    }
    const object = this.#objects[number];
    if (object === undefined) throw this.#in.error(`object ${number} of ${this.#objects.length}`);
    return object;
  }

  #cell(): Cell {
    const cell = this.#object(new Cell(undefined));
    this.#owe(Kind.Cell, cell, 1, "a cell");
    return cell;
  }

  #map(): MapValue {
    const map = this.#object(new MapValue());
    this.#owe(Kind.Map, map, this.#in.varint() * 2, "a Map");
    return map;
  }

  #closure(): Closure {
    const id = this.#id();
    const code = this.context.code(id);
    if (code === undefined) throw this.#in.error(`no code "${id}"`);
    const arity = this.#in.varint() - 1;
    const count = this.#in.varint();
    const builtIn = id.startsWith("walia:");
    if (!builtIn && count !== code.captures.length)
      throw this.#in.error(`${code.name} with ${count} captures, its code has ${code.captures.length}`);
    if (arity !== code.params.length && !builtIn)
      throw this.#in.error(`${code.name} with ${arity} parameters, its code has ${code.params.length}`);
    const own = count === 0 ? this.context.own?.(id) : undefined;
    if (own instanceof Closure) return this.#object(own);
    const closure = new Closure(code, arity, code.enter, undefined, undefined, undefined, undefined, []);
    this.#object(closure);
    this.#owe(Kind.Closure, closure, count, "a function");
    return closure;
  }

  #class(): ClassValue {
    const id = this.#id();
    const code = this.context.classCode(id);
    if (code === undefined) throw this.#in.error(`no class "${id}"`);
    const head = this.#in.varint();
    const count = Math.floor(head / 2);
    const own = head === 0 ? this.context.own?.(id) : undefined;
    if (own instanceof ClassValue) return this.#object(own);
    const cls = this.#object(new ClassValue(code, []));
    this.#owe(Kind.Class, cls, count + (head % 2), "a class", head % 2 === 0 ? NO_DETAIL : PARENT_FIRST);
    return cls;
  }

  #trait(): TraitValue {
    const id = this.#id();
    const code = this.context.traitCode(id);
    if (code === undefined) throw this.#in.error(`no trait "${id}"`);
    const own = this.context.own?.(id);
    return this.#object(own instanceof TraitValue ? own : new TraitValue(code));
  }

  #instance(mixed: boolean): Instance {
    // The instance has the number before its class's, but cannot be made without it.
    const number = this.#objects.push(UNFINISHED) - 1;
    // A new class's parts come before the fields; so its owner is put back above the fields' at the end.
    const waiting = this.#owners.length;
    const tag = this.#in.byte();
    const cls = tag === Tag.Class ? this.#class() : isKnown(tag) ? this.#known(tag) : undefined;
    if (!(cls instanceof ClassValue)) throw this.#in.error("no class where one is expected");
    const classParts = this.#owners.splice(waiting);
    const instance: Instance = new cls.code.construct(cls);
    this.#objects[number] = instance;
    const shape = this.#shape();
    if (mixed) for (let n = this.#in.count("traits"); n > 0; n--) mixInto(instance, this.#mixedTrait());
    this.#owe(Kind.Fields, instance, shape.length, "an object", shape);
    this.#owners.push(...classParts);
    return instance;
  }

  #mixedTrait(): TraitValue {
    this.#in.owed--;
    const tag = this.#in.byte();
    const trait = tag === Tag.Trait ? this.#trait() : isKnown(tag) ? this.#known(tag) : undefined;
    if (!(trait instanceof TraitValue)) throw this.#in.error("no trait where one is expected");
    return trait;
  }

  #request(): Value {
    const request = this.#object(makeRequest(this.#in.text(), {}));
    const shape = this.#shape();
    this.#owe(Kind.Fields, request, shape.length, "an effect", shape);
    return request;
  }

  #shape(): string[] {
    const number = this.#in.varint();
    const known = this.#shapes[number];
    if (known !== undefined) return known;
    if (number !== this.#shapes.length) throw this.#in.error(`shape ${number} of ${this.#shapes.length}`);
    const shape: string[] = [];
    for (let n = this.#in.count("names of fields"); n > 0; n--) {
      this.#in.owed--;
      shape.push(`f_${this.#in.text()}`);
    }
    this.#shapes.push(shape);
    return shape;
  }

  #shared(kind: "future" | "channel" | "atomic"): Value {
    const id = this.#in.varint();
    const shared = this.context[kind](id);
    if (shared === undefined) throw this.#in.error(`no ${kind} ${id}`);
    return this.#object(shared);
  }

  #continuation(): Continuation {
    const continuation = this.#object(new Continuation(UNKNOWN, UNKNOWN));
    this.#segments(continuation, "a continuation");
    return continuation;
  }

  #segments(continuation: Continuation, what: string): void {
    const count = this.#in.varint();
    if (count === 0) throw this.#in.error("a stack of no segments");
    this.#owe(Kind.Continuation, continuation, count, what, []);
  }

  #segment(): Segment {
    const kind: SegmentKind = this.#in.byte();
    if (kind > SegmentKind.Base) throw this.#in.error(`segment of kind ${kind}`);
    const index = this.#in.varint();
    const limit = index === 0 ? null : this.context.programSegment(index - 1);
    if (limit === undefined) throw this.#in.error(`no handler ${index - 1} of the whole program`);
    // Decoded segments belong to no driver that is running now, so the task's own handles what is performed to them.
    const segment = new Segment(kind, null, null, null, undefined, limit, 0);
    if (kind === SegmentKind.Under && limit === null) stepsToLimit.set(segment, this.#in.varint());
    this.#owe(Kind.Segment, segment, kind === SegmentKind.Handled ? 2 : 1, "a segment");
    return segment;
  }

  #frame(): Frame {
    const id = this.#id();
    const code = this.context.code(id);
    if (code === undefined) throw this.#in.error(`no code "${id}"`);
    const at = this.#in.varint();
    const point = code.points[at];
    if (point === undefined) throw this.#in.error(`${code.name} has no suspension point ${at}`);
    const count = this.#in.varint();
    if (count !== point.slots.length)
      throw this.#in.error(`${code.name} with ${count} slots at ${at}, its code has ${point.slots.length}`);
    const frame = new Frame(code, at);
    this.#frames.push(frame);
    this.#owe(Kind.Frame, frame, count + 1, "a frame");
    return frame;
  }

  #frameAgain(): Frame {
    const number = this.#in.varint();
    const frame = this.#frames[number];
    if (frame === undefined) throw this.#in.error(`frame ${number} of ${this.#frames.length}`);
    this.#framesMeet = true;
    return frame;
  }

  #id(): string {
    const number = this.#in.varint();
    const known = this.#ids[number];
    if (known !== undefined) return known;
    if (number !== this.#ids.length) throw this.#in.error(`id ${number} of ${this.#ids.length}`);
    const before = this.#in.text();
    const after = this.#in.text();
    const id = before === "" ? after : `${before}:${after}`;
    this.#ids.push(id);
    return id;
  }
}

const isKnown = (tag: number): boolean => tag === Tag.Again || tag === Tag.External;

/** Stands where a continuation's segments will be. */
const UNKNOWN = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
/** Stands for an instance whose class is being read; nobody can refer to it before it is replaced. */
const UNFINISHED = Object.freeze({});
