// Reads records of a `.wld` file for those who look at them and run nothing: the `walia horizon` command, the editor. What the
// records hold is said in scribe.ts.
//
// R1. Nothing is shared between two things that are read: each has objects of its own, and futures, channels and atomics are
//     known by their numbers. Objects that a task has in common with the program's variables are the exception (scribe.ts, P1).
// R2. What is read and written again without a change has the same bytes. Whoever changes a part relies on it for the rest, so it
//     is looked at before each change.

import { decode } from "../../codec/decode.ts";
import type { Input } from "../../engine/host.ts";
import { root } from "../../engine/machine.ts";
import { Segment, SegmentKind } from "../../engine/segments.ts";
import {
  Atomic,
  Channel,
  type Closure,
  type EffectRequest,
  Future,
  type FutureState,
  type Value,
} from "../../engine/values.ts";
import { Table } from "../../horizon/tables.ts";
import type { TaskRecord } from "../../horizon/task-record.ts";
import type { Described } from "../descriptors.ts";
import type { OpenMode } from "../drivers/driver.ts";
import {
  type CodeContext,
  firstIn,
  inputFromValue,
  inputToValue,
  Kind,
  type Links,
  NO_CODE,
  Packer,
} from "../shards/parcel.ts";
import type { Image } from "./image.ts";

/** How far a program is, as its record says. */
export interface ProgramState {
  /** The task of the program's own code; undefined when that has ended. */
  readonly main: number | undefined;
  /** By what the sources of the last run are known in the file; undefined when the file has no such record. */
  readonly sources: string | undefined;
  /** It has ended by itself: only its variables count, and what is in `left`. */
  readonly hasEnded: boolean;
  /** Tasks that had failed when it ended, and may be resumed. */
  readonly left: ReadonlySet<number>;
}

/** A file without a record of the program. */
export const UNKNOWN_PROGRAM: ProgramState = { main: undefined, sources: undefined, hasEnded: false, left: new Set() };

/** Whether a task that is in the file is one that the program still has. */
export const isPending = ({ hasEnded, left }: ProgramState, task: number): boolean => !hasEnded || left.has(task);

/** A task as its records have it. */
export interface KeptTask {
  readonly record: TaskRecord;
  /** Its stack, top first. */
  readonly stack: Segment;
  /** What stands beside the stack (scribe.ts). */
  readonly beside: readonly Value[];
}

enum Beside {
  IsFresh = 1,
  Cancellation = 2,
  Input = 4,
  Request = 5,
}

/** It was started, and none of its code has run. */
export const isFresh = ({ beside }: KeptTask): boolean => beside[Beside.IsFresh] === true;

export const isCancelled = ({ beside }: KeptTask): boolean =>
  typeof beside[Beside.Cancellation] === "number" && beside[Beside.Cancellation] !== 0;

/** What it waits for. */
export const requestOf = ({ beside }: KeptTask): EffectRequest | undefined =>
  beside[Beside.Request] as EffectRequest | undefined;

/** The task when what it waits for has yielded this. */
export function resumedWith(task: KeptTask, value: Value): KeptTask {
  const beside = [...task.beside];
  beside[Beside.Input] = inputToValue({ kind: "value", value });
  beside[Beside.Request] = undefined;
  return { ...task, beside };
}

/** What the record of the program says; undefined when it is none. */
export function readProgram(payload: Uint8Array): ProgramState | undefined {
  let fields: Value;
  try {
    fields = decode(payload, NO_CODE);
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields)) return undefined;
  const [main, sources, , hasEnded, left] = fields;
  return {
    main: typeof main === "number" ? main : undefined,
    sources: typeof sources === "string" ? sources : undefined,
    hasEnded: hasEnded === true,
    left: new Set(Array.isArray(left) ? (left as number[]) : []),
  };
}

export class Reading {
  readonly #image: Image;
  readonly #packer: Packer;
  readonly #code: CodeContext;
  /** Handlers of the whole program, by index (codec/format.ts, B7). */
  readonly #handlers: Segment[] = [root];
  readonly #pins = new Map<number, object>();
  readonly #numbers = new Map<object, number>();
  /** The program's variables and constants by name, as far as they can be read. */
  readonly variables = new Map<string, Value>();
  /** What of the program itself cannot be read, in words. */
  readonly troubles: string[] = [];

