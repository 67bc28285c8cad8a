// Numbers and texts of our own records, written one after the other and read back with every length checked.
//
//   varint = base 128, low digits first, at most 2^53 - 1        text = varint length, UTF-8

/** Bytes being written. One sink is used again and again; `take` gives what was written since the last time. */
export class Sink {
  #bytes = Buffer.allocUnsafeSlow(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
  }

  varint(n: number): void {
    this.#room(8);
    let rest = n;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.#room(length);
    this.#length += this.#bytes.write(text, this.#length, "utf8");
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    // Small ones come out of Node's pool, which costs a third of an ArrayBuffer each.
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  /** What was written, until the next write. */
  view(): Buffer {
    const view = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return view;
  }

  #room(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Bytes being read. RangeError when they are not what a Sink writes. */
export class Source {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError("the record ends too early");
    return byte;
  }

  varint(): number {
    let n = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      n += (byte & 0x7f) * unit;
      if (!Number.isSafeInteger(n)) throw new RangeError("a number in the record is too large");
      if (byte < 0x80) return n;
    }
  }

  text(): string {
    const length = this.varint();
    this.#skip(length);
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }

  raw(length: number): Uint8Array {
    this.#skip(length);
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) throw new RangeError("the record ends too early");
    this.#at += length;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}
