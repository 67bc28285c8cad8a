// The operations a driver has in hand, and who each is for.
//
//   tag (31 bits) = generation << SLOT_BITS | slot        small enough to be an unboxed number everywhere
//
// O1. A slot belongs to one operation from `begin` to `end`. A tag whose generation is not its slot's is late: whoever
//     waited has moved on, and the result changes nothing. (Drivers do not report withdrawn tags; this is the second lock.)

import type { DriverError, DriverValue, Tag } from "./drivers/driver.ts";
import type { LiveTask } from "./task.ts";

const SLOT_BITS = 21;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATIONS = 1 << (30 - SLOT_BITS);

/** Somebody other than a task who asks the driver: a monitor, the reader of standard input. */
export interface Submitter {
  completed(value: DriverValue): void;
  failed(error: DriverError): void;
}

export class Operations {
  readonly #owners: (LiveTask | Submitter | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];
  #length = 0;

  /** Operations in flight. */
  get length(): number {
    return this.#length;
  }

  /** A tag for an operation on behalf of `owner`. */
  begin(owner: LiveTask | Submitter): Tag {
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#owners.length;
      // Two million operations in flight: more than an operating system has descriptors.
      if (slot > SLOT_MASK) throw new Error("broken O1: no slot is free");
      this.#generations.push(0);
      this.#owners.push(undefined);
    }
    this.#owners[slot] = owner;
    this.#length++;
    return (this.#generations[slot]! << SLOT_BITS) | slot;
  }

  /** Who has an operation in flight, in no order. */
  get owners(): (LiveTask | Submitter)[] {
    return this.#owners.filter((owner) => owner !== undefined);
  }

  /** False when the tag is late (O1). */
  isUnderWay(tag: Tag): boolean {
    const slot = tag & SLOT_MASK;
    return this.#generations[slot] === tag >> SLOT_BITS && this.#owners[slot] !== undefined;
  }

  /** The operation is over: who it was for, or undefined when the tag is late (O1). */
  end(tag: Tag): LiveTask | Submitter | undefined {
    const slot = tag & SLOT_MASK;
    if (this.#generations[slot] !== tag >> SLOT_BITS) return undefined;
    const owner = this.#owners[slot];
    this.#owners[slot] = undefined;
    this.#generations[slot] = (this.#generations[slot]! + 1) % GENERATIONS;
    this.#free.push(slot);
    this.#length--;
    return owner;
  }
}
