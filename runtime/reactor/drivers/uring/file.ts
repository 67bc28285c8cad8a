// A regular file, or a device that reads and writes at once, as a handle.
//
// F1. Any number of operations may be in flight, each with its position. The descriptor is given back when the last one is
//     over: a write that is offered again must not meet another file under its number.
// F2. A short read goes straight into the memory that the program gets; a longer one through a block, of which the program
//     gets a copy of what came; a very long one into a buffer of its own. See memory.ts.
// F3. Reads and writes that are patient may wait for company on their way to the kernel (ring.ts, R5).

import { errorNumbered, NONE } from "../base.ts";
import { READ, type Tag, WRITE } from "../driver.ts";
import { EINTR, EINVAL, OP_FSYNC, OP_READ, OP_WRITE } from "./abi.ts";
import { type Kit, UringHandle } from "./kit.ts";
import { type Block, LARGE, PIECE, PINNED } from "./memory.ts";
import { NO_POSITION, type Operation } from "./ring.ts";
import { addressOf } from "./system.ts";

/** Longer reads are cut to this: a program that asks for a terabyte gets a piece. */
const LONGEST = 16 * 1024 * 1024;
/** Reads kept for later. */
const MOST_IDLE = 32768;

export class FileHandle extends UringHandle {
  readonly #seekable: boolean;
  readonly #appends: boolean;
  /** In flight, in no order: each knows its place (F1). */
  readonly #operations: FileOperation[] = [];
  #closing = false;

  constructor(kit: Kit, fd: number, options: { readonly seekable: boolean; readonly appends: boolean }) {
    super(kit, fd);
    this.#seekable = options.seekable;
    this.#appends = options.appends;
  }

  override get seekable(): boolean {
    return this.#seekable;
  }

  override read(tag: Tag, max: number, position: number, patient = false): void {
    const read = this.kit.idleReads.pop() ?? new FileRead(this.kit);
    read.prepare(Math.min(max, LONGEST), this.#seekable ? position : NO_POSITION);
    this.#begin(read, tag, patient);
  }

  override write(tag: Tag, data: string | Uint8Array, position: number, patient = false): void {
    const at = this.#appends || !this.#seekable ? NO_POSITION : position;
    this.#begin(new FileWrite(this.kit, data, at), tag, patient);
  }

  override ready(tag: Tag, events: number): void {
    const now = events & (READ | WRITE);
    if (now === 0) super.ready(tag, events);
    else this.completions.completed(tag, now);
  }

  override sync(tag: Tag): void {
    this.#begin(new FileSync(this.kit), tag, false);
  }

  override withdraw(tag: Tag): void {
    const operation = this.#operations.find((each) => each.tag === tag);
    if (operation !== undefined) operation.tag = NONE;
  }

  override close(): void {
    this.#closing = true;
    for (const operation of this.#operations) {
      operation.tag = NONE;
      // A device may keep a read waiting for ever. A file does not, and its many reads are not worth cancelling.
      if (!this.#seekable) operation.cancel();
    }
    this.#closeIfIdle();
  }

  override destroy(): void {
    this.close();
  }

  /** An operation is over; true when somebody still wants to know. */
  over(operation: FileOperation): boolean {
    const last = this.#operations.pop()!;
    if (last !== operation) {
      this.#operations[operation.place] = last;
      last.place = operation.place;
    }
    this.#closeIfIdle();
    return operation.tag !== NONE;
  }

  #begin(operation: FileOperation, tag: Tag, patient: boolean): void {
    operation.file = this;
    operation.tag = tag;
    operation.isPatient = patient;
    operation.place = this.#operations.length;
    this.#operations.push(operation);
    operation.submit(this.fd);
  }

  /** F1 */
  #closeIfIdle(): void {
    if (this.#closing && this.#operations.length === 0) this.release();
  }
}

abstract class FileOperation implements Operation {
  /** Whose it is, which place it has there, and who waits: NONE, when nobody does any more. */
  file: FileHandle | null = null;
  place = 0;
  tag: Tag = NONE;
  /** F3 */
  isPatient = false;
  protected slot = NONE;

