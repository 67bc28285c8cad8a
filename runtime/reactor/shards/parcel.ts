// Parcels: values and stacks as bytes for another shard, with what the receiver must know of the futures, channels and
// atomics in them (links.ts).
//
//   parcel = part×n        part = length (32 bits, little end first) bytes; the last part is what is sent
//   the first, of several:   a List of [kind, id, detail] of each shared thing
//   the parts between:       of each future that has settled, in that order, its value or its fault

import { decode, decodeFirst, decodeStack } from "../../codec/decode.ts";
import { encode, encodeStack } from "../../codec/encode.ts";
import { faultFromValue, faultToValue } from "../../codec/fault.ts";
import { type CodecContext, CodecError, type EncodeOptions } from "../../codec/format.ts";
import type { Input } from "../../engine/host.ts";
import type { Segment } from "../../engine/segments.ts";
import {
  Atomic,
  Channel,
  type EffectRequest,
  type Fault,
  Future,
  type FutureState,
  MapValue,
  type Value,
} from "../../engine/values.ts";

/** What the receiver is told of a shared thing; for a settled future, its state follows. */
export enum Kind {
  Pending,
  Done,
  Failed,
  /** detail: capacity */
  Channel,
  /** detail: slot (numbers.ts) */
  Atomic,
}

type Shared = Future | Channel | Atomic;

/** What a shard knows of what it shares with others. */
export interface Links {
  /** A future, channel or atomic goes to another shard: yields the detail of its kind. Throws CodecError when it cannot. */
  goes(shared: Shared, to: number): number;
  /** One has come. */
  comes(kind: Kind, id: number, detail: number, from: number): Shared;
  /** A future has come that is known to have settled. */
  settled(future: Future, state: FutureState): void;
}

/** The program's code, for decoding: the same in every shard. */
export type CodeContext = Omit<CodecContext, "future" | "channel" | "atomic">;

export class Packer {
  readonly #options: EncodeOptions;
  readonly #context: CodecContext;
  /** What the parcel being made has met so far; what the one being read has brought. */
  #met: Set<Shared> | null = null;
  #brought: Map<number, Shared> | null = null;

  constructor(
    readonly links: Links,
    readonly code: CodeContext,
    /** What else goes to the encoder. */
    options: EncodeOptions = {},
  ) {
    const meet = (shared: Shared): void => {
      this.#met ??= new Set();
      this.#met.add(shared);
    };
    this.#options = { ...options, met: meet };
    const find =
      <T>(type: new (...args: never[]) => T) =>
      (id: number) => {
        const found = this.#brought?.get(id);
        return found instanceof type ? found : undefined;
      };
    this.#context = { ...code, future: find(Future), channel: find(Channel), atomic: find(Atomic) };
  }

  /** Throws CodecError for what cannot be sent. */
  pack(value: Value, to: number): Uint8Array {
    this.#met = null;
    return this.#join(encode(value, this.#options), to);
  }

  /** A stack, and a value beside it. */
  packStack(stack: Segment, beside: Value, to: number): Uint8Array {
    this.#met = null;
    return this.#join(encodeStack(stack, this.#options, beside), to);
  }

