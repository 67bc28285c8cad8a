// A map seen through a function: what another map has, by the same keys, with a part of each value. It costs nothing to make, where a
// copy of a map costs at every edit.

export class Projection<A, B> implements ReadonlyMap<string, B> {
  readonly #map: ReadonlyMap<string, A>;
  readonly #part: (value: A) => B;

  constructor(map: ReadonlyMap<string, A>, part: (value: A) => B) {
    this.#map = map;
    this.#part = part;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: string): B | undefined {
    const value = this.#map.get(key);
    return value === undefined ? undefined : this.#part(value);
  }

  has(key: string): boolean {
    return this.#map.has(key);
  }

  keys(): MapIterator<string> {
    return this.#map.keys();
  }

  *values(): MapIterator<B> {
    for (const value of this.#map.values()) yield this.#part(value);
  }

  *entries(): MapIterator<[string, B]> {
    for (const [key, value] of this.#map) yield [key, this.#part(value)];
  }

  [Symbol.iterator](): MapIterator<[string, B]> {
    return this.entries();
  }

  forEach(action: (value: B, key: string, map: ReadonlyMap<string, B>) => void): void {
    for (const [key, value] of this.#map) action(this.#part(value), key, this);
  }
}
