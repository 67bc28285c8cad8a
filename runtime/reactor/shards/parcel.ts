// Parcels: values and stacks as bytes for another shard, with what the receiver must know of the futures, channels and
// atomics in them (links.ts).
//
//   parcel = part×n        part = length (32 bits, little end first) bytes; the last part is what is sent
//   the first, of several:   a List of [kind, id, detail] of each shared thing
//   the parts between:       of each future that has settled, in that order, its value or its fault

import { decode, decodeStack } from "../../codec/decode.ts";
import { encode, encodeStack } from "../../codec/encode.ts";
import { faultFromValue, faultToValue } from "../../codec/fault.ts";
import { type CodecContext, CodecError, type EncodeOptions } from "../../codec/format.ts";
import type { Input } from "../../engine/host.ts";
import type { Segment } from "../../engine/segments.ts";
import {
  type Atomic,
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
  constructor(
    readonly links: Links,
    readonly code: CodeContext,
    /** What else goes to the encoder. */
    readonly options: EncodeOptions = {},
  ) {}

  /** Throws CodecError for what cannot be sent. */
  pack(value: Value, to: number): Uint8Array {
    return this.#join((options) => encode(value, options), to);
  }

  /** A stack, and a value beside it. */
  packStack(stack: Segment, beside: Value, to: number): Uint8Array {
    return this.#join((options) => encodeStack(stack, options, beside), to);
  }

  unpack(parcel: Uint8Array, from: number): Value {
    const { last, context } = this.#split(parcel, from);
    return decode(last, context);
  }

  unpackStack(parcel: Uint8Array, from: number): { stack: Segment; beside: Value } {
    const { last, context } = this.#split(parcel, from);
    return decodeStack(last, context);
  }

  #join(encodeLast: (options: EncodeOptions) => Uint8Array, to: number): Uint8Array {
    const met = new Set<Shared>();
    const options: EncodeOptions = { ...this.options, met: (shared) => void met.add(shared) };
    const last = encodeLast(options);
    if (met.size === 0) return joined([last]);
    const entries: Value[] = [];
    const states: Uint8Array[] = [];
    // The set grows while it is walked: the value of a future may have others in it.
    for (const shared of met) {
      const kind = kindOf(shared);
      if (shared instanceof Future && shared.state.kind === "done") states.push(encode(shared.state.value, options));
      else if (shared instanceof Future && shared.state.kind === "failed")
        states.push(encode(faultToValue(shared.state.fault), options));
      entries.push([kind, shared.id, this.links.goes(shared, to)]);
    }
    return joined([encode(entries), ...states, last]);
  }

  #split(parcel: Uint8Array, from: number): { readonly last: Uint8Array; readonly context: CodecContext } {
    const parts = split(parcel);
    const last = parts.pop()!;
    const shared = new Map<number, Shared>();
    const find =
      <T>(type: new (...args: never[]) => T) =>
      (id: number) => {
        const found = shared.get(id);
        return found instanceof type ? found : undefined;
      };
    const context: CodecContext = {
      ...this.code,
      future: find(Future),
      channel: find(Channel),
      atomic: (id) => shared.get(id) as Atomic | undefined,
    };
    if (parts.length === 0) return { last, context };
    const entries = decode(parts[0]!, context) as [Kind, number, number][];
    for (const [kind, id, detail] of entries) shared.set(id, this.links.comes(kind, id, detail, from));
    let next = 1;
    for (const [kind, id] of entries) {
      if (kind !== Kind.Done && kind !== Kind.Failed) continue;
      const value = decode(parts[next++]!, context);
      const state: FutureState =
        kind === Kind.Done ? { kind: "done", value } : { kind: "failed", fault: faultFromValue(value, this.code) };
      this.links.settled(shared.get(id) as Future, state);
    }
    return { last, context };
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
  const parcel = new Uint8Array(parts.reduce((sum, part) => sum + LENGTH + part.length, 0));
  const view = new DataView(parcel.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    parcel.set(part, at + LENGTH);
    at += LENGTH + part.length;
  }
  return parcel;
}

function split(parcel: Uint8Array): Uint8Array[] {
  const view = new DataView(parcel.buffer, parcel.byteOffset, parcel.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < parcel.length; ) {
    const length = view.getUint32(at, true);
    parts.push(parcel.subarray(at + LENGTH, at + LENGTH + length));
    at += LENGTH + length;
  }
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
