// Whether the program holds nearly all the memory that Node may use. Asked now and then while it runs, so that growing
// without end becomes a fault of the program before V8 would end the process.

import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What V8 counts as part of the limit but keeps for objects that have just been made. */
const YOUNG = 48 * 2 ** 20;
/** From here on it is worth a full collection to know what is garbage. */
const LOOK_AT = 0.7;
/** Held after a full collection: too much. The rest is for what is made until the next look, and for the fault's handlers. */
const LOW_AT = 0.75;
/** Growth, as a part of the whole, before the next full collection. */
const STEP = 0.03;

export class MemoryWatch {
  readonly #limit = getHeapStatistics().heap_size_limit - YOUNG;
  #nextLook = this.#limit * LOOK_AT;

  /** In bytes. */
  get limit(): number {
    return this.#limit;
  }

  isLow(): boolean {
    if (getHeapStatistics().used_heap_size < this.#nextLook) return false;
    collectGarbage();
    const held = getHeapStatistics().used_heap_size;
    this.#nextLook = Math.max(held + this.#limit * STEP, this.#limit * LOOK_AT);
    return held > this.#limit * LOW_AT;
  }
}

let collect: (() => void) | undefined;

/** Has V8 look through the whole heap of this thread, which takes a tenth of a second for each 100 MB that are in use. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
