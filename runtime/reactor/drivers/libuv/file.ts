// A regular file or a device that reads and writes at once, as a handle over Node's thread pool.
//
// F1. The system's descriptor is closed when the last operation on it is over, never under one: its number might belong to
//     another file by then.
// F2. A read goes through a scratch buffer that belongs to the driver, and the receiver gets a copy of what came; except that
//     a very short or a very long one has a buffer of its own.

import { close, fsync, read, write } from "node:fs";
import { BaseHandle, errorOf, NONE } from "../base.ts";
import { type Completions, READ, type Tag, WRITE } from "../driver.ts";

const SCRATCH = 65536;
const SHORT = 2048;
/** Longer reads are cut to this: a program that asks for a terabyte gets a piece. */
const LONGEST = 16 * 1024 * 1024;

/** Scratch buffers not in use, shared by all files of this driver. */
export type ScratchPool = Buffer[];

/** Something in flight; NONE when nobody waits for it any more. */
interface Operation {
  tag: Tag;
}

export class FileHandle extends BaseHandle {
  readonly #seekable: boolean;
  readonly #fd: number;
  readonly #scratch: ScratchPool;
  readonly #appends: boolean;
  readonly #onGone: (handle: FileHandle) => void;
  /** Operations in flight that somebody waits for; and how many there are with the others (F1). */
  readonly #wanted = new Map<Tag, Operation>();
  #inFlight = 0;
  #closing = false;

  constructor(
    completions: Completions,
    fd: number,
    options: {
      readonly seekable: boolean;
      readonly appends: boolean;
      readonly scratch: ScratchPool;
      readonly onGone: (handle: FileHandle) => void;
    },
  ) {
    super(completions);
    this.#fd = fd;
    this.#seekable = options.seekable;
    this.#appends = options.appends;
    this.#scratch = options.scratch;
    this.#onGone = options.onGone;
  }

  override get seekable(): boolean {
    return this.#seekable;
  }

  override read(tag: Tag, max: number, position: number): void {
    const length = Math.min(max, LONGEST);
    const scratch =
      length > SHORT && length <= SCRATCH ? (this.#scratch.pop() ?? Buffer.allocUnsafeSlow(SCRATCH)) : null;
    const buffer = scratch ?? Buffer.allocUnsafeSlow(length);
    const operation = this.#begin(tag);
    read(this.#fd, buffer, 0, length, this.#seekable ? position : null, (error, count) => {
      const wanted = this.#end(operation);
      const bytes = wanted && count > 0 ? (scratch === null ? buffer.subarray(0, count) : copy(buffer, count)) : null;
      if (scratch !== null) this.#scratch.push(scratch);
      if (!wanted) return;
      if (error) this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, bytes);
    });
  }

  override write(tag: Tag, data: string | Uint8Array, position: number): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#writeFrom(this.#begin(tag), bytes, 0, this.#appends || !this.#seekable ? null : position);
  }

  override ready(tag: Tag, events: number): void {
    const now = events & (READ | WRITE);
    if (now === 0) super.ready(tag, events);
    else this.completions.completed(tag, now);
  }

  override sync(tag: Tag): void {
    const operation = this.#begin(tag);
    fsync(this.#fd, (error) => {
      if (!this.#end(operation)) return;
      // EINVAL: a device that has nothing to sync.
      if (error && error.code !== "EINVAL") this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, undefined);
    });
  }

  override withdraw(tag: Tag): void {
    const operation = this.#wanted.get(tag);
    if (operation !== undefined) this.#forget(operation);
  }

  override close(): void {
    for (const operation of this.#wanted.values()) this.#forget(operation);
    this.#closing = true;
    this.#onGone(this);
    this.#closeIfIdle();
  }

  /** The system may take less than it was given; goes on until it has all. */
  #writeFrom(operation: Operation, bytes: Uint8Array, from: number, position: number | null): void {
    write(this.#fd, bytes, from, bytes.length - from, position, (error, count) => {
      const done = from + count;
      if (!error && done < bytes.length && !this.#closing) {
        this.#writeFrom(operation, bytes, done, position === null ? null : position + count);
        return;
      }
      const { tag } = operation;
      if (!this.#end(operation)) return;
      if (error) this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, bytes.length);
    });
  }

  #begin(tag: Tag): Operation {
    const operation = { tag };
    this.#wanted.set(tag, operation);
    this.#inFlight++;
    return operation;
  }

  /** One operation is over; true when somebody still wants to know. */
  #end({ tag }: Operation): boolean {
    this.#inFlight--;
    this.#closeIfIdle();
    return this.#wanted.delete(tag);
  }

  #forget(operation: Operation): void {
    this.#wanted.delete(operation.tag);
    operation.tag = NONE;
  }

  /** F1 */
  #closeIfIdle(): void {
    if (!this.#closing || this.#inFlight > 0) return;
    this.#closing = false;
    close(this.#fd, ignore);
  }
}

function copy(buffer: Buffer, count: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(count);
  buffer.copy(bytes, 0, 0, count);
  return bytes;
}

function ignore(): void {}
