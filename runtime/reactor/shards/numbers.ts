// Atomics that several shards know: the number is in shared memory, with a count of those who hold it.
//
// U1. A holder is an `Atomic` in some shard, or a message that carries one. Whoever sends adds a holder before; whoever
//     receives has a new Atomic take its place, or, if the shard has one already, takes it away. So a number with no
//     holders has none to come, and its slot is free.
// U2. A shard has at most one Atomic of a number, so that `==` means what it means on one shard.

import { Atomic, type SharedNumber } from "../../engine/values.ts";
import { NUMBERS, type SharedMemory } from "./memory.ts";

/** Conversion between a double and its bits. */
const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

function bitsOf(value: number): bigint {
  double[0] = value;
  return bits[0]!;
}

function numberOf(pattern: bigint): number {
  bits[0] = pattern;
  return double[0]!;
}

class Slot implements SharedNumber {
  constructor(
    readonly memory: SharedMemory,
    readonly index: number,
  ) {}

  load(): number {
    return numberOf(Atomics.load(this.memory.numbers, this.index));
  }

  store(value: number): void {
    Atomics.store(this.memory.numbers, this.index, bitsOf(value));
  }

  compareExchange(expected: number, value: number): number {
    return numberOf(Atomics.compareExchange(this.memory.numbers, this.index, bitsOf(expected), bitsOf(value)));
  }
}

/** The shared numbers that one shard knows. */
export class Numbers {
  readonly #memory: SharedMemory;
  readonly #known = new Map<number, WeakRef<Atomic>>();
  readonly #collected = new FinalizationRegistry<{ readonly id: number; readonly slot: number }>((atomic) =>
    this.#forget(atomic.id, atomic.slot),
  );
  #next: number;

  constructor(memory: SharedMemory, shard: number) {
    this.#memory = memory;
    // Each shard looks for free slots from a place of its own.
    this.#next = Math.floor((shard * NUMBERS) / memory.shards);
  }

  /** The slot of an atomic that is about to be sent; undefined when there are no more of them. */
  send(atomic: Atomic): number | undefined {
    let slot = atomic.shared as Slot | null;
    if (slot === null) {
      const free = this.#take();
      if (free === undefined) return undefined;
      slot = new Slot(this.#memory, free);
      slot.store(atomic.value);
      atomic.shared = slot;
      this.#keep(atomic, slot);
    }
    Atomics.add(this.#memory.holders, slot.index, 1);
    return slot.index;
  }

  /** U1, U2 */
  receive(id: number, index: number): Atomic {
    const known = this.#known.get(id)?.deref();
    if (known !== undefined) {
      Atomics.sub(this.#memory.holders, index, 1);
      return known;
    }
    const atomic = new Atomic(id, 0);
    const slot = new Slot(this.#memory, index);
    atomic.shared = slot;
    this.#keep(atomic, slot);
    return atomic;
  }

  #keep(atomic: Atomic, slot: Slot): void {
    this.#known.set(atomic.id, new WeakRef(atomic));
    this.#collected.register(atomic, { id: atomic.id, slot: slot.index });
  }

  #forget(id: number, slot: number): void {
    // Another one may have come for it since.
    if (this.#known.get(id)?.deref() === undefined) this.#known.delete(id);
    Atomics.sub(this.#memory.holders, slot, 1);
  }

  #take(): number | undefined {
    for (let tries = 0; tries < NUMBERS; tries++) {
      const slot = this.#next;
      this.#next = (slot + 1) % NUMBERS;
      if (Atomics.compareExchange(this.#memory.holders, slot, 0, 1) === 0) return slot;
    }
    return undefined;
  }
}
