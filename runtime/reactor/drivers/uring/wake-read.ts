// The read of a driver's eventfd that is always in its ring, so that a write to it from any thread ends the driver's sleep.

import { OP_READ } from "./abi.ts";
import type { Kit } from "./kit.ts";
import type { Block } from "./memory.ts";
import type { Operation } from "./ring.ts";

/** Bytes of an eventfd's counter. */
const COUNTER = 8;

export class WakeRead implements Operation {
  /** Writes of 1 to the eventfd that have been read so far. */
  count = 0;
  /** Set when the read is not to be renewed any more. */
  isOver = false;
  readonly #kit: Kit;
  readonly #fd: number;
  readonly #block: Block;

  constructor(kit: Kit, fd: number) {
    this.#kit = kit;
    this.#fd = fd;
    this.#block = kit.memory.take(COUNTER);
    this.#submit();
  }

  completed(result: number): void {
    if (result === COUNTER) this.count += Number(this.#block.bytes.readBigUInt64LE());
    if (this.isOver) this.#kit.memory.give(this.#block);
    else this.#submit();
  }

  #submit(): void {
    const { ring } = this.#kit;
    ring.entry(ring.begin(this), OP_READ, this.#fd, this.#block.address, COUNTER, 0, 0, 0);
  }
}
