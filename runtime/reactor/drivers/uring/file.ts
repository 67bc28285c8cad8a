// A regular file, or a device that reads and writes at once, as a handle.
//
// F1. Any number of operations may be in flight, each with its position. The descriptor is given back when the last one is
//     over: a write that is offered again must not meet another file under its number.
// F2. A short read goes straight into the memory that the program gets; a longer one through a block, of which the program
//     gets a copy of what came; a very long one into a buffer of its own. See memory.ts.

import { errorNumbered, NONE } from "../base.ts";
import { READ, type Tag, WRITE } from "../driver.ts";
import { EINTR, EINVAL, OP_FSYNC, OP_READ, OP_WRITE } from "./abi.ts";
import { type Kit, UringHandle } from "./kit.ts";
import { type Block, LARGE, PIECE, PINNED } from "./memory.ts";
import { NO_POSITION, type Operation } from "./ring.ts";
import { addressOf } from "./system.ts";

/** Longer reads are cut to this: a program that asks for a terabyte gets a piece. */
const LONGEST = 16 * 1024 * 1024;

export class FileHandle extends UringHandle {
  override readonly seekable: boolean;
  readonly #appends: boolean;
  /** Those in flight that somebody waits for; and how many there are with the others (F1). */
  readonly #wanted = new Map<Tag, FileOperation>();
  #inFlight = 0;
  #closing = false;

  constructor(kit: Kit, fd: number, options: { readonly seekable: boolean; readonly appends: boolean }) {
    super(kit, fd);
    this.seekable = options.seekable;
    this.#appends = options.appends;
  }

  override read(tag: Tag, max: number, position: number): void {
    const length = Math.min(max, LONGEST);
    this.#begin(new FileRead(this, this.kit, tag, this.fd, length, this.seekable ? position : NO_POSITION));
  }

  override write(tag: Tag, data: string | Uint8Array, position: number): void {
    const at = this.#appends || !this.seekable ? NO_POSITION : position;
    this.#begin(new FileWrite(this, this.kit, tag, this.fd, data, at));
  }

  override ready(tag: Tag, events: number): void {
    const now = events & (READ | WRITE);
    if (now === 0) super.ready(tag, events);
    else this.completions.completed(tag, now);
  }

  override sync(tag: Tag): void {
    this.#begin(new FileSync(this, this.kit, tag, this.fd));
  }

  override withdraw(tag: Tag): void {
    const operation = this.#wanted.get(tag);
    if (operation !== undefined) this.#forget(operation);
  }

  override close(): void {
    this.#closing = true;
    for (const operation of this.#wanted.values()) {
      this.#forget(operation);
      // A device may keep a read waiting for ever. A file does not, and its many reads are not worth cancelling.
      if (!this.seekable) operation.cancel();
    }
    this.#closeIfIdle();
  }

  override destroy(): void {
    this.close();
  }

  /** An operation is over; true when somebody still wants to know. */
  over({ tag }: FileOperation): boolean {
    this.#inFlight--;
    this.#closeIfIdle();
    return this.#wanted.delete(tag);
  }

  #begin(operation: FileOperation): void {
    this.#inFlight++;
    this.#wanted.set(operation.tag, operation);
    operation.submit();
  }

  #forget(operation: FileOperation): void {
    this.#wanted.delete(operation.tag);
    operation.tag = NONE;
  }

  /** F1 */
  #closeIfIdle(): void {
    if (this.#closing && this.#inFlight === 0) this.release();
  }
}

abstract class FileOperation implements Operation {
  protected slot = NONE;

  constructor(
    protected readonly file: FileHandle,
    protected readonly kit: Kit,
    public tag: Tag,
    protected readonly fd: number,
  ) {}

  abstract submit(): void;
  abstract completed(result: number): void;

  cancel(): void {
    this.kit.ring.cancel(this.slot);
  }
}

class FileRead extends FileOperation {
  readonly #length: number;
  readonly #position: number;
  /** Where the kernel writes: one of these (F2). */
  #own: Uint8Array | null = null;
  #block: Block | null = null;

