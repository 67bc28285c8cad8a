// A byte stream of the system (socket, pipe, FIFO, terminal) as a handle.
//
//   nobody reads ── read ──> waiting, receive in flight ── data ──> completed
//        ^                        │ withdraw
//        └── held <── data ── nobody waits, receive in flight ── read ──> waiting
//
// S1. A receive is in flight from a `read` until data comes, and only then has a buffer: the kernel picks one of the inboxes
//     (memory.ts). It is never asked for more than the read wants; what a withdrawn read has let in is held for the next.
// S2. The first error is kept and answers everything after it: a broken stream stays broken.
// S3. A write goes out whole: what the system does not take at once is offered again. One that is withdrawn after its first
//     byte still does; the next one waits for its end.
// S4. `close` lets a write in flight finish first. A receive in flight is cancelled; the system closes the stream when both
//     are over, because each holds on to it.

import { errorNumbered, NONE } from "../base.ts";
import { type DriverError, READ, type Tag, WRITE } from "../driver.ts";
import {
  CQE_BUFFER,
  CQE_BUFFER_SHIFT,
  EAGAIN,
  ECANCELED,
  EINTR,
  ENOBUFS,
  MSG_NOSIGNAL,
  MSG_WAITALL,
  OP_POLL_ADD,
  OP_READ,
  OP_RECV,
  OP_SEND,
  OP_WRITE,
  POLLIN,
  POLLOUT,
  SQE_BUFFER_SELECT,
} from "./abi.ts";
import { type Kit, UringHandle } from "./kit.ts";
import { type Block, INBOX, INBOXES, PINNED, SMALL } from "./memory.ts";
import { NO_POSITION, type Operation } from "./ring.ts";
import { addressOf } from "./system.ts";

/** What kind of stream: which operations it has, and whether it is closed in the end; standard streams stay open. */
export interface StreamOptions {
  readonly isSocket: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly keep?: boolean;
}

/** A connection's. */
export const SOCKET: StreamOptions = { isSocket: true, readable: true, writable: true };

const utf8 = new TextEncoder();

/** Entries of a stream, as their roles. `Writable` and `Readable`: waits after EAGAIN (a descriptor made non-blocking by others). */
const RECEIVE = 0;
const READABLE = 1;
const SEND = 2;
const WRITABLE = 3;

export class StreamHandle extends UringHandle implements Operation {
  readonly #options: StreamOptions;
  #failure: DriverError | null = null;

  #reading: Tag = NONE;
  #max = 0;
  /** Of the entry in flight, NONE when there is none (S1). */
  #receiving = NONE;
  #held: Uint8Array | null = null;
  #ended = false;

  /** The write in flight, and those that wait for its end (S3). */
  #sending: Sending | null = null;
  #unsent: Sending[] | null = null;
  #closing = false;

  constructor(kit: Kit, fd: number, options: StreamOptions) {
    super(kit, fd);
    this.#options = options;
  }

  get held(): Uint8Array | null {
    return this.#held;
  }

