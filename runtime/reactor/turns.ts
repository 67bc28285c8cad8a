// Turns that take too long. Loops and the reactor look at the clock by themselves; code that only calls never would, and then a
// recursion of some seconds kept timers, other tasks and what is to be written to the disk waiting. So another thread watches:
//
//   shard    turn begins ──> TURN odd ──> nobody watches? asks for it         turn ends ──> TURN even
//   watcher  every PERIOD: the same odd TURN as last time ──> the engine has NO_ROOM: its next call looks at the clock
//
// T1. The watcher sleeps when it sees no turn: a program that waits costs nothing. It takes back WATCHED first and looks at TURN again
//     behind that; a shard stores TURN first and then looks at WATCHED. All of it is sequentially
//     consistent, so one of the two sees what the other has done.
// T2. A turn that ends as it is interrupted makes the next one look at the clock once more than it needs to.

import { NO_ROOM } from "../engine/stack.ts";

/** Milliseconds: longer than a turn, and short beside what a person notices. */
const PERIOD = 10;

/** Words. TURN counts beginnings and ends; the shard writes it. WATCHED is written by both. */
const TURN = 0;
const WATCHED = 1;

/** What a shard and the watcher share. */
export interface SharedTurns {
  readonly words: Int32Array;
  /** engine/stack.ts */
  readonly room: Int32Array;
}

export function sharedTurns(room: Int32Array): SharedTurns {
  return { words: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)), room };
}

/** Is told of a shard's turns. */
export interface Turns {
  begins(): void;
  ended(): void;
}

/** On the shard's thread. */
export class WatchedTurns implements Turns {
  readonly #words: Int32Array;
  readonly #watch: () => void;
  #count = 0;

  /** `watch`: asks the watcher to look from now on (`TurnWatcher.watch`). */
  constructor({ words }: SharedTurns, watch: () => void) {
    this.#words = words;
    this.#watch = watch;
  }

  begins(): void {
    Atomics.store(this.#words, TURN, ++this.#count);
    if (Atomics.load(this.#words, WATCHED) === 0 && Atomics.exchange(this.#words, WATCHED, 1) === 0) this.#watch();
  }

  ended(): void {
    Atomics.store(this.#words, TURN, ++this.#count);
  }
}

/** Watches the turns of all shards of a program, on a thread that runs none of them. */
export class TurnWatcher {
  readonly #shards: { readonly shared: SharedTurns; last: number }[] = [];
  #timer: NodeJS.Timeout | null = null;

  add(shared: SharedTurns): void {
    this.#shards.push({ shared, last: 0 });
  }

  /** A shard has begun a turn. */
  watch(): void {
    this.#timer ??= setInterval(() => this.#look(), PERIOD);
  }

  stop(): void {
    clearInterval(this.#timer ?? undefined);
    this.#timer = null;
  }

  #look(): void {
    let isQuiet = true;
    for (const shard of this.#shards) {
      const turn = Atomics.load(shard.shared.words, TURN);
      const isRunning = turn % 2 !== 0;
      if (isRunning && turn === shard.last) Atomics.store(shard.shared.room, 0, NO_ROOM);
      if (isRunning) isQuiet = false;
      shard.last = turn;
    }
    if (isQuiet) this.#sleep();
  }

  /** T1 */
  #sleep(): void {
    this.stop();
    for (const { shared } of this.#shards) Atomics.store(shared.words, WATCHED, 0);
    if (this.#shards.some(({ shared, last }) => Atomics.load(shared.words, TURN) !== last)) this.watch();
  }
}
