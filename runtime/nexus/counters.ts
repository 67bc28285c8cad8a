// What the shards of a program count, in memory that they share with whoever watches: the table of counters, its layout,
// and the shard's side of it. The watcher's side is readings.ts; marks on a time line are in flight.ts.
//
//   line 0       flags                                      written by the watcher
//   block s      counters of COUNTERS, two for each effect  written by shard s alone
//   flight s     its marks (flight.ts)                      written by shard s alone
//
// A block begins on a cache line of its own, so no shard waits for another's lines and nobody pays when nobody looks.
//
// C1. All accesses are plain. A counter has one writer, and a reader wants a recent figure, not a moment common to all.
//     Aligned 64-bit stores are one instruction wherever Node has 64 bits; elsewhere a reading may, once in a long while,
//     be made of two halves. The next one is right again.
// C2. Counts are whole numbers in doubles: exact up to 2^53.

import { Flight } from "./flight.ts";

/** `total` only grows; `level` is how much there is now. */
export interface Meaning {
  readonly kind: "total" | "level";
  readonly help: string;
  /** Counted in milliseconds. */
  readonly isTime?: boolean;
}

const total = (help: string): Meaning => ({ kind: "total", help });
const level = (help: string): Meaning => ({ kind: "level", help });
const time = (help: string): Meaning => ({ kind: "total", help, isTime: true });

/** Every counter of a shard, in the order of the block. */
export const COUNTERS = {
  tasksStarted: total("Tasks begun."),
  tasksEnded: total("Tasks that have ended."),
  tasksSuspended: level("Tasks that wait for something."),
  queueLength: level("Tasks that are ready to run."),
  timers: level("Timers that are armed."),
  resumptions: total("Times a task was run, from where it stood to where it stopped."),
  performed: total("Effects performed for which the performer was suspended."),
  requests: total("Effects that reached the reactor."),
  events: total("Events reaped: operations completed, timers due, signals."),
  submissions: total("Operations handed to the driver."),
  enters: total("System calls that entered the ring of an io_uring."),
  completions: total("Completions taken from the ring of an io_uring."),
  cancellations: total("Tasks that were told to stop."),
  faults: total("Faults that nobody handled or awaited."),
  turns: total("Times the loop came round."),
  stealsAsked: total("Times this shard asked another for tasks."),
  stealsAnswered: total("Times this shard gave tasks to another."),
  tasksStolen: total("Tasks that this shard took from others."),
  busy: time("Time spent in turns, running tasks and answering them."),
  stealing: time("Time spent giving tasks to other shards and taking theirs."),
} as const satisfies Readonly<Record<string, Meaning>>;

export type CounterName = keyof typeof COUNTERS;
export const counterNames = Object.keys(COUNTERS) as readonly CounterName[];

/** Plain data: a worker gets it as it is, and sees the same memory. */
export interface CounterMemory {
  readonly buffer: SharedArrayBuffer;
  readonly shards: number;
  /** Effects that are counted by name; all others together come after the last of them. */
  readonly effects: readonly string[];
  /** Marks that a shard's flight holds: a power of two, or 0 for none. */
  readonly marks: number;
  /** When the program started, in milliseconds since 1970. */
  readonly startedAt: number;
}

/** Doubles in a cache line. */
const LINE = 8;
const lines = (doubles: number): number => Math.ceil(doubles / LINE) * LINE;

/** Where things are, in doubles. */
export function layout(memory: Omit<CounterMemory, "buffer" | "startedAt">) {
  const perBlock = lines(counterNames.length + 2 * (memory.effects.length + 1));
  const perFlight = memory.marks === 0 ? 0 : LINE + 2 * lines(memory.marks);
  const flights = LINE + memory.shards * perBlock;
  return {
    length: flights + memory.shards * perFlight,
    /** In a block: how many have asked for the effect, and after that how many wait for it now. */
    effect: (index: number): number => counterNames.length + 2 * index,
    block: (shard: number): number => LINE + shard * perBlock,
    flight: (shard: number): number => flights + shard * perFlight,
  };
}

/** Memory for the counters of a program, all zero. */
export function counterMemory(
  options: { readonly shards?: number; readonly effects?: readonly string[]; readonly marks?: number } = {},
  startedAt = 0,
): CounterMemory {
  const shape = { shards: options.shards ?? 1, effects: options.effects ?? [], marks: options.marks ?? 0 };
  return { buffer: new SharedArrayBuffer(layout(shape).length * 8), ...shape, startedAt };
}

/** Somebody watches: from now on the shards count effects by name and keep a flight. Called before they start, or never. */
export function watch(memory: CounterMemory): void {
  new Int32Array(memory.buffer, 0, 1)[0] = 1;
}

/** The counters of one shard, each a property: `counters.events++` costs nearly what it costs in a plain object. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are made of the table, in the static block.
export class Counters {
  readonly flight: Flight;
  readonly #isWatched: Int32Array;
  /** Where an effect is in the block; and all that have no place of their own. */
  readonly #effects: ReadonlyMap<string, number>;
  readonly #other: number;
  /** The shard's block (C1). */
  readonly #block: Float64Array;

  constructor(memory: CounterMemory = counterMemory(), shard = 0) {
    const { block, flight, effect } = layout(memory);
    const { effects } = memory;
    this.#block = new Float64Array(memory.buffer, block(shard) * 8, effect(effects.length + 1));
    this.#isWatched = new Int32Array(memory.buffer, 0, 1);
    this.flight = new Flight(memory, flight(shard));
    this.#effects = new Map(effects.map((name, i) => [name, effect(i)]));
    this.#other = effect(effects.length);
  }

  /** A task's effect has reached the reactor, or that of several: they wait. */
  parked(effect: string, tasks = 1): void {
    this.requests += tasks;
    this.tasksSuspended += tasks;
    if (this.#isWatched[0] === 0) return;
    const at = this.#effects.get(effect) ?? this.#other;
    this.#block[at]! += tasks;
    this.#block[at + 1]! += tasks;
  }

  /** It waits no longer. */
  woken(effect: string): void {
    this.tasksSuspended--;
    if (this.#isWatched[0] !== 0) this.#block[(this.#effects.get(effect) ?? this.#other) + 1]!--;
  }

  static {
    for (const [index, name] of counterNames.entries())
      Object.defineProperty(Counters.prototype, name, {
        get(this: Counters) {
          return this.#block[index];
        },
        set(this: Counters, value: number) {
          this.#block[index] = value;
        },
      });
  }
}

export interface Counters extends Record<CounterName, number> {}
