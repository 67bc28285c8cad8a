// A queue: the items of a channel, and whoever waits their turn. Putting in at the end and taking off the front cost the same
// however many there are; taking one from the middle is slow and rare.
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
    if (this.#length === this.#ring.length) this.#resize(Math.max(SMALLEST, 2 * this.#length));
    this.#ring[(this.#first + this.#length) & (this.#ring.length - 1)] = item;
    this.#length++;
  }

  /** Takes the first item off; undefined when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    this.#length--;
    if (this.#length === 0 && this.#ring.length > KEPT) this.#ring = NONE;
    return item;
  }

  /** Takes the first `count` off. */
  take(count: number): T[] {
    return Array.from({ length: Math.min(count, this.#length) }, () => this.shift() as T);
  }

  /** Puts items in front of the first, in their order. */
  unshift(items: readonly T[]): void {
    this.#refill([...items, ...this]);
  }

  /** Takes an item out, wherever it is. */
  remove(item: T): void {
    const items = [...this];
    const at = items.indexOf(item);
    if (at < 0) return;
    items.splice(at, 1);
    this.#refill(items);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.#ring[(this.#first + i) & (this.#ring.length - 1)] as T;
  }

  #refill(items: readonly T[]): void {
    this.#ring = NONE;
    this.#first = this.#length = 0;
    for (const item of items) this.push(item);
  }

  #resize(size: number): void {
    const ring: (T | undefined)[] = new Array(size).fill(undefined);
    for (let i = 0; i < this.#length; i++) ring[i] = this.#ring[(this.#first + i) & (this.#ring.length - 1)];
    this.#ring = ring;
    this.#first = 0;
  }
}

/** The ring of a queue that has never held anything. Never written to. */
const NONE: undefined[] = [];
