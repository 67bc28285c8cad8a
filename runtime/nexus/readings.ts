// Reading what the shards count (counters.ts), for whoever watches: `walia_metrics()`, Prometheus, the terminal.

import { COUNTERS, type CounterMemory, type CounterName, counterNames, layout, type Meaning } from "./counters.ts";

/** The counters of one shard at one moment. */
export type Counts = Readonly<Record<CounterName, number>>;

/** What was read at one moment. */
export interface Reading {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly shards: readonly Counts[];
  /** Of all shards together. */
  readonly sum: Counts;
  /** Of all shards, when somebody watches; "other" are the effects without a counter. */
  readonly effects: readonly EffectCounts[];
}

export interface EffectCounts {
  readonly name: string;
  /** Times that it reached the reactor. */
  readonly asked: number;
  /** Tasks that wait for its answer now. */
  readonly waiting: number;
}

export function read(memory: CounterMemory, at: number): Reading {
  const values = new Float64Array(memory.buffer);
  const { block, effect } = layout(memory);
  const blocks = Array.from({ length: memory.shards }, (_, shard) => block(shard));
  const shards = blocks.map((start) => countsFrom((i) => values[start + i]!));
  const ofAll = (index: number): number => blocks.reduce((sum, start) => sum + values[start + index]!, 0);
  const effects = [...memory.effects, "other"].map((name, i) => ({
    name,
    asked: ofAll(effect(i)),
    waiting: ofAll(effect(i) + 1),
  }));
  return { at, shards, sum: sumOf(shards), effects };
}

export function sumOf(shards: readonly Counts[]): Counts {
  return countsFrom((i) => shards.reduce((sum, counts) => sum + counts[counterNames[i]!], 0));
}

function countsFrom(value: (index: number) => number): Counts {
  return Object.fromEntries(counterNames.map((name, i) => [name, value(i)])) as Record<CounterName, number>;
}

/** Least time between two readings that a rate is taken of, in milliseconds. */
const WINDOW = 100;

/** Events per second between two readings; between the start and the first one at the beginning. */
export class Saturation {
  #events = 0;
  #at: number;
  #rate: number | null = null;

  constructor(startedAt: number) {
    this.#at = startedAt;
  }

  read({ sum, at }: Reading): number {
    const elapsed = at - this.#at;
    const rate = elapsed > 0 ? Math.round(((sum.events - this.#events) * 1000) / elapsed) : 0;
    if (elapsed < WINDOW) return this.#rate ?? rate;
    this.#events = sum.events;
    this.#at = at;
    this.#rate = rate;
    return rate;
  }
}

/** Figures by the names that programs see. */
export function figures(reading: Reading, saturation: Saturation): Record<string, number> {
  const { sum } = reading;
  return {
    EVENT_SATURATION: saturation.read(reading),
    SHARDS: reading.shards.length,
    TASKS_LIVE: sum.tasksStarted - sum.tasksEnded,
    ...Object.fromEntries(counterNames.map((name) => [figureName(name), Math.round(sum[name])])),
  };
}

/** `tasksStarted` -> `TASKS_STARTED`; times are in milliseconds. */
function figureName(name: CounterName): string {
  const words = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  const meaning: Meaning = COUNTERS[name];
  return meaning.isTime === true ? `${words}_MS` : words;
}
