// A map seen through a function: what is in it of each file, without a copy. The analysis hands on several of these at each edit.

export class Derived<K, A, B> implements ReadonlyMap<K, B> {
  readonly #from: ReadonlyMap<K, A>;
  readonly #of: (value: A) => B;

  /** `of` must give the same for the same value each time, and never undefined. */
  constructor(from: ReadonlyMap<K, A>, of: (value: A) => B) {
    this.#from = from;
    this.#of = of;
  }

  get size(): number {
    return this.#from.size;
  }

  get(key: K): B | undefined {
    const value = this.#from.get(key);
    return value === undefined ? undefined : this.#of(value);
  }

  has(key: K): boolean {
    return this.#from.has(key);
  }

  keys(): MapIterator<K> {
    return this.#from.keys();
  }

  *values(): MapIterator<B> {
    for (const value of this.#from.values()) yield this.#of(value);
  }

  *entries(): MapIterator<[K, B]> {
    for (const [key, value] of this.#from) yield [key, this.#of(value)];
  }

  [Symbol.iterator](): MapIterator<[K, B]> {
    return this.entries();
  }

  forEach(action: (value: B, key: K, map: ReadonlyMap<K, B>) => void): void {
    for (const [key, value] of this.entries()) action(value, key, this);
  }
}
