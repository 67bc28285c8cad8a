// A shard's flight: the marks it made most lately on its time line, in a ring in shared memory. Written only while somebody
// watches. For lanes: when was the shard busy, and when did what reach it.
//
//   line     marks ever made, modulo 2^32      Atomics.store by the shard, after the mark; Atomics.load by the watcher
//   times    of the marks, milliseconds        plain: published by the store of the count
//   kinds    of the marks                      plain: the same
//
// F1. Mark n is at n & (marks - 1). A watcher that is too slow loses the oldest: after copying it reads the count again, and
//     drops what may have been written over meanwhile, with the place of the mark that is just being written.

import type { CounterMemory } from "./counters.ts";

export enum Mark {
  /** The shard begins a turn. */
  Busy,
  /** It has ended its turn and waits for the system, unless another follows at once. */
  Idle,
  /** An event from outside was reaped. */
  Event,
  /** It has got tasks from another shard. */
  Stolen,
}

/** Doubles before the times: a cache line for the count. */
const HEAD = 8;

function viewsOf({ buffer, marks }: CounterMemory, at: number) {
  return {
    count: new Int32Array(buffer, marks === 0 ? 0 : at * 8, 1),
    times: new Float64Array(buffer, marks === 0 ? 0 : (at + HEAD) * 8, marks),
    kinds: new Uint8Array(buffer, marks === 0 ? 0 : (at + HEAD + marks) * 8, marks),
  };
}

/** The shard's side. */
export class Flight {
  readonly #isWatched: Int32Array;
  readonly #count: Int32Array;
  readonly #times: Float64Array;
  readonly #kinds: Uint8Array;

  /** `at`: where it is in the memory, in doubles. */
  constructor(memory: CounterMemory, at: number) {
    const { count, times, kinds } = viewsOf(memory, at);
    this.#isWatched = new Int32Array(memory.buffer, 0, 1);
    this.#count = count;
    this.#times = times;
    this.#kinds = kinds;
  }

  /** Whether marks are wanted: asked first, so that nobody reads the clock in vain. */
  get isWanted(): boolean {
    return this.#isWatched[0] !== 0 && this.#times.length > 0;
  }

  mark(kind: Mark, time: number): void {
    const count = this.#count[0]!; // plain: only we write it
    const at = count & (this.#times.length - 1);
    this.#times[at] = time;
    this.#kinds[at] = kind;
    Atomics.store(this.#count, 0, count + 1); // publishes the mark; pairs with the loads in FlightReader.take
  }
}

/** The watcher's side. */
export class FlightReader {
  readonly #count: Int32Array;
  readonly #times: Float64Array;
  readonly #kinds: Uint8Array;
  #seen: number;

  constructor(memory: CounterMemory, at: number) {
    const { count, times, kinds } = viewsOf(memory, at);
    this.#count = count;
    this.#times = times;
    this.#kinds = kinds;
    this.#seen = Atomics.load(count, 0);
  }

  /** The marks made since the last call, oldest first, and how many were lost (F1). */
  take(): { readonly times: readonly number[]; readonly kinds: readonly Mark[]; readonly lost: number } {
    const capacity = this.#times.length;
    if (capacity === 0) return { times: [], kinds: [], lost: 0 };
    const end = Atomics.load(this.#count, 0);
    const made = (end - this.#seen) >>> 0;
    const length = Math.min(made, capacity);
    const times: number[] = [];
    const kinds: Mark[] = [];
    for (let back = length; back > 0; back--) {
      const at = (end - back) & (capacity - 1);
      times.push(this.#times[at]!); // plain: published by the store of the count; F1 for those written over
      kinds.push(this.#kinds[at]!);
    }
    this.#seen = end;
    const writtenOver = Math.max(0, length + ((Atomics.load(this.#count, 0) - end) >>> 0) + 1 - capacity);
    const dropped = Math.min(writtenOver, length);
    return { times: times.slice(dropped), kinds: kinds.slice(dropped), lost: made - length + dropped };
  }
}