  unpack(parcel: Uint8Array, from: number): Value {
    return decode(this.#split(parcel, from), this.#context);
  }

  unpackStack(parcel: Uint8Array, from: number): { stack: Segment; beside: Value } {
    return decodeStack(this.#split(parcel, from), this.#context);
  }

  #join(last: Uint8Array, to: number): Uint8Array {
    const met = this.#met;
    if (met === null) return joined([last]);
    const entries: Value[] = [];
    const states: Uint8Array[] = [];
    // The set grows while it is walked: the value of a future may have others in it.
    for (const shared of met) {
      const kind = kindOf(shared);
      if (shared instanceof Future && shared.state.kind === "done")
        states.push(encode(shared.state.value, this.#options));
      else if (shared instanceof Future && shared.state.kind === "failed")
        states.push(encode(faultToValue(shared.state.fault), this.#options));
      entries.push([kind, shared.id, this.links.goes(shared, to)]);
      // Another parcel may have been made meanwhile.
      this.#met = met;
    }
    return joined([encode(entries), ...states, last]);
  }

  /** The last part, and what the others say about the things in it is seen to. */
  #split(parcel: Uint8Array, from: number): Uint8Array {
    this.#brought = null;
    const parts = split(parcel);
    const last = parts.pop()!;
    if (parts.length === 0) return last;
    const brought = new Map<number, Shared>();
    this.#brought = brought;
    const entries = decode(parts[0]!, this.#context) as [Kind, number, number][];
    for (const [kind, id, detail] of entries) brought.set(id, this.links.comes(kind, id, detail, from));
    let next = 1;
    for (const [kind, id] of entries) {
      if (kind !== Kind.Done && kind !== Kind.Failed) continue;
      const value = decode(parts[next++]!, this.#context);
      const state: FutureState =
        kind === Kind.Done ? { kind: "done", value } : { kind: "failed", fault: faultFromValue(value, this.code) };
      this.links.settled(brought.get(id) as Future, state);
    }
    return last;
  }
}

function kindOf(shared: Shared): Kind {
  if (shared instanceof Channel) return Kind.Channel;
  if (!(shared instanceof Future)) return Kind.Atomic;
  if (shared.state.kind === "pending") return Kind.Pending;
  return shared.state.kind === "done" ? Kind.Done : Kind.Failed;
}

const LENGTH = 4;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += LENGTH + part.length;
  // Small ones come out of Node's pool: memory of its own for each of millions is work for the collector.
  const parcel = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    const { length } = part;
    for (let byte = 0; byte < LENGTH; byte++) parcel[at + byte] = length >> (8 * byte);
    parcel.set(part, at + LENGTH);
    at += LENGTH + length;
  }
  return parcel;
}

/** How long the part that begins there is. */
function lengthAt(parcel: Uint8Array, at: number): number {
  let length = 0;
  for (let byte = LENGTH - 1; byte >= 0; byte--) length = length * 256 + (parcel[at + byte] ?? 0);
  return length;
}

function split(parcel: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < parcel.length; ) {
    const length = lengthAt(parcel, at);
    if (length > parcel.length - at - LENGTH) throw new CodecError("a parcel that is cut off", -1);
    parts.push(parcel.subarray(at + LENGTH, at + LENGTH + length));
    at += LENGTH + length;
  }
  if (parts.length === 0) throw new CodecError("a parcel without content", -1);
  return parts;
}

// ---- What a parcel shares, without the rest ----

/** A future, channel or atomic that a parcel names; of a settled future its state is in the parcel. */
export interface Named {
  readonly kind: Kind;
  readonly id: number;
}

/** Everything that a parcel shares with others. CodecError, or RangeError, for what is no parcel. */
export function namedIn(parcel: Uint8Array): Named[] {
  const parts = split(parcel);
  return parts.length < 2 ? [] : entriesIn(parts).map(([kind, id]) => ({ kind, id }));
}

/** The pending futures that a parcel names, by their numbers. */
export function pendingIn(bytes: Uint8Array, at: number, length: number): readonly number[] {
  // Most parcels share nothing, and this is asked of millions.
  if (LENGTH + lengthAt(bytes, at) === length) return NONE;
  const first = split(bytes.subarray(at, at + length))[0]!;
  return entriesIn([first]).flatMap(([kind, id]) => (kind === Kind.Pending ? [id] : NONE));
}

const NONE: readonly number[] = [];

/** The first values of a parcel of a List, up to one that needs code; none for what is no parcel. */
export function firstIn(parcel: Uint8Array): Value[] {
  let values: Value[] = [];
  try {
    const list = split(parcel).pop()!;
    for (let count = 1; values.length === count - 1; count++) values = decodeFirst(list, NO_CODE, count);
  } catch {
    // It is as far as one comes.
  }
  return values;
}

/** The parcel in which a future that was pending has failed; undefined when it names no such future. */
export function withFailed(parcel: Uint8Array, future: number, fault: Fault): Uint8Array | undefined {
  const parts = split(parcel);
  if (parts.length < 2) return undefined;
  const entries = entriesIn(parts);
  const at = entries.findIndex(([kind, id]) => kind === Kind.Pending && id === future);
  if (at < 0) return undefined;
  const isSettled = ([kind]: Entry): boolean => kind === Kind.Done || kind === Kind.Failed;
  const before = entries.slice(0, at).filter(isSettled).length;
  entries[at] = [Kind.Failed, future, entries[at]![2]];
  return joined([
    encode(entries),
    ...parts.slice(1, 1 + before),
    encode(faultToValue(fault)),
    ...parts.slice(1 + before),
  ]);
}

type Entry = [kind: Kind, id: number, detail: number];

const entriesIn = (parts: readonly Uint8Array[]): Entry[] => decode(parts[0]!, NO_CODE) as Entry[];

/** Knows no code and nothing shared: enough for numbers, texts and bytes. */
export const NO_CODE: CodecContext = {
  code: () => undefined,
  classCode: () => undefined,
  traitCode: () => undefined,
  future: () => undefined,
  channel: () => undefined,
  atomic: () => undefined,
  programSegment: () => undefined,
};

// ---- Inputs of tasks, as values ----

/** What a task goes on with, as a List. */
export function inputToValue(input: Input): Value[] {
  switch (input.kind) {
    case "value":
      return [0, input.value];
    case "perform":
      return [1, input.effect, MapValue.of(Object.entries(input.payload)), input.again as Value];
    case "fault":
      return [2, faultToValue(input.fault)];
  }
}

export function inputFromValue(value: Value, code: Pick<CodecContext, "code">): Input {
  const [kind, first, second, again] = value as Value[];
  if (kind === 0) return { kind: "value", value: first };
  if (kind === 2) return { kind: "fault", fault: faultFromValue(first, code) };
  if (kind !== 1) throw new CodecError("a value that is no input", -1);
  const payload: Record<string, Value> = Object.create(null);
  for (const [name, field] of (second as MapValue).entries) payload[String(name)] = field;
  const input = { kind: "perform", effect: first as string, payload } as const;
  return again === undefined ? input : { ...input, again: again as EffectRequest };
}
