// A bound on how much a program takes on: while as many tasks live as are allowed, no connection is accepted. Connections
// wait with the system then, and clients behind them, as long as its own queue has room.
//
// A1. An accept that waits here has its tag already, so it is withdrawn like any other; a tag that is late is passed over.

import type { Handle, Tag } from "./drivers/driver.ts";
import type { Operations } from "./operations.ts";

export class Admission {
  readonly #most: number;
  readonly #live: () => number;
  readonly #operations: Operations;
  #waiting: { readonly handle: Handle; readonly tag: Tag }[] = [];

  /** `live`: how many tasks of the program there are, on all shards. */
  constructor(most: number, live: () => number, operations: Operations) {
    this.#most = most;
    this.#live = live;
    this.#operations = operations;
  }

  /** Some accepts wait for tasks to end. */
  get isFull(): boolean {
    return this.#waiting.length > 0;
  }

  /** Accepts on a listener, now or when there is room. */
  accept(handle: Handle, tag: Tag): void {
    if (this.#live() < this.#most) handle.accept(tag);
    else this.#waiting.push({ handle, tag });
  }

  /** Tasks have ended. */
  retry(): void {
    while (this.#waiting.length > 0 && this.#live() < this.#most) {
      const { handle, tag } = this.#waiting.shift()!;
      if (this.#operations.isUnderWay(tag)) handle.accept(tag);
    }
  }
}
