// A ring of bytes from one shard to another, in shared memory: a stream of messages, each behind its length. One thread
// writes, one reads; neither ever waits. Messages that find no room stay with the sender in their order, and a message may
// be longer than the ring: it goes through in pieces.
//
//   HEAD  bytes read so far     TAIL  bytes written so far     (both modulo 2^32)     FULL  the writer waits for room
//
// B1. The writer copies bytes and then stores TAIL; the reader loads TAIL and then copies, and stores HEAD when it is done
//     with them. The stores publish what was written before them, so no byte is read before it is there or overwritten
//     before it was read (Lamport, "Specifying concurrent program modules", 1983).
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

const LENGTH = 4;

export class Ring {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  /** Writer: what found no room, and how far the first of it has gone. */
  readonly #waiting: Uint8Array[] = [];
  #gone = 0;
  /** Reader: the length of the message that is coming in, and the message as far as it is there. */
  readonly #length = new Uint8Array(LENGTH);
  #lengthGot = 0;
  #message: Uint8Array | null = null;
  #messageGot = 0;

  constructor(buffer: SharedArrayBuffer, offset: number) {
    this.#words = new Int32Array(buffer, offset, DATA / 4);
    this.#bytes = new Uint8Array(buffer, offset + DATA, SIZE);
  }

  // ---- The writer ----

  /** Sends a message after those before it. False: not all of it has gone yet, as with `flush`. */
  send(message: Uint8Array): boolean {
    const framed = new Uint8Array(LENGTH + message.length);
    new DataView(framed.buffer).setUint32(0, message.length, true);
    framed.set(message, LENGTH);
    this.#waiting.push(framed);
    return this.flush();
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

  /** Yields how many bytes there was room for. */
  #write(bytes: Uint8Array): number {
    const tail = Atomics.load(this.#words, TAIL);
    const room = SIZE - ((tail - Atomics.load(this.#words, HEAD)) | 0);
    const count = Math.min(room, bytes.length);
    if (count === 0) return 0;
    const at = tail & MASK;
    const first = Math.min(count, SIZE - at);
    this.#bytes.set(first === bytes.length ? bytes : bytes.subarray(0, first), at);
    if (first < count) this.#bytes.set(bytes.subarray(first, count), 0);
    Atomics.store(this.#words, TAIL, (tail + count) | 0);
    return count;
  }

  // ---- The reader ----

  /** The next message; undefined when it is not, or not wholly, there. */
  receive(): Uint8Array | undefined {
    if (this.#message === null) {
      this.#lengthGot += this.#read(this.#length, this.#lengthGot);
      if (this.#lengthGot < LENGTH) return undefined;
      const length = new DataView(this.#length.buffer).getUint32(0, true);
      this.#message = Buffer.allocUnsafe(length);
      this.#messageGot = 0;
    }
    this.#messageGot += this.#read(this.#message, this.#messageGot);
    if (this.#messageGot < this.#message.length) return undefined;
    const message = this.#message;
    this.#message = null;
    this.#lengthGot = 0;
    return message;
  }

  /** Whether the writer waited for room; asked after reading (B2). */
  takeFull(): boolean {
    return Atomics.load(this.#words, FULL) === 1 && Atomics.exchange(this.#words, FULL, 0) === 1;
  }

  /** Fills `into` from `start` on as far as there are bytes; yields how many there were. */
  #read(into: Uint8Array, start: number): number {
    const head = Atomics.load(this.#words, HEAD);
    const there = (Atomics.load(this.#words, TAIL) - head) | 0;
    const count = Math.min(there, into.length - start);
    if (count === 0) return 0;
    const at = head & MASK;
    const first = Math.min(count, SIZE - at);
    into.set(this.#bytes.subarray(at, at + first), start);
    if (first < count) into.set(this.#bytes.subarray(0, count - first), start + first);
    Atomics.store(this.#words, HEAD, (head + count) | 0);
    return count;
  }
}
