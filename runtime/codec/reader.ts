// Bytes being read: numbers and texts of format.ts, and the check of every length against what is left. For decode.ts.

import { isUtf8 } from "node:buffer";
import { CodecError, TextForm } from "./format.ts";

const SHORT = 32;

export class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  readonly #texts: string[] = [];
  /** Parts that owners still wait for; each takes a byte at least (B3). */
  owed = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** An error about what was just read, `back` bytes ago. */
  error(what: string, back = 1): CodecError {
    return new CodecError(what, Math.max(this.#at - back, 0));
  }

  byte(): number {
    if (this.#at === this.#bytes.length) throw new CodecError("the bytes end early", this.#at);
    return this.#bytes[this.#at++]!;
  }

  varint(): number {
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      n += (byte & 0x7f) * scale;
      if (n > Number.MAX_SAFE_INTEGER) throw this.error("a number too large");
      if (byte < 0x80) return n;
      if (scale > 2 ** 49) throw this.error("a number too long");
    }
  }

  double(): number {
    this.#need(8, "a number");
    const n = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return n;
  }

  /** Bytes in memory of their own. */
  raw(length: number): Uint8Array {
    this.#need(length, "Bytes");
    const bytes = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return bytes;
  }

  /** The number of parts of something, now owed (B3). */
  count(what: string, partsEach = 1): number {
    const count = this.varint();
    this.owe(count * partsEach, what);
    return count;
  }

  owe(parts: number, what: string): void {
    if (this.owed + parts > this.left) throw this.error(`${what} of ${parts} parts in ${this.left - this.owed} bytes`);
    this.owed += parts;
  }

  text(): string {
    const head = this.varint();
    const length = Math.floor(head / 4);
    const form: TextForm = head % 4;
    if (form === TextForm.Again) {
      const known = this.#texts[length];
      if (known === undefined) throw this.error(`text ${length} of ${this.#texts.length}`);
      return known;
    }
    const size = form === TextForm.Utf16 ? length * 2 : length;
    this.#need(size, "a text");
    const text = this.#decoded(form, this.#at, this.#at + size);
    this.#at += size;
    this.#texts.push(text);
    return text;
  }

  #decoded(form: TextForm, from: number, to: number): string {
    if (form === TextForm.Utf16) return this.#bytes.toString("utf16le", from, to);
    if (form === TextForm.Hexadecimal) return this.#bytes.toString("hex", from, to);
    const short = to - from < SHORT ? this.#ascii(from, to) : undefined;
    if (short !== undefined) return short;
    if (!isUtf8(this.#bytes.subarray(from, to))) throw this.error("a text that is not UTF-8", 0);
    return this.#bytes.toString("utf8", from, to);
  }

  /** A short text byte by byte, which costs less than calling the host; undefined when it is not ASCII. */
  #ascii(from: number, to: number): string | undefined {
    const codes: number[] = [];
    for (let i = from; i < to; i++) {
      const code = this.#bytes[i]!;
      if (code > 0x7f) return undefined;
      codes.push(code);
    }
    return String.fromCharCode.apply(null, codes);
  }

  #need(length: number, what: string): void {
    if (length > this.left) throw this.error(`${what} of ${length} bytes where ${this.left} are left`);
  }
}
