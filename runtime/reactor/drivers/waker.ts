// How one thread wakes the driver of another: a bell in shared memory, and a way to reach a thread that is asleep.
//
//                    wake                                      wake: and reach it
//      Awake ─────────────────> Rung <──────────────────────────────── Parked
//        ^  <─── answer: poked ───┘                                      ^ │
//        └───────────────────────── answer: nothing to do ───────────────┼─┘
//        └───────────────────────── park ────────────────────────────────┘
//
// The sleeper's own driver makes the transitions `park` and `answer`, anybody makes `wake`. Every transition is one atomic
// read-modify-write of one word, so there is a single order in which they happened:
//
// K1. What a thread has published before `wake` is seen by `poked`: the exchange in `wake` comes before the exchange in
//     `answer` that found Rung, and both are sequentially consistent.
// K2. No wake is lost: `wake` finds Awake and then `park` fails, or it finds Parked and reaches the sleeper, or it finds Rung
//     and the `poked` that answers that one is still to come.
// K3. A system call is made only by the one `wake` that found Parked. A thread that runs is woken for the price of the exchange.
// K4. Once a driver is closed its bell is never Parked again, so a late `wake` touches nothing.
// K5. `halt` closes a driver from outside. A thread that waits in the kernel cannot be ended in another way: the process
//     would wait for it for ever.

import { writeSync } from "node:fs";

/** What the word of a bell says. On Node's loop, which does not tell when it goes to sleep, it is never Awake for long. */
export const AWAKE = 0;
export const PARKED = 1;
export const RUNG = 2;

/** Words of a bell: its state; and whether the driver is to close (K5), which is written before a ring, by anybody. */
const STATE = 0;
const HALTED = 1;

/** Plain data: it may be posted to any thread of the process. `bell` is two words of shared memory. */
export type Waker =
  | { readonly kind: "eventfd"; readonly bell: Int32Array; readonly fd: number }
  | { readonly kind: "loop"; readonly bell: Int32Array };

/** What is written to an eventfd. */
export const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);
let writeOne = (fd: number): void => {
  writeSync(fd, ONE);
};

/**
 * Has `wake` write to eventfds in another way on this thread: uring/system.ts, where it is loaded, has one that takes a third of
 * the time. This module's only state: it changes nothing but how long a wake takes.
 */
export function writeEventfdsBy(write: (fd: number) => void): void {
  writeOne = write;
}

/** Has the driver's thread call `poked`, soon, and leave its sleep for it. Any thread may call it at any time. */
export function wake(waker: Waker): void {
  // The only exchange that others make; pairs with `park` and `answer`. Publishes all that was written before (K1).
  if (Atomics.exchange(waker.bell, STATE, RUNG) !== PARKED) return;
  if (waker.kind === "loop") Atomics.notify(waker.bell, STATE);
  else writeOne(waker.fd);
}

/** Has the driver close, as if its own thread had called `close`, whatever it has in hand (K5). */
export function halt(waker: Waker): void {
  // Published by the exchange in `wake`; seen by `isHalted` after the exchange in `answer`.
  Atomics.store(waker.bell, HALTED, 1);
  wake(waker);
}

/** A new bell; its owner is awake. */
export function newBell(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Awake -> Parked, for the bell's owner before it sleeps. False when it has been rung: then it must `answer` instead. */
export function park(bell: Int32Array): boolean {
  // Pairs with the exchange in `wake`: one of the two is first, and sees or is seen (K2).
  return Atomics.compareExchange(bell, STATE, AWAKE, PARKED) !== RUNG;
}

/** Parked or Rung -> Awake, for the bell's owner. True when it was rung: then `poked` is to be told. */
export function answer(bell: Int32Array): boolean {
  // An owner that runs looks often: the load spares it the write to a word that others read. A ring between load and
  // return is seen by the next look, or by `park`.
  if (Atomics.load(bell, STATE) === AWAKE) return false;
  // Sees what came before the `wake` that rang (K1).
  return Atomics.exchange(bell, STATE, AWAKE) === RUNG;
}

/** Whether `park` would fail. For the bell's owner, who answers afterwards. */
export function isRung(bell: Int32Array): boolean {
  return Atomics.load(bell, STATE) === RUNG;
}

/** Whether the ring that was just answered was one of `halt`. */
export function isHalted(bell: Int32Array): boolean {
  return Atomics.load(bell, HALTED) !== 0; // Pairs with the store in `halt`.
}
