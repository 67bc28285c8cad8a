// Reads records of a `.wld` file back into a program: what several of them share is one thing again (scribe.ts).
//
// B1. Futures, channels and atomics are known by their numbers: the first record that names one makes it, the others find it.
// B2. What was made stays known as long as a record of the earlier run may still be read that names it: as long as cold tasks of
//     that run are left (cold.ts). Channels, whose records name further ones, are all read at the start then.
// B3. The future of a task that has become cold in this run may be known to others, or to nobody: it is found as long as somebody
//     has it.

import { decode } from "../../codec/decode.ts";
import { sizeOf } from "../../codec/size.ts";
import { Atomic, Channel, type EffectRequest, type Future, type FutureState, type Value } from "../../engine/values.ts";
import { Table } from "../../horizon/tables.ts";
import type { TaskRecord } from "../../horizon/task-record.ts";
import { type CodeContext, Kind, type Links, NO_CODE, Packer } from "../shards/parcel.ts";
import { type Cancellation, LiveTask, TaskFuture, TaskState } from "../task.ts";
import type { Image } from "./image.ts";

export interface RecallOptions {
  /** What an earlier run has left. */
  readonly image: Image | null;
  readonly code: CodeContext;
  isCurrent(id: string): boolean;
}

/** A task as it stands in its record. */
export interface Recalled {
  readonly task: LiveTask;
  readonly record: TaskRecord;
  /** When it began to wait, among the others. */
  readonly order: number;
  /** What it goes on with, when it waits for nothing. */
  readonly input: Value;
  /** What it waits for. */
  readonly request: EffectRequest | undefined;
  /** Some of its code is of an older source. */
  readonly isOlder: boolean;
}

export class Recall {
  readonly packer: Packer;
  /** Objects that tasks share with the globals, by number (scribe.ts, P1). */
  readonly pins = new Map<number, object>();
  #image: Image;
  readonly #futures = new Map<number, TaskFuture>();
  /** B3 */
  readonly #ofCold = new Map<number, WeakRef<TaskFuture>>();
  #sweepAt = FIRST_SWEEP;
  readonly #channels = new Map<number, Channel>();
  readonly #atomics = new Map<number, Atomic>();
  readonly #unfilled: Channel[] = [];
  /** Code of an older source was met in what is being read; likewise code that must run beside the program's variables. */
  #metOlder = false;
  #metHome = false;

  constructor({ image, code: own, isCurrent }: RecallOptions) {
    this.#image = image ?? new Map();
    const links: Links = {
      goes: () => 0,
      comes: (kind, id, detail) => this.#shared(kind, id, detail),
      settled: (future, state) => {
        // One that has settled in this run has the same state.
        if (future.state.kind === "pending") settle(future, state);
      },
    };
    const met = (id: string): string => {
      this.#metOlder ||= !isCurrent(id);
      return id;
    };
    this.packer = new Packer(links, {
      ...own,
      code: (id) => {
        const found = own.code(met(id));
        this.#metHome ||= found !== undefined && found.source !== null && found.isHome;
        return found;
      },
      classCode: (id) => own.classCode(met(id)),
      traitCode: (id) => own.traitCode(met(id)),
      external: (number) => this.pins.get(number),
    });
  }

  #table(table: Table): ReadonlyMap<number | string, Uint8Array> {
    return this.#image.get(table) ?? new Map();
  }

  /**
   * Reads a task; Error when it cannot go on with this program. It runs beside the program's variables from now on when it did
   * before, when code of it must by now, and when it has code of an older source: what that calls is of today's, and may use them.
   */
  task(record: TaskRecord, frames: Uint8Array): Recalled {
    this.#metOlder = false;
    this.#metHome = false;
    const { stack, beside } = this.packer.unpackStack(frames, 0);
    const [order, isFresh, cancellation, observed, input, request] = beside as Value[];
    const future = this.future(record.id);
    const task = new LiveTask(future, record.name, record.home || this.#metHome || this.#metOlder);
    task.stack = stack;
    task.cancellation = cancellation as Cancellation;
    future.task = task;
    future.observed ||= observed === true;
    if (isFresh !== true) task.state = request === undefined ? TaskState.Ready : TaskState.Parked;
    return {
      task,
      record,
      order: order as number,
      input,
      request: request as EffectRequest | undefined,
      isOlder: this.#metOlder,
    };
  }

  /** The future of a task (B1). */
  future(id: number): TaskFuture {
    let future = this.#futures.get(id) ?? this.#ofCold.get(id)?.deref();
    if (future === undefined) {
      future = new TaskFuture(id);
      this.#futures.set(id, future);
    }
    return future;
  }

  /** The task of this future has become cold. */
  forgetUnlessUsed(future: TaskFuture): void {
    this.#ofCold.set(future.id, new WeakRef(future));
    if (this.#ofCold.size < this.#sweepAt) return;
    for (const [id, known] of this.#ofCold) if (known.deref() === undefined) this.#ofCold.delete(id);
    this.#sweepAt = Math.max(FIRST_SWEEP, this.#ofCold.size * 2);
  }

  /** Whether the task of this future has become cold in this run; it may have been read since. */
  isOfCold(future: TaskFuture): boolean {
    return this.#ofCold.get(future.id)?.deref() === future;
  }

  /** No record names it as pending any more. */
  settled({ id }: Future): void {
    this.#futures.delete(id);
    this.#ofCold.delete(id);
  }

  /** No record of the earlier run will be read any more (B2). */
  end(): void {
    this.#image = new Map();
    for (const known of [this.pins, this.#futures, this.#channels, this.#atomics]) known.clear();
  }

  #shared(kind: Kind, id: number, detail: number): Future | Channel | Atomic {
    if (kind === Kind.Channel) return this.#channel(id, detail);
    return kind === Kind.Atomic ? this.#atomic(id) : this.future(id);
  }

  #channel(id: number, capacity: number): Channel {
    let channel = this.#channels.get(id);
    if (channel === undefined) {
      channel = new Channel(id, capacity);
      this.#channels.set(id, channel);
      this.#unfilled.push(channel);
    }
    return channel;
  }

  #atomic(id: number): Atomic {
    let atomic = this.#atomics.get(id);
    if (atomic === undefined) {
      const bytes = this.#table(Table.Atomics).get(id);
      atomic = new Atomic(id, bytes === undefined ? 0 : (decode(bytes, NO_CODE) as number));
      this.#atomics.set(id, atomic);
    }
    return atomic;
  }

  /** Gives the channels that were met what is in them, which may name further ones. */
  fillChannels(): void {
    for (let channel = this.#unfilled.pop(); channel !== undefined; channel = this.#unfilled.pop()) {
      const bytes = this.#table(Table.Channels).get(channel.id);
      if (bytes !== undefined) fill(channel, this.packer.unpack(bytes, 0) as Value[]);
    }
  }

  /** All channels, also those that only cold tasks name (B2). */
  *allChannels(): Iterable<Channel> {
    for (const [id, bytes] of this.#table(Table.Channels)) {
      const [capacity] = this.packer.unpack(bytes, 0) as [number];
      this.#channel(id as number, capacity);
    }
    this.fillChannels();
    yield* this.#channels.values();
  }
}

/** Futures of cold tasks that are looked through for the first time. */
const FIRST_SWEEP = 65_536;

function settle(future: Future, state: FutureState): void {
  future.state = state;
  future.observed = true;
}

function fill(channel: Channel, [, closed, ...items]: readonly Value[]): void {
  channel.closed = closed === true;
  for (const item of items) {
    channel.items.push(item);
    channel.bytes += sizeOf(item);
  }
}
