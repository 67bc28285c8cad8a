// What a Walia value is in memory. Read by the engine, the library, the codec and the reactor; made by compiled code.
//
//   Walia          JavaScript
//   nil            undefined
//   true, 3, "x"   boolean, number, string
//   Bytes          Uint8Array, never written to after it is made
//   List           Array without holes
//   Map            MapValue
//   function       Closure (built-in functions too)
//   class, trait   ClassValue, TraitValue
//   instance       an object of the JavaScript class that its ClassCode made: fields as properties `f_NAME`
//   effect         EffectRequest: payload fields as properties `f_NAME`
//   Continuation, Future, Channel, Atomic: the classes below
//
// V1. Names from a program only ever become property names with a prefix (`f_`, `m_`), so none of them can mean
//     anything to JavaScript (`__proto__`, `constructor`).
// V2. SIGNAL is no value. A call that returns it says: "I am suspending; save your frame and return SIGNAL too". It is
//     JavaScript's null, which nothing else in a program ever is: no test is shorter, and there is one after every call.

import type { ClassCode, Code, EffectKey, TraitCode } from "./code.ts";
import { Fifo } from "./fifo.ts";
import type { Segment } from "./segments.ts";

// biome-ignore lint/suspicious/noConfusingVoidType: nil is undefined, and code that yields nothing yields nil.
export type Value = undefined | void | boolean | number | string | Uint8Array | Value[] | object;

/** What a call that suspends returns in place of a value (V2). An `object` to the type checker, so that it may be returned as one. */
export const SIGNAL = null as unknown as object;

/** Compiled code of a unit, entered at its start. `self` is the closure, instance or handler clause it runs for. */
// biome-ignore lint/suspicious/noExplicitAny: one type for functions of every arity, called by generated code only.
export type Enter = (self: any, depth: number, ...args: any[]) => Value;

/** A function with what it captured: values, or Cells for variables that are assigned after their declaration. */
export class Closure {
  constructor(
    readonly code: Code,
    /** Number of parameters; -1 for a built-in that checks for itself. */
    readonly arity: number,
    readonly enter: Enter,
    readonly c0: Value = undefined,
    readonly c1: Value = undefined,
    readonly c2: Value = undefined,
    readonly c3: Value = undefined,
    /** The fifth capture and those after it. */
    readonly more: readonly Value[] = NONE,
  ) {}
}
const NONE: readonly Value[] = Object.freeze([]) as readonly Value[];

/** Captured value number `index` of a closure. */
export function captureOf(closure: Closure, index: number): Value {
  switch (index) {
    case 0:
      return closure.c0;
    case 1:
      return closure.c1;
    case 2:
      return closure.c2;
    case 3:
      return closure.c3;
    default:
      return closure.more[index - 4];
  }
}

/** A variable that is captured and assigned; a global. */
export class Cell {
  constructor(public v: Value) {}
}

/** `Map`: keys compare as `==` does; insertion order. Bytes are found by content. */
export class MapValue {
  readonly entries = new Map<Value, Value>();
  /** The Bytes used as a key, by content, so that equal Bytes are one key. */
  #bytesKeys: Map<string, Uint8Array> | undefined;

