// A regular file or a device that reads and writes at once, as a handle over Node's thread pool.
//
// F1. The system's descriptor is closed when the last operation on it is over, never under one: its number might belong to
//     another file by then.
// F2. Reads up to SCRATCH bytes go through scratch buffers that belong to the driver; the receiver gets a copy of what came.

import { close, fsync, read, write } from "node:fs";
import { BaseHandle, errorOf, NONE } from "../base.ts";
import { type Completions, READ, type Tag, WRITE } from "../driver.ts";

const SCRATCH = 65536;
/** Longer reads are cut to this: a program that asks for a terabyte gets a piece. */
const LONGEST = 16 * 1024 * 1024;

/** Scratch buffers not in use, shared by all files of this driver. */
export type ScratchPool = Buffer[];

export class FileHandle extends BaseHandle {
  override readonly seekable: boolean;
  readonly #fd: number;
  readonly #scratch: ScratchPool;
  readonly #appends: boolean;
  readonly #onGone: (handle: FileHandle) => void;
  /** The submission that is not withdrawn; files have one operation in flight at a time, read or write. */
  #current: Tag = NONE;
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
    this.seekable = options.seekable;
    this.#appends = options.appends;
    this.#scratch = options.scratch;
    this.#onGone = options.onGone;
  }

  override read(tag: Tag, max: number, position: number): void {
    const length = Math.min(max, LONGEST);
    const scratch = length <= SCRATCH ? (this.#scratch.pop() ?? Buffer.allocUnsafeSlow(SCRATCH)) : null;
    const buffer = scratch ?? Buffer.allocUnsafeSlow(length);
    this.#begin(tag);
    read(this.#fd, buffer, 0, length, this.seekable ? position : null, (error, count) => {
      const wanted = this.#end(tag);
      const bytes = wanted && count > 0 ? (scratch === null ? buffer.subarray(0, count) : copy(buffer, count)) : null;
      if (scratch !== null) this.#scratch.push(scratch);
      if (!wanted) return;
      if (error) this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, bytes);
    });
  }

  override write(tag: Tag, data: string | Uint8Array, position: number): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#begin(tag);
    this.#writeFrom(tag, bytes, 0, this.#appends || !this.seekable ? null : position);
  }

  override ready(tag: Tag, events: number): void {
    const now = events & (READ | WRITE);
    if (now === 0) super.ready(tag, events);
    else this.completions.completed(tag, now);
  }

  override sync(tag: Tag): void {
    this.#begin(tag);
    fsync(this.#fd, (error) => {
      if (!this.#end(tag)) return;
      // EINVAL: a device that has nothing to sync.
      if (error && error.code !== "EINVAL") this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, undefined);
    });
  }

  override withdraw(tag: Tag): void {
    if (this.#current === tag) this.#current = NONE;
  }

  override close(): void {
    this.#current = NONE;
    this.#closing = true;
    this.#onGone(this);
    this.#closeIfIdle();
  }

  /** The system may take less than it was given; goes on until it has all. */
  #writeFrom(tag: Tag, bytes: Uint8Array, from: number, position: number | null): void {
    write(this.#fd, bytes, from, bytes.length - from, position, (error, count) => {
      const done = from + count;
      if (!error && done < bytes.length && !this.#closing) {
        this.#writeFrom(tag, bytes, done, position === null ? null : position + count);
        return;
      }
      if (!this.#end(tag)) return;
      if (error) this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, bytes.length);
    });
  }

  #begin(tag: Tag): void {
    this.#current = tag;
    this.#inFlight++;
  }

  /** One operation is over; true when somebody still wants to know. */
  #end(tag: Tag): boolean {
    this.#inFlight--;
    const wanted = this.#current === tag;
    if (wanted) this.#current = NONE;
    this.#closeIfIdle();
    return wanted;
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
