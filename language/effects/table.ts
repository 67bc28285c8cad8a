// A long list of which a new version differs from the old one in few places: it is kept in pieces, and versions share those that
// are the same. An array of all units would be copied whole at every edit.
//
// B1. A copy may be written until somebody else has it; the original must not be written any more.

const BITS = 8;
const SIZE = 1 << BITS;

export interface ReadTable<T> extends Iterable<T | undefined> {
  readonly length: number;
  at(index: number): T | undefined;
}

export class Table<T> implements ReadTable<T> {
  length = 0;
  #pieces: (T | undefined)[][] = [];
  /** Pieces that no other version has. */
  readonly #own = new Set<number>();

  copy(): Table<T> {
    const made = new Table<T>();
    made.length = this.length;
    made.#pieces = [...this.#pieces];
    return made;
  }

  at(index: number): T | undefined {
    return this.#pieces[index >> BITS]?.[index & (SIZE - 1)];
  }

  set(index: number, value: T | undefined): void {
    const piece = index >> BITS;
    if (!this.#own.has(piece)) {
      this.#pieces[piece] = [...(this.#pieces[piece] ?? [])];
      this.#own.add(piece);
    }
    this.#pieces[piece]![index & (SIZE - 1)] = value;
    if (index >= this.length) this.length = index + 1;
  }

  *[Symbol.iterator](): Iterator<T | undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}