  /** `image` needs no tasks. `code`: that of the program and of its older versions. */
  constructor(image: Image, code: Omit<CodeContext, "programSegment" | "external">) {
    this.#image = image;
    this.#code = {
      ...code,
      programSegment: (index) => this.#handlers[index],
      external: (number) => this.#pins.get(number),
    };
    const links: Links = {
      goes: (shared) => (shared instanceof Channel ? shared.capacity : 0),
      comes: (kind, id, detail) => this.#shared(kind, id, detail),
      settled: (future: Future, state: FutureState) => {
        future.state = state;
      },
    };
    this.#packer = new Packer(links, this.#code, {
      external: (object) => this.#numbers.get(object),
      programIndex: (segment) => this.#handlers.indexOf(segment),
    });
    this.#attempt("the handlers of the whole program", () => this.#readHandlers());
    this.#attempt("the program's variables", () => this.#readVariables());
  }

  #attempt(what: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.troubles.push(`${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #record(table: Table, key: number | string): Uint8Array | undefined {
    return this.#image.get(table)?.get(key);
  }

  #readHandlers(): void {
    const bytes = this.#record(Table.Globals, "handlers");
    if (bytes === undefined) return;
    for (const handler of this.#packer.unpack(bytes, 0) as Closure[])
      this.#handlers.push(
        new Segment(SegmentKind.Program, this.#handlers.at(-1)!, handler, handler.code.key, undefined, null, -1),
      );
  }

  #readVariables(): void {
    const bytes = this.#record(Table.Globals, "globals");
    if (bytes === undefined) return;
    const [names, values, numbers, objects] = this.#packer.unpack(bytes, 0) as [string[], Value[], number[], object[]];
    for (const [i, name] of names.entries()) this.variables.set(name, values[i]);
    for (const [i, number] of numbers.entries()) {
      this.#pins.set(number, objects[i]!);
      this.#numbers.set(objects[i]!, number);
    }
  }

  /** Handlers of the whole program, outermost first. */
  get handlers(): Closure[] {
    return this.#handlers.slice(1).map(({ handler }) => handler!);
  }

  /** R1 */
  #shared(kind: Kind, id: number, detail: number): Future | Channel | Atomic {
    if (kind === Kind.Channel) return new Channel(id, detail);
    if (kind !== Kind.Atomic) return new Future(id);
    const bytes = this.#record(Table.Atomics, id);
    return new Atomic(id, bytes === undefined ? 0 : (decode(bytes, NO_CODE) as number));
  }

  /** Reads a task. Error, with the reason, when that cannot be done with the program's code. */
  task(record: TaskRecord, frames: Uint8Array): KeptTask {
    const { stack, beside } = this.#packer.unpackStack(frames, 0);
    if (!Array.isArray(beside)) throw new Error("the record is of another form");
    return { record, stack, beside };
  }

  /** Reads the continuation of a task, and forgets it. Error as `task`. */
  checkStack(frames: Uint8Array): void {
    this.#packer.unpackStack(frames, 0);
  }

  /** The same for a record of a channel or a descriptor. */
  checkValue(payload: Uint8Array): void {
    this.#packer.unpack(payload, 0);
  }

  /** The continuation of a task, for its record. */
  pack({ stack, beside }: KeptTask): Uint8Array {
    return this.#packer.packStack(stack, beside as Value[], 0);
  }

  /** What a task that is about to go on gets; undefined when that is just its turn. */
  inputOf({ beside }: KeptTask): Input | undefined {
    const input = beside[Beside.Input];
    return input === undefined ? undefined : inputFromValue(input, this.#code);
  }

  /** It stands with the program's variables, too. */
  isPinned(object: object): boolean {
    return this.#numbers.has(object);
  }

  /** What is in a channel; undefined when the file does not have it. Error when it cannot be read. */
  channel(id: number): { readonly capacity: number; readonly closed: boolean; readonly items: Value[] } | undefined {
    const bytes = this.#record(Table.Channels, id);
    if (bytes === undefined) return undefined;
    const [capacity, closed, ...items] = this.#packer.unpack(bytes, 0) as Value[];
    return { capacity: Number(capacity), closed: closed === true, items };
  }
}

/** A virtual descriptor as its record has it, and the offset of a file. */
export type KeptDescriptor = Described & { readonly offset?: number };

/** What is in the record of a descriptor, without what only the program's code can read; undefined when it is none. */
export function readDescriptor(payload: Uint8Array): KeptDescriptor | undefined {
  const [kind, first, second, third] = firstIn(payload);
  switch (kind) {
    case "input":
      return { kind: "standard", stream: 0 };
    case "file":
      return { kind, path: String(first), mode: second as OpenMode, offset: Number(third) };
    case "listener":
      return { kind, host: first as string | undefined, port: Number(second), session: undefined };
    case "dialled":
      return { kind, host: String(first), port: Number(second) };
    case "accepted":
      return { kind, listener: Number(first), key: second as Value };
    default:
      return undefined;
  }
}