  constructor(file: FileHandle, kit: Kit, tag: Tag, fd: number, length: number, position: number) {
    super(file, kit, tag, fd);
    this.#length = length;
    this.#position = position;
  }

  submit(): void {
    const { ring } = this.kit;
    this.slot = ring.begin(this);
    ring.entry(this.slot, OP_READ, this.fd, this.#place(), this.#length, this.#position, 0, 0);
  }

  completed(result: number): void {
    if (result === EINTR && this.tag !== NONE) {
      this.#giveBack();
      this.submit();
      return;
    }
    const isWanted = this.file.over(this);
    const { completions, memory } = this.kit;
    const bytes =
      !isWanted || result <= 0 ? null : (this.#own?.subarray(0, result) ?? memory.copy(this.#block!.bytes, 0, result));
    this.#giveBack();
    if (!isWanted) return;
    if (result < 0) completions.failed(this.tag, errorNumbered(-result));
    else completions.completed(this.tag, bytes);
  }

  #place(): number {
    const { memory } = this.kit;
    if (this.#length <= PIECE) {
      const address = memory.reserve(this.#length);
      this.#own = memory.piece(this.#length);
      return address;
    }
    if (this.#length <= LARGE) {
      this.#block = memory.take(this.#length);
      return this.#block.address;
    }
    this.#own = new Uint8Array(new ArrayBuffer(this.#length));
    return addressOf(this.#own);
  }

  #giveBack(): void {
    if (this.#block !== null) this.kit.memory.give(this.#block);
    this.#block = null;
  }
}

class FileWrite extends FileOperation {
  readonly #position: number;
  readonly #length: number;
  readonly #block: Block | null;
  /** The caller's bytes, which are not written to (D4). */
  protected readonly pinned: Uint8Array | null;
  readonly #address: number;
  #done = 0;

  constructor(file: FileHandle, kit: Kit, tag: Tag, fd: number, data: string | Uint8Array, position: number) {
    super(file, kit, tag, fd);
    this.#position = position;
    if (typeof data !== "string" && data.length > PINNED) {
      this.#block = null;
      this.pinned = data;
      this.#length = data.length;
      this.#address = addressOf(data);
    } else {
      const block = kit.memory.take(typeof data === "string" ? Buffer.byteLength(data) : data.length);
      if (typeof data !== "string") block.bytes.set(data);
      this.#block = block;
      this.pinned = null;
      this.#length = typeof data === "string" ? block.bytes.write(data) : data.length;
      this.#address = block.address;
    }
  }

  submit(): void {
    const { ring } = this.kit;
    const position = this.#position === NO_POSITION ? NO_POSITION : this.#position + this.#done;
    this.slot = ring.begin(this);
    ring.entry(this.slot, OP_WRITE, this.fd, this.#address + this.#done, this.#length - this.#done, position, 0, 0);
  }

  completed(result: number): void {
    if (result > 0) this.#done += result;
    // The system may take less than it was given; goes on until it has all.
    if ((result > 0 && this.#done < this.#length) || (result === EINTR && this.tag !== NONE)) {
      this.submit();
      return;
    }
    if (this.#block !== null) this.kit.memory.give(this.#block);
    if (!this.file.over(this)) return;
    if (result < 0) this.kit.completions.failed(this.tag, errorNumbered(-result));
    else this.kit.completions.completed(this.tag, this.#length);
  }
}

class FileSync extends FileOperation {
  submit(): void {
    const { ring } = this.kit;
    this.slot = ring.begin(this);
    ring.entry(this.slot, OP_FSYNC, this.fd, 0, 0, 0, 0, 0);
  }

  completed(result: number): void {
    if (!this.file.over(this)) return;
    // EINVAL: a device that has nothing to sync.
    if (result < 0 && result !== EINVAL) this.kit.completions.failed(this.tag, errorNumbered(-result));
    else this.kit.completions.completed(this.tag, undefined);
  }
}
