// Very many records in little memory: their bytes stand one after the other outside of V8's heap, and of each only where is known.
//
// Q1. A record is in one block. Blocks are BLOCK bytes long, and one that is longer has a block of its own.

import type { Part } from "./record.ts";

const BLOCK = 4 * 1024 * 1024;

/** Which record: they count from 0, in the order in which they were added. */
export type Place = number;

export class Packed {
  readonly #blocks: Uint8Array[] = [];
  /** Bytes of the last block that are used. */
  #used = 0;
  /** Three numbers for each record: its block, where it begins there, its length. */
  #spans = new Uint32Array(3 * 1024);
  #length = 0;

  add({ bytes, at, length }: Part): Place {
    const last = this.#blocks.at(-1);
    if (last === undefined || length > last.length - this.#used) {
      this.#blocks.push(new Uint8Array(Math.max(BLOCK, length)));
      this.#used = 0;
    }
    this.#blocks.at(-1)!.set(bytes.subarray(at, at + length), this.#used);
    const span = this.#length * 3;
    if (span === this.#spans.length) {
      const larger = new Uint32Array(span * 2);
      larger.set(this.#spans);
      this.#spans = larger;
    }
    this.#spans[span] = this.#blocks.length - 1;
    this.#spans[span + 1] = this.#used;
    this.#spans[span + 2] = length;
    this.#used += length;
    return this.#length++;
  }

  /** The bytes of a record: not a copy. */
  at(place: Place): Uint8Array {
    const span = place * 3;
    const from = this.#spans[span + 1]!;
    return this.#blocks[this.#spans[span]!]!.subarray(from, from + this.#spans[span + 2]!);
  }
}