  get(key: Value): Value {
    return this.entries.get(this.#canonical(key));
  }

  has(key: Value): boolean {
    return this.entries.has(this.#canonical(key));
  }

  set(key: Value, value: Value): void {
    if (key instanceof Uint8Array) {
      this.#bytesKeys ??= new Map();
      const content = latin1(key);
      const known = this.#bytesKeys.get(content);
      if (known === undefined) this.#bytesKeys.set(content, key);
      this.entries.set(known ?? key, value);
    } else this.entries.set(key, value);
  }

  delete(key: Value): boolean {
    const canonical = this.#canonical(key);
    if (canonical instanceof Uint8Array) this.#bytesKeys?.delete(latin1(canonical));
    return this.entries.delete(canonical);
  }

  #canonical(key: Value): Value {
    return key instanceof Uint8Array ? (this.#bytesKeys?.get(latin1(key)) ?? key) : key;
  }

  /** A Map with these entries, in their order. */
  static of(entries: Iterable<readonly [Value, Value]>): MapValue {
    const map = new MapValue();
    for (const [key, value] of entries) map.set(key, value);
    return map;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** A class at run time; `captures` are those of a class declared inside a function. */
export class ClassValue {
  constructor(
    readonly code: ClassCode,
    readonly captures: readonly Value[] = NONE,
    /** The superclass, when that was declared inside a function too. */
    readonly parent: ClassValue | undefined = undefined,
  ) {}
}

export class TraitValue {
  constructor(readonly code: TraitCode) {}
}

/** What every instance has; its fields are properties named by `fieldKey`. */
export class Instance {
  [field: `f_${string}`]: Value;
  /** Traits that `mixin` gave this one instance, in order; their methods are properties of the instance itself. */
  declare mixed?: TraitValue[];
  constructor(readonly cls: ClassValue) {}
}

/** Gives one instance the methods of a trait: they become properties of the instance itself, before those of its class. */
export function mixInto(object: Instance, trait: TraitValue): void {
  object.mixed ??= [];
  object.mixed.push(trait);
  const methods = object as unknown as Record<string, Enter>;
  for (const [name, code] of trait.code.methods) methods[`m_${name}`] = code.enter;
}

/** The request a handler's clause sees as `effect`, and the reactor as a request: payload fields named by `fieldKey`. */
export interface EffectRequest {
  /** `key`: of those that are performed often, so that a search need not ask for it. */
  readonly site: { readonly effect: string; readonly key?: EffectKey };
  [field: `f_${string}`]: Value;
}

/**
 * Suspended code up to a handler: `top` … `bottom` are its segments, innermost first, `bottom` being the handler's own.
 * Immutable once made, so it may be resumed many times.
 */
export class Continuation {
  constructor(
    readonly top: Segment,
    readonly bottom: Segment,
  ) {}
}

/** A fault as a value: what an awaiter of a failed future sees again. */
export interface Fault {
  readonly kind: FaultKind;
  readonly message: string;
  /** Further payload fields (`code`, `fd` of an IoError), by name. */
  readonly fields: Readonly<Record<string, Value>>;
  readonly trace: readonly TraceLine[];
}

export type FaultKind =
  | "TypeError"
  | "NilAccess"
  | "UndefinedName"
  | "ArityError"
  | "IndexError"
  | "MatchError"
  | "IoError"
  | "UnhandledEffect"
  | "Overflow"
  | "AssertError"
  | "Cancelled"
  | "LimitExceeded"
  | (string & {});

/** One frame of a Walia stack trace: a suspension point of a unit of code, or a note such as "handler of FAULT". */
export interface TraceLine {
  readonly code: Code | null;
  /** Suspension ordinal in `code`. */
  readonly at: number;
  readonly note: string | null;
}

export type FutureState =
  | { readonly kind: "pending" }
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "failed"; readonly fault: Fault };

/** The result of a task. Settled once; waiters are kept by the reactor under `id`. */
export class Future {
  state: FutureState = PENDING;
  /** Somebody awaited it, so its fault is not printed as one that nobody saw. */
  observed = false;
  /** Whoever is to be told, in order. Cleared when settled. */
  waiters: FutureWaiter[] | null = null;
  constructor(readonly id: number) {}
}
const PENDING: FutureState = { kind: "pending" };

/** Told once, when the future it waits for settles. */
export interface FutureWaiter {
  settled(future: Future): void;
}

/** A queue between tasks; its waiting senders and receivers are kept by the reactor. */
export class Channel {
  readonly items = new Fifo<Value>();
  /** About how many bytes the items have, while somebody limits that. */
  bytes = 0;
  closed = false;
  /** The reactor's queues of tasks waiting to send or to receive. */
  waiting: unknown = undefined;
  /** What those ask who wait to receive: one request for all of them, made for the first. */
  receipt: EffectRequest | null = null;
  constructor(
    readonly id: number,
    readonly capacity: number,
  ) {}
}

/** Where the number of an atomic is when several shards know it; every operation is one step for all of them. */
export interface SharedNumber {
  load(): number;
  store(value: number): void;
  /** Replaces `expected`, bit for bit, by `value`. Yields what was there. */
  compareExchange(expected: number, value: number): number;
}

/** A number shared by all tasks: its own, until another shard gets to know it. */
export class Atomic {
  shared: SharedNumber | null = null;
  #value: number;

  constructor(
    readonly id: number,
    value: number,
  ) {
    this.#value = value;
  }

  get value(): number {
    return this.shared === null ? this.#value : this.shared.load();
  }

  set value(value: number) {
    if (this.shared === null) this.#value = value;
    else this.shared.store(value);
  }

  /** Yields the new value. */
  add(delta: number): number {
    if (this.shared === null) {
      this.#value += delta;
      return this.#value;
    }
    for (let value = this.shared.load(); ; ) {
      const found = this.shared.compareExchange(value, value + delta);
      if (Object.is(found, value)) return value + delta;
      value = found;
    }
  }

  /** Replaces the value if `isExpected` says so of it; true when it did. */
  replace(isExpected: (value: number) => boolean, replacement: number): boolean {
    if (this.shared === null) {
      if (!isExpected(this.#value)) return false;
      this.#value = replacement;
      return true;
    }
    for (let value = this.shared.load(); isExpected(value); ) {
      const found = this.shared.compareExchange(value, replacement);
      if (Object.is(found, value)) return true;
      value = found;
    }
    return false;
  }
}

/** The JavaScript property that holds field `name` (V1). */
export function fieldKey(name: string): `f_${string}` {
  return `f_${name}`;
}

/** The JavaScript property that holds method `name` with `arity` parameters (V1). */
export function methodKey(name: string, arity: number): `m_${string}` {
  return `m_${name}$${arity}`;
}

/** Everything but `nil` and `false` is truthy, `0` and `""` too. */
export function isTruthy(value: Value): boolean {
  return value !== false && value !== undefined;
}

/** The type's name as `type_of` gives it and as faults show it. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case "undefined":
      return "nil";
    case "boolean":
      return "boolean";
    case "number":
      return "number";
    case "string":
      return "string";
  }
  if (Array.isArray(value)) return "List";
  if (value instanceof MapValue) return "Map";
  if (value instanceof Uint8Array) return "Bytes";
  if (value instanceof Closure) return "function";
  if (value instanceof Instance) return value.cls.code.name;
  if (value instanceof ClassValue) return "class";
  if (value instanceof TraitValue) return "trait";
  if (value instanceof Future) return "Future";
  if (value instanceof Channel) return "Channel";
  if (value instanceof Atomic) return "Atomic";
  if (value instanceof Continuation) return "Continuation";
  return "effect";
}

/** `==`: by value for nil, booleans, numbers, strings and Bytes; by identity for the rest. */
export function isEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
