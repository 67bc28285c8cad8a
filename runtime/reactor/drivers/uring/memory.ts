// Memory that the kernel reads and writes while a program runs: where it comes from, and who may touch it when.
//
// B1. It is never memory that V8 may move. The store of an ArrayBuffer lies outside V8's heap and stays where it is; a small
//     typed array made by its length may lie inside. So all memory here is made as ArrayBuffers, and bytes given by others
//     are copied into it, or, being many, are outside by V8's own limit (PINNED).
// B2. From `entry` to the last completion the kernel owns the memory of an operation. Whoever holds the operation holds its
//     block, and gives it back only then, withdrawn or not.
// B3. What is handed to a program is never written to again: it comes from an arena, of which each byte is given out once,
//     or is a buffer of its own. Blocks and received buffers are copied from, and used again.
// B4. When a driver closes and the kernel does not let go of an operation in time, the driver's memory is kept for good:
//     it is a leak of the closing process, where freeing would be a write into somebody else's memory.

import type { DriverError } from "../driver.ts";
import { BUF_BYTES, BUF_REG_BYTES, BUF_RING_TAIL, REGISTER_PBUF_RING } from "./abi.ts";
import { addressOf, type Mapping, map, ringRegister, systemError } from "./system.ts";

/** Bytes of a small and a large block. */
export const SMALL = 1024;
export const LARGE = 65536;
/** How many of each are kept when they are not in use. */
const KEPT_SMALL = 1024;
const KEPT_LARGE = 32;
/** A typed array of more bytes than this is outside V8's heap (B1); V8's limit is 64. */
export const PINNED = 1024;
/** Bytes of an arena, and of the largest piece taken from one: a result kept for long keeps its whole arena. */
const ARENA = 16384;
export const PIECE = 2048;

/** A piece of pinned memory (B1). */
export interface Block {
  readonly bytes: Buffer;
  readonly address: number;
}

export class Memory {
  readonly #small: Block[] = [];
  readonly #large: Block[] = [];
  /** Blocks taken and not given back. */
  taken = 0;

  /** Where pieces are taken from now. */
  arena = newArena();
  arenaAddress = addressOf(this.arena);
  #used = 0;

  /** A block of at least `length` bytes, whose contents are whatever was there before (B2). */
  take(length: number): Block {
    this.taken++;
    if (length <= SMALL) return this.#small.pop() ?? newBlock(SMALL);
    if (length <= LARGE) return this.#large.pop() ?? newBlock(LARGE);
    return newBlock(length);
  }

  give(block: Block): void {
    this.taken--;
    const { length } = block.bytes;
    if (length === SMALL && this.#small.length < KEPT_SMALL) this.#small.push(block);
    else if (length === LARGE && this.#large.length < KEPT_LARGE) this.#large.push(block);
  }

  /** Takes `length` bytes (at most PIECE) from `arena`, which may be a new one; returns where they begin (B3). */
  reserve(length: number): number {
    if (this.#used + length > ARENA) {
      this.arena = newArena();
      this.arenaAddress = addressOf(this.arena);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used = (at + length + 7) & ~7;
    return at;
  }

  /** A copy for a program (B3). */
  copy(source: Buffer, from: number, length: number): Uint8Array {
    if (length > PIECE)
      return new Uint8Array(source.buffer.slice(source.byteOffset + from, source.byteOffset + from + length));
    const at = this.reserve(length);
    const bytes = new Uint8Array(this.arena, at, length);
    source.copy(bytes, 0, from, from + length);
    return bytes;
  }
}

/** Holds what was there before, like a block: of a piece the program sees what has been written into it and no more. */
function newArena(): ArrayBuffer {
  return Buffer.allocUnsafeSlow(ARENA).buffer as ArrayBuffer;
}

function newBlock(length: number): Block {
  const memory = new ArrayBuffer(length);
  return { bytes: Buffer.from(memory), address: addressOf(memory) };
}

/** Names the group of `Inboxes` in entries with SQE_BUFFER_SELECT. */
export const INBOXES = 0;
const INBOX_COUNT = 256;
/** Bytes of one: the most that one read of a stream yields. */
export const INBOX = 16384;

/**
 * Buffers that the kernel picks from when data arrives, so that a connection that only waits has none: a ring of entries in
 * shared memory, written by us, published by its tail, taken by the kernel.
 */
export class Inboxes {
  readonly #entries: Mapping;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #memory = new ArrayBuffer(INBOX_COUNT * INBOX);
  readonly #address = addressOf(this.#memory);
  readonly bytes = Buffer.from(this.#memory);
  #tail = 0;

  static create(ringFd: number): Inboxes | DriverError {
    const entries = map(-1, INBOX_COUNT * BUF_BYTES, 0);
    if (typeof entries === "number") return systemError(entries);
    const registration = new ArrayBuffer(BUF_REG_BYTES);
    const view = new DataView(registration);
    view.setBigUint64(0, BigInt(entries.address), true);
    view.setUint32(8, INBOX_COUNT, true);
    view.setUint16(12, INBOXES, true);
    const result = ringRegister(ringFd, REGISTER_PBUF_RING, registration, 1);
    if (result >= 0) return new Inboxes(entries);
    entries.unmap();
    return systemError(result);
  }

  private constructor(entries: Mapping) {
    this.#entries = entries;
    this.#words = new Int32Array(entries.view);
    this.#halves = new Uint16Array(entries.view);
    for (let box = 0; box < INBOX_COUNT; box++) this.give(box);
  }

  /** Lets the kernel use a buffer again, once what came in it has been copied. */
  give(box: number): void {
    const at = (this.#tail & (INBOX_COUNT - 1)) * (BUF_BYTES / 4);
    const address = this.#address + box * INBOX;
    this.#words[at] = address;
    this.#words[at + 1] = Math.floor(address / 0x1_0000_0000);
    this.#words[at + 2] = INBOX;
    // Not the whole word: its upper half is, in the first entry, the ring's tail.
    this.#halves[at * 2 + 6] = box;
    this.#tail = (this.#tail + 1) & 0xffff;
    // Publishes the entry; pairs with the kernel's acquire load when it picks a buffer.
    Atomics.store(this.#halves, BUF_RING_TAIL / 2, this.#tail);
  }

  close(): void {
    this.#entries.unmap();
  }
}
