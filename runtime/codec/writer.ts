// Bytes being written: numbers and texts of format.ts. For encode.ts.

import { TextForm, TooLargeError } from "./format.ts";

/** Texts below this length have a head of one byte. */
const SHORT = 32;
const HEXADECIMAL = /^(?:[0-9a-f]{32}|[0-9a-f]{64})$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What a writer begins with, and the most that is kept for the next one. */
const FIRST = 1 << 12;
const MOST_KEPT = 1 << 20;

/**
 * The memory of the last writer that has finished, for the next one. The only state of this module: it spares an allocation for
 * each of many small things, and whoever finds none makes its own.
 */
let spare: Buffer | null = null;

/**
 * Bytes of texts in hexadecimal digits, as they were met: they are names of code, of which every frame has one of few. Asking
 * the host for them each time takes a quarter of the time that writing down a task takes. Forgotten when they are many.
 */
const hexadecimals = new Map<string, Uint8Array>();
const MOST_HEXADECIMALS = 4096;

export class Writer {
  #bytes: Buffer;
  #at = 0;
  #texts: Map<string, number> | undefined;

  /** `most`: how many bytes it may become, or a TooLargeError. */
  constructor(readonly most = Number.POSITIVE_INFINITY) {
    this.#bytes = spare ?? Buffer.allocUnsafeSlow(FIRST);
    spare = null;
  }

  /** What was written, in memory of its own. The writer is not used after this. */
  finish(): Uint8Array {
    if (this.#at > this.most) throw new TooLargeError(this.most);
    if (this.#bytes.length <= MOST_KEPT) spare = this.#bytes;
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#at);
  }

  byte(byte: number): void {
    if (this.#at === this.#bytes.length) this.#room(1);
    this.#bytes[this.#at++] = byte;
  }

  varint(n: number): void {
    this.#room(8);
    while (n > 0x7f) {
      this.#bytes[this.#at++] = (n % 128) | 0x80;
      n = Math.floor(n / 128);
    }
    this.#bytes[this.#at++] = n;
  }

  double(n: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(n, this.#at);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A text; one that was written before as its number. */
  text(text: string): void {
    this.#texts ??= new Map();
    const known = this.#texts.get(text);
    if (known !== undefined) {
      this.varint(known * 4 + TextForm.Again);
      return;
    }
    this.#texts.set(text, this.#texts.size);
    if (text.length < SHORT && this.#ascii(text)) return;
    const bytes = hexadecimal(text);
    if (bytes !== undefined) {
      this.varint(bytes.length * 4 + TextForm.Hexadecimal);
      this.raw(bytes);
      return;
    }
    const length = Buffer.byteLength(text);
    if (length !== text.length && LONE_SURROGATE.test(text)) {
      this.varint(text.length * 4 + TextForm.Utf16);
      this.#room(text.length * 2);
      this.#at += this.#bytes.write(text, this.#at, "utf16le");
      return;
    }
    this.varint(length * 4 + TextForm.Utf8);
    this.#room(length);
    this.#at += this.#bytes.write(text, this.#at, "utf8");
  }

  /** Writes a short text byte by byte, which costs less than calling the host; false when it is not ASCII. */
  #ascii(text: string): boolean {
    this.#room(text.length + 1);
    let at = this.#at;
    this.#bytes[at++] = text.length * 4 + TextForm.Utf8;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      this.#bytes[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #room(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    if (needed > this.most) throw new TooLargeError(this.most);
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.#bytes.length * 2), this.most));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** The bytes that the text says in hexadecimal digits, as many as codec/format.ts knows; undefined for another text. */
function hexadecimal(text: string): Uint8Array | undefined {
  const known = hexadecimals.get(text);
  if (known !== undefined || !HEXADECIMAL.test(text)) return known;
  if (hexadecimals.size === MOST_HEXADECIMALS) hexadecimals.clear();
  const bytes = Buffer.from(text, "hex");
  hexadecimals.set(text, bytes);
  return bytes;
}