  override read(tag: Tag, max: number): void {
    if (!this.#options.readable) super.read(tag, max, 0);
    else if (this.#held !== null) this.completions.completed(tag, this.#take(this.#held, max));
    else if (this.#failure !== null) this.completions.failed(tag, this.#failure);
    else if (this.#ended) this.completions.completed(tag, null);
    else {
      this.#reading = tag;
      this.#max = max;
      if (this.#receiving === NONE) this.#receive();
    }
  }

  override write(tag: Tag, data: string | Uint8Array): void {
    if (!this.#options.writable) super.write(tag, data, 0);
    else if (this.#failure !== null) this.completions.failed(tag, this.#failure);
    else {
      const sending = this.#sendingOf(tag, data);
      if (this.#sending === null) this.#send(sending);
      else {
        this.#unsent ??= [];
        this.#unsent.push(sending);
      }
    }
  }

  override ready(tag: Tag, events: number): void {
    const wanted = events & ((this.#options.readable ? READ : 0) | (this.#options.writable ? WRITE : 0));
    const hasBytes = this.#held !== null || this.#ended;
    const now = this.#failure !== null ? wanted : hasBytes ? wanted & READ : 0;
    if (wanted === 0) super.ready(tag, events);
    else if (now !== 0) this.completions.completed(tag, now | (this.#canWrite() ? wanted & WRITE : 0));
    else this.poll(tag, wanted);
  }

  override withdraw(tag: Tag): void {
    if (this.#reading === tag) this.#reading = NONE;
    else if (this.#sending?.tag === tag) this.#sending.tag = NONE;
    else if (!this.#withdrawUnsent(tag)) super.withdraw(tag);
  }

  override close(): void {
    this.#letGo();
    if (this.#sending === null) this.release(this.#options.keep);
  }

  override destroy(): void {
    this.#letGo();
    if (this.#sending !== null && !this.#options.keep) this.kit.ring.cancel(this.#sending.slot);
    // What has been written to a standard stream comes out, also when the program ends.
    if (this.#sending === null || !this.#options.keep) this.release(this.#options.keep);
  }

  completed(result: number, flags: number, role: number): void {
    switch (role) {
      case RECEIVE:
        this.#received(result, flags);
        break;
      case READABLE:
        this.#receiving = NONE;
        if (!this.#closing) this.#receive();
        break;
      case SEND:
        this.#sent(result);
        break;
      case WRITABLE:
        this.#sentSome(0);
        break;
    }
  }

  // ---- Reading ----

  #receive(): void {
    const { ring } = this.kit;
    const length = Math.min(this.#max, INBOX);
    this.#receiving = ring.begin(this, RECEIVE);
    const opcode = (this.#options.isSocket ? OP_RECV : OP_READ) | SQE_BUFFER_SELECT;
    ring.entry(this.#receiving, opcode, this.fd, 0, length, this.#options.isSocket ? 0 : NO_POSITION, 0, INBOXES);
  }

  #received(result: number, flags: number): void {
    const { memory, inboxes } = this.kit;
    this.#receiving = NONE;
    let bytes: Uint8Array | null = null;
    if ((flags & CQE_BUFFER) !== 0) {
      const box = flags >>> CQE_BUFFER_SHIFT;
      if (result > 0 && !this.#closing) bytes = memory.copy(inboxes.bytes, box * INBOX, result);
      inboxes.give(box);
    }
    if (this.#closing) return;
    if (bytes !== null) this.#deliver(bytes);
    else if (result === 0) this.#end();
    else if (result === EAGAIN) this.#receiveLater();
    // All inboxes were in use; they are free by the time this entry goes out. Or somebody else's signal came between.
    else if (result === ENOBUFS || result === EINTR || result === ECANCELED) this.#receive();
    else this.#fail(errorNumbered(-result));
  }

  #receiveLater(): void {
    const { ring } = this.kit;
    this.#receiving = ring.begin(this, READABLE);
    ring.entry(this.#receiving, OP_POLL_ADD, this.fd, 0, 0, 0, POLLIN, 0);
  }

  #deliver(bytes: Uint8Array): void {
    const tag = this.#reading;
    if (tag !== NONE) {
      this.#reading = NONE;
      this.completions.completed(tag, this.#take(bytes, this.#max));
    } else this.#held = bytes;
    if (this.#held !== null) this.tell(READ);
  }

  /** The first `max` of some bytes; holds the rest. */
  #take(bytes: Uint8Array, max: number): Uint8Array {
    this.#held = bytes.length > max ? bytes.subarray(max) : null;
    return bytes.length > max ? bytes.subarray(0, max) : bytes;
  }

  #end(): void {
    this.#ended = true;
    const tag = this.#reading;
    this.#reading = NONE;
    if (tag !== NONE) this.completions.completed(tag, null);
    this.tell(READ);
  }

  // ---- Writing ----

  /** The bytes to write, where the kernel can read them (B1). */
  #sendingOf(tag: Tag, data: string | Uint8Array): Sending {
    const { memory } = this.kit;
    if (typeof data === "string") {
      // A character is at most three bytes; a string that might be long is measured.
      const block = memory.take(data.length * 3 <= SMALL ? SMALL : Buffer.byteLength(data));
      return new Sending(tag, block, null, block.address, utf8.encodeInto(data, block.bytes).written);
    }
    if (data.length > PINNED) return new Sending(tag, null, data, addressOf(data), data.length);
    const block = memory.take(data.length);
    block.bytes.set(data);
    return new Sending(tag, block, null, block.address, data.length);
  }

  #send(sending: Sending): void {
    const { ring } = this.kit;
    const { isSocket } = this.#options;
    this.#sending = sending;
    sending.slot = ring.begin(this, SEND);
    ring.entry(
      sending.slot,
      isSocket ? OP_SEND : OP_WRITE,
      this.fd,
      sending.address + sending.done,
      sending.length - sending.done,
      isSocket ? 0 : NO_POSITION,
      isSocket ? MSG_NOSIGNAL | MSG_WAITALL : 0,
      0,
    );
  }

  #sent(result: number): void {
    if (result >= 0) this.#sentSome(result);
    else if (result === EINTR) this.#sentSome(0);
    else if (result === EAGAIN) this.#sendLater();
    else this.#sendFailed(errorNumbered(-result));
  }

  /** S3 */
  #sentSome(count: number): void {
    const sending = this.#sending!;
    sending.done += count;
    if (sending.done < sending.length && this.fd !== NONE) {
      this.#send(sending);
      return;
    }
    this.#over(sending);
    if (sending.tag !== NONE) this.completions.completed(sending.tag, sending.length);
  }

  #sendLater(): void {
    const { ring } = this.kit;
    const sending = this.#sending!;
    sending.slot = ring.begin(this, WRITABLE);
    ring.entry(sending.slot, OP_POLL_ADD, this.fd, 0, 0, 0, POLLOUT, 0);
  }

  #sendFailed(error: DriverError): void {
    const sending = this.#sending!;
    const unsent = this.#unsent?.splice(0) ?? [];
    this.#failure ??= error;
    for (const each of unsent) this.#giveBack(each);
    this.#over(sending);
    for (const { tag } of [sending, ...unsent]) if (tag !== NONE) this.completions.failed(tag, this.#failure);
    this.tell(READ | WRITE);
  }

  /** The write in flight is over: the next one, or the end. */
  #over(sending: Sending): void {
    this.#sending = null;
    this.#giveBack(sending);
    const next = this.#unsent?.shift();
    if (next !== undefined) this.#send(next);
    else if (this.#closing) this.release(this.#options.keep);
  }

  #withdrawUnsent(tag: Tag): boolean {
    const at = this.#unsent?.findIndex((each) => each.tag === tag) ?? NONE;
    if (at < 0) return false;
    for (const sending of this.#unsent!.splice(at, 1)) this.#giveBack(sending);
    return true;
  }

  #giveBack({ block }: Sending): void {
    if (block !== null) this.kit.memory.give(block);
  }

  #canWrite(): boolean {
    return this.#options.writable && (this.#failure !== null || this.#sending === null);
  }

  // ---- The end ----

  /** S2. A write in flight hears of it from the system itself. */
  #fail(error: DriverError): void {
    this.#failure ??= error;
    const tag = this.#reading;
    this.#reading = NONE;
    if (tag !== NONE) this.completions.failed(tag, this.#failure);
    this.tell(READ | WRITE);
  }

  /** D5 */
  #letGo(): void {
    this.#reading = NONE;
    this.#held = null;
    for (const sending of [this.#sending, ...(this.#unsent ?? [])]) if (sending !== null) sending.tag = NONE;
    this.dropPolls();
    if (this.#closing) return;
    this.#closing = true;
    if (this.#receiving !== NONE) this.kit.ring.cancel(this.#receiving);
  }
}

/** A write under way: its bytes in a block of ours, or the caller's own (D4), and how many of them are out. */
class Sending {
  done = 0;
  slot = NONE;

  constructor(
    public tag: Tag,
    readonly block: Block | null,
    /** Keeps the bytes that are at `address`. */
    readonly pinned: Uint8Array | null,
    readonly address: number,
    readonly length: number,
  ) {}
}