  constructor(protected readonly kit: Kit) {}

  abstract submit(fd: number): void;
  abstract completed(result: number): void;

  cancel(): void {
    this.kit.ring.cancel(this.slot);
  }

  protected enter(opcode: number, fd: number, address: number, length: number, offset: number): void {
    const { ring } = this.kit;
    this.slot = ring.begin(this);
    if (this.isPatient) ring.patient(this.slot, opcode, fd, address, length, offset);
    else ring.entry(this.slot, opcode, fd, address, length, offset, 0, 0);
  }

  /** The file's, or NONE; `completed` has it for what must be offered again. */
  protected get fd(): number {
    return this.file!.descriptor;
  }
}

/** A read. When it is over it waits in `kit.idleReads` for the next: there may be a great many of them. */
export class FileRead extends FileOperation {
  #length = 0;
  #position = 0;
  /** Where the kernel writes: at `#at` in memory that becomes the program's, or in a block (F2). */
  #own: ArrayBuffer | null = null;
  #at = 0;
  #block: Block | null = null;

  prepare(length: number, position: number): void {
    this.#length = length;
    this.#position = position;
  }

  submit(fd: number): void {
    this.enter(OP_READ, fd, this.#takePlace(), this.#length, this.#position);
  }

  completed(result: number): void {
    if (result === EINTR && this.tag !== NONE) {
      this.#giveBack();
      this.submit(this.fd);
      return;
    }
    const { completions } = this.kit;
    const { tag } = this;
    const isWanted = this.file!.over(this);
    const bytes = isWanted && result > 0 ? this.#taken(result) : null;
    this.#giveBack();
    this.#own = null;
    this.file = null;
    if (this.kit.idleReads.length < MOST_IDLE) this.kit.idleReads.push(this);
    if (!isWanted) return;
    if (result < 0) completions.failed(tag, errorNumbered(-result));
    else completions.completed(tag, bytes);
  }

  #takePlace(): number {
    const { memory } = this.kit;
    if (this.#length <= PIECE) {
      this.#at = memory.reserve(this.#length);
      this.#own = memory.arena;
      return memory.arenaAddress + this.#at;
    }
    if (this.#length <= LARGE) {
      this.#block = memory.take(this.#length);
      return this.#block.address;
    }
    this.#own = new ArrayBuffer(this.#length);
    this.#at = 0;
    return addressOf(this.#own);
  }

  #taken(count: number): Uint8Array {
    const own = this.#own;
    return own === null ? this.kit.memory.copy(this.#block!.bytes, 0, count) : new Uint8Array(own, this.#at, count);
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

  constructor(kit: Kit, data: string | Uint8Array, position: number) {
    super(kit);
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

  submit(fd: number): void {
    const position = this.#position === NO_POSITION ? NO_POSITION : this.#position + this.#done;
    this.enter(OP_WRITE, fd, this.#address + this.#done, this.#length - this.#done, position);
  }

  completed(result: number): void {
    if (result > 0) this.#done += result;
    // The system may take less than it was given; goes on until it has all.
    if ((result > 0 && this.#done < this.#length) || (result === EINTR && this.tag !== NONE)) {
      this.submit(this.fd);
      return;
    }
    if (this.#block !== null) this.kit.memory.give(this.#block);
    if (!this.file!.over(this)) return;
    if (result < 0) this.kit.completions.failed(this.tag, errorNumbered(-result));
    else this.kit.completions.completed(this.tag, this.#length);
  }
}

class FileSync extends FileOperation {
  submit(fd: number): void {
    this.enter(OP_FSYNC, fd, 0, 0, 0);
  }

  completed(result: number): void {
    if (!this.file!.over(this)) return;
    // EINVAL: a device that has nothing to sync.
    if (result < 0 && result !== EINVAL) this.kit.completions.failed(this.tag, errorNumbered(-result));
    else this.kit.completions.completed(this.tag, undefined);
  }
}
