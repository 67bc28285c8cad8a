// Timers in a 4-ary heap, with the interface of runtime/reactor/timers.ts: what the timing wheel is measured beside.

import type { LiveTask } from "../../../runtime/reactor/task.ts";

// An entry keeps its number: where[e] is its place in the heap, or the next free entry.
const SMALLEST = 64;
const END = -1;

export class HeapTimers {
  #deadline = new Float64Array(SMALLEST);
  #order = new Float64Array(SMALLEST);
  #where = new Int32Array(SMALLEST);
  #heap = new Int32Array(SMALLEST);
  #tasks: (LiveTask | undefined)[] = new Array(SMALLEST).fill(undefined);
  /** Entries ever used; those below it that are not in the heap are in the chain of free ones. */
  #used = 0;
  #free = END;
  #length = 0;
  #added = 0;

  get length(): number {
    return this.#length;
  }

  /** The earliest deadline, or Infinity. */
  get earliest(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#deadline[this.#heap[0]!]!;
  }

  /** Adds a timer; its entry is for `remove`. */
  add(deadline: number, task: LiveTask): number {
    const entry = this.#newEntry();
    this.#deadline[entry] = deadline;
    this.#order[entry] = this.#added++;
    this.#tasks[entry] = task;
    this.#rise(this.#length++, entry);
    return entry;
  }

  remove(entry: number): void {
    const hole = this.#where[entry]!;
    this.#tasks[entry] = undefined;
    this.#where[entry] = this.#free;
    this.#free = entry;
    const last = this.#heap[--this.#length]!;
    if (hole < this.#length) this.#place(hole, last);
    if (this.#length === 0) this.#reset();
  }

  /** Takes off the earliest timer if its deadline is not after `now`. */
  takeDue(now: number): LiveTask | undefined {
    if (this.#length === 0) return undefined;
    const entry = this.#heap[0]!;
    if (this.#deadline[entry]! > now) return undefined;
    const task = this.#tasks[entry];
    this.remove(entry);
    return task;
  }

  #newEntry(): number {
    if (this.#free !== END) {
      const entry = this.#free;
      this.#free = this.#where[entry]!;
      return entry;
    }
    if (this.#used === this.#heap.length) this.#resize(this.#used * 2);
    return this.#used++;
  }

  /** By deadline; equal ones in the order in which they were added. */
  #isBefore(a: number, b: number): boolean {
    const x = this.#deadline[a]!;
    const y = this.#deadline[b]!;
    return x < y || (x === y && this.#order[a]! < this.#order[b]!);
  }

  /** Puts `entry` where there is a hole, and then where it belongs. */
  #place(hole: number, entry: number): void {
    if (hole > 0 && this.#isBefore(entry, this.#heap[(hole - 1) >> 2]!)) this.#rise(hole, entry);
    else this.#sink(hole, entry);
  }

  #rise(hole: number, entry: number): void {
    let at = hole;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const above = this.#heap[parent]!;
      if (!this.#isBefore(entry, above)) break;
      this.#heap[at] = above;
      this.#where[above] = at;
      at = parent;
    }
    this.#heap[at] = entry;
    this.#where[entry] = at;
  }

  #sink(hole: number, entry: number): void {
    let at = hole;
    for (;;) {
      const first = at * 4 + 1;
      if (first >= this.#length) break;
      let best = first;
      const end = Math.min(first + 4, this.#length);
      for (let child = first + 1; child < end; child++) {
        if (this.#isBefore(this.#heap[child]!, this.#heap[best]!)) best = child;
      }
      const below = this.#heap[best]!;
      if (!this.#isBefore(below, entry)) break;
      this.#heap[at] = below;
      this.#where[below] = at;
      at = best;
    }
    this.#heap[at] = entry;
    this.#where[entry] = at;
  }

  /** Without timers, the arrays go back to their smallest size. */
  #reset(): void {
    this.#used = 0;
    this.#free = END;
    if (this.#heap.length > SMALLEST) this.#resize(SMALLEST);
  }

  #resize(size: number): void {
    const grown = <A extends Float64Array | Int32Array>(old: A, fresh: A): A => {
      fresh.set(old.length > size ? old.subarray(0, size) : old);
      return fresh;
    };
    this.#deadline = grown(this.#deadline, new Float64Array(size));
    this.#order = grown(this.#order, new Float64Array(size));
    this.#where = grown(this.#where, new Int32Array(size));
    this.#heap = grown(this.#heap, new Int32Array(size));
    const tasks = new Array<LiveTask | undefined>(size).fill(undefined);
    for (let i = 0; i < Math.min(size, this.#tasks.length); i++) tasks[i] = this.#tasks[i];
    this.#tasks = tasks;
  }
}
