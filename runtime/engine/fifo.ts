// A queue: the items of a channel, and whoever waits their turn. Putting in at the end and taking off the front cost the same
// however many there are; taking one out costs as much as there are before it.
//
//   #first                    a ring, whose size is a power of two: places count up and wrap round
//   [x][x][ ][ ][x][x]        it doubles when it is full, and goes back to nothing when a large one runs empty

const SMALLEST = 4;
/** A ring up to this size is kept when it runs empty: it will be filled again. */
const KEPT = 1024;

export class Fifo<T> {
  #ring: (T | undefined)[] = NONE;
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[this.#place(this.#length)] = item;
    this.#length++;
  }

  /** Puts items in front of the first, in their order. */
  unshift(items: readonly T[]): void {
    for (let i = items.length - 1; i >= 0; i--) {
      if (this.#length === this.#ring.length) this.#grow();
      this.#first = this.#place(-1);
      this.#ring[this.#first] = items[i];
      this.#length++;
    }
  }

  /** Takes the first item off; undefined when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = this.#place(1);
    this.#length--;
    if (this.#length === 0 && this.#ring.length > KEPT) this.#ring = NONE;
    return item;
  }

  /** Takes the first `count` off. */
  take(count: number): T[] {
    return Array.from({ length: Math.min(count, this.#length) }, () => this.shift() as T);
  }

  /** Takes an item out, wherever it is: those before it move up. */
  remove(item: T): void {
    let at = 0;
    while (at < this.#length && this.#ring[this.#place(at)] !== item) at++;
    if (at === this.#length) return;
    for (; at > 0; at--) this.#ring[this.#place(at)] = this.#ring[this.#place(at - 1)];
    this.shift();
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let at = 0; at < this.#length; at++) yield this.#ring[this.#place(at)] as T;
  }

  /** Where in the ring the item is that so many come before. */
  #place(at: number): number {
    return (this.#first + at) & (this.#ring.length - 1);
  }

  #grow(): void {
    const ring: (T | undefined)[] = new Array(Math.max(SMALLEST, 2 * this.#length)).fill(undefined);
    for (let at = 0; at < this.#length; at++) ring[at] = this.#ring[this.#place(at)];
    this.#ring = ring;
    this.#first = 0;
  }
}

/** The ring of a queue that has never held anything. Never written to. */
const NONE: undefined[] = [];
