// Methods of Bytes, digests, base64. Bytes are never written to after they are made, so parts of them may share memory.

import { createHash } from "node:crypto";
import { wrongType } from "../engine/faults.ts";
import type { Value } from "../engine/values.ts";
import type { Native } from "./native.ts";
import {
  boundedText,
  isWhole,
  MAX_TEXT,
  native,
  needsNumber,
  needsString,
  needsWhole,
  part,
  tooLong,
} from "./native.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const NOTHING = new Uint8Array(0);
/** Up to so many bytes are searched here: leaving JavaScript for it would take longer. */
const SHORT = 256;

/** Bytes as they are, a string as UTF-8; undefined for anything else. */
export function bytesOf(value: Value): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === "string" ? encoder.encode(value) : undefined;
}

/** A string as it is, Bytes as UTF-8 text; undefined for anything else. Bytes that are no UTF-8 become U+FFFD. */
export function textOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? decoder.decode(value) : undefined;
}

const needsData = (what: string, got: Value): Value => wrongType(`"${what}"`, "Bytes or a string", got);

function slice(self: Uint8Array, from: Value, to: Value): Value {
  if (!isWhole(from)) return needsWhole("slice", from);
  if (to !== undefined && !isWhole(to)) return needsWhole("slice", to);
  const [start, end] = part(self.length, from, to as number | undefined);
  if (start === end) return NOTHING;
  const piece = self.subarray(start, end);
  // A small piece is copied, so that it does not keep a large buffer alive; cutting a large one up stays linear.
  return piece.length * 2 < self.buffer.byteLength ? new Uint8Array(piece) : piece;
}

function text(self: Uint8Array): Value {
  return self.length > MAX_TEXT ? tooLong("text", self.length) : decoder.decode(self);
}

function concat(self: Uint8Array, other: Value): Value {
  const more = bytesOf(other);
  return more === undefined ? needsData("concat", other) : joined([self, more]);
}

/** One after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const bytes of parts) length += bytes.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const bytes of parts) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

/** Where Bytes, a string's UTF-8, or a single byte first occur; -1 when nowhere. */
function indexOf(self: Uint8Array, what: Value): Value {
  if (typeof what === "number") return self.indexOf(what);
  const wanted = bytesOf(what);
  if (wanted === undefined) return wrongType('"index_of"', "Bytes, a string or a number", what);
  if (self.length > SHORT || wanted.length === 0) return Buffer.prototype.indexOf.call(self, wanted);
  return positionOf(wanted, self);
}

function positionOf(wanted: Uint8Array, text: Uint8Array): number {
  const last = text.length - wanted.length;
  for (let at = 0; at <= last; at++) {
    let same = 0;
    while (same < wanted.length && text[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}

/** A digest, in hexadecimal. SHA-1 is there for protocols that want it; it proves nothing against somebody who means harm. */
function digest(name: "sha1" | "sha256"): Native {
  return native(1, 1, (_depth, data) => {
    const bytes = bytesOf(data);
    return bytes === undefined ? needsData(name, data) : createHash(name).update(bytes).digest("hex");
  });
}

function hex(self: Uint8Array): Value {
  return boundedText("hex", self.length * 2, () =>
    Buffer.from(self.buffer, self.byteOffset, self.length).toString("hex"),
  );
}

/** With padding (RFC 4648, section 4). */
function base64Encode(_depth: number, data: Value): Value {
  const bytes = bytesOf(data);
  if (bytes === undefined) return needsData("base64_encode", data);
  return boundedText("base64_encode", Math.ceil(bytes.length / 3) * 4, () => Buffer.from(bytes).toString("base64"));
}

/** The bytes, or nil when the text is no base64 with padding. */
function base64Decode(_depth: number, text: Value): Value {
  if (typeof text !== "string") return needsString("base64_decode", text);
  const bytes = Buffer.from(text, "base64");
  // Node passes over what it does not know; then the text does not come back.
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined;
}

function method(min: number, max: number, call: (self: Uint8Array, a: Value, b: Value) => Value): Native {
  return native(min + 1, max + 1, (_depth, self, a, b) => call(self as Uint8Array, a, b));
}

export const bytesMethods: ReadonlyMap<string, Native> = new Map([
  ["length", method(0, 0, (self) => self.length)],
  ["get", method(1, 1, (self, index) => (typeof index === "number" ? self[index] : needsNumber("get", index)))],
  ["slice", method(1, 2, slice)],
  ["text", method(0, 0, text)],
  ["concat", method(1, 1, concat)],
  ["index_of", method(1, 1, indexOf)],
  ["hex", method(0, 0, hex)],
]);

export const bytesFunctions: ReadonlyMap<string, Native> = new Map([
  ["sha1", digest("sha1")],
  ["sha256", digest("sha256")],
  ["base64_encode", native(1, 1, base64Encode)],
  ["base64_decode", native(1, 1, base64Decode)],
]);
