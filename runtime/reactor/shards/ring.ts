// A ring of bytes from one shard to another, in shared memory: a stream of messages, each behind its length. One thread
// writes, one reads; neither ever waits. Messages that find no room stay with the sender in their order, and a message may
// be longer than the ring: it goes through in pieces.
//
//   HEAD  bytes read so far     TAIL  bytes written so far     (both modulo 2^32)     FULL  the writer waits for room
//
// B1. The writer copies bytes and then stores TAIL; the reader loads TAIL and then copies, and stores HEAD when it is done
//     with them. The stores publish what was written before them, so no byte is read before it is there or overwritten
//     before it was read (Lamport, "Specifying concurrent program modules", 1983).
//     The writer goes by the last HEAD that it has seen until that leaves no room, the reader by the last TAIL until
//     that leaves no bytes: each was true once, and what it allowed then it allows for ever.
// B2. The writer stores FULL and then looks at HEAD again; the reader stores HEAD and then looks at FULL. So either the
//     writer sees the room or the reader sees that it has to wake the writer.

const SIZE = 1 << 18;
const MASK = SIZE - 1;
const LINE = 64;
const HEAD = 0;
const TAIL = LINE / 4;
const FULL = (2 * LINE) / 4;
const DATA = 3 * LINE;

/** What a ring takes in the shared buffer. */
export const RING_BYTES = DATA + SIZE;

/** Bytes of a message's length. */
const LENGTH = 4;

export class Ring {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  /** Writer: its TAIL, the last HEAD it has seen, what found no room, and how far the first of it has gone. */
  #tail: number;
  #headSeen: number;
  readonly #waiting: Uint8Array[] = [];
  #gone = 0;
  /** Reader: its HEAD, the last TAIL it has seen, and a message longer than what is there, as far as it has come. */
  #head: number;
  #tailSeen: number;
  #message: Uint8Array | null = null;
  #messageGot = 0;

  constructor(buffer: SharedArrayBuffer, offset: number) {
    this.#words = new Int32Array(buffer, offset, DATA / 4);
    this.#bytes = new Uint8Array(buffer, offset + DATA, SIZE);
    this.#tail = this.#tailSeen = Atomics.load(this.#words, TAIL);
    this.#head = this.#headSeen = Atomics.load(this.#words, HEAD);
  }

  // ---- The writer ----

  /** Sends a message, `kind` and what follows it, after those before it. False: not all of it has gone yet, as with `flush`. */
  send(kind: number, body: Uint8Array): boolean {
    const length = 1 + body.length;
    if (this.#waiting.length > 0 || !this.#hasRoom(LENGTH + length)) {
      const framed = new Uint8Array(LENGTH + length);
      new DataView(framed.buffer).setUint32(0, length, true);
      framed[LENGTH] = kind;
      framed.set(body, LENGTH + 1);
      this.#waiting.push(framed);
      return this.flush();
    }
    this.#put(0, length);
    this.#put(1, length >> 8);
    this.#put(2, length >> 16);
    this.#put(3, length >> 24);
    this.#put(LENGTH, kind);
    this.#copyIn(body, LENGTH + 1);
    this.#publish(LENGTH + length);
    return true;
  }

  /** Writes what there is room for. False: some is left, and the reader will wake the writer when it has made room (B2). */
  flush(): boolean {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      this.#gone += this.#write(next.subarray(this.#gone));
      if (this.#gone < next.length) {
        Atomics.store(this.#words, FULL, 1);
        this.#gone += this.#write(next.subarray(this.#gone));
        if (this.#gone < next.length) return false;
      }
      this.#waiting.shift();
      this.#gone = 0;
    }
    return true;
  }

  #room(): number {
    return SIZE - ((this.#tail - this.#headSeen) | 0);
  }

  #hasRoom(length: number): boolean {
    if (this.#room() >= length) return true;
    this.#headSeen = Atomics.load(this.#words, HEAD);
    return this.#room() >= length;
  }

  /** Yields how many bytes there was room for. */
  #write(bytes: Uint8Array): number {
    const count = this.#hasRoom(bytes.length) ? bytes.length : this.#room();
    if (count === 0) return 0;
    this.#copyIn(bytes.subarray(0, count), 0);
    this.#publish(count);
    return count;
  }

  /** `at`: behind the tail. */
  #put(at: number, byte: number): void {
    this.#bytes[(this.#tail + at) & MASK] = byte;
  }

  #copyIn(bytes: Uint8Array, behind: number): void {
    const count = bytes.length;
    const at = (this.#tail + behind) & MASK;
    if (count <= SHORT) {
      for (let i = 0; i < count; i++) this.#bytes[(at + i) & MASK] = bytes[i]!;
      return;
    }
    const first = Math.min(count, SIZE - at);
    this.#bytes.set(first === count ? bytes : bytes.subarray(0, first), at);
    if (first < count) this.#bytes.set(bytes.subarray(first), 0);
  }

  /** B1 */
  #publish(count: number): void {
    this.#tail = (this.#tail + count) | 0;
    Atomics.store(this.#words, TAIL, this.#tail);
  }

  // ---- The reader ----

  /** The next message, its kind in front; undefined when it is not, or not wholly, there. */
  receive(): Uint8Array | undefined {
    if (this.#message === null) {
      if (!this.#isThere(LENGTH)) return undefined;
      const length = this.#get(0) | (this.#get(1) << 8) | (this.#get(2) << 16) | (this.#get(3) << 24);
      this.#message = Buffer.allocUnsafe(length);
      this.#messageGot = 0;
      // What is wholly there is taken, and given back, in one step with its length.
      if (this.#isThere(LENGTH + length)) {
        const message = this.#message;
        this.#message = null;
        this.#copyOut(message, LENGTH);
        this.#giveBack(LENGTH + length);
        return message;
      }
      this.#giveBack(LENGTH);
    }
    const rest = this.#message.subarray(this.#messageGot);
    const there = this.#isThere(rest.length) ? rest.length : this.#there();
    if (there > 0) {
      this.#copyOut(rest.subarray(0, there), 0);
      this.#giveBack(there);
      this.#messageGot += there;
    }
    if (this.#messageGot < this.#message.length) return undefined;
    const message = this.#message;
    this.#message = null;
    return message;
  }

  /** Whether the writer waited for room; asked after reading (B2). */
  takeFull(): boolean {
    return Atomics.load(this.#words, FULL) === 1 && Atomics.exchange(this.#words, FULL, 0) === 1;
  }

  #there(): number {
    return (this.#tailSeen - this.#head) | 0;
  }

  #isThere(length: number): boolean {
    if (this.#there() >= length) return true;
    this.#tailSeen = Atomics.load(this.#words, TAIL);
    return this.#there() >= length;
  }

  /** `at`: behind the head. */
  #get(at: number): number {
    return this.#bytes[(this.#head + at) & MASK]!;
  }

  /** Fills `into` with what lies so far behind the head. */
  #copyOut(into: Uint8Array, behind: number): void {
    const count = into.length;
    const at = (this.#head + behind) & MASK;
    if (count <= SHORT) {
      for (let i = 0; i < count; i++) into[i] = this.#bytes[(at + i) & MASK]!;
      return;
    }
    const first = Math.min(count, SIZE - at);
    into.set(this.#bytes.subarray(at, at + first));
    if (first < count) into.set(this.#bytes.subarray(0, count - first), first);
  }

  /** B1 */
  #giveBack(count: number): void {
    this.#head = (this.#head + count) | 0;
    Atomics.store(this.#words, HEAD, this.#head);
  }
}

/** Up to so many bytes, a loop costs less than a view for the host to copy. */
const SHORT = 64;
