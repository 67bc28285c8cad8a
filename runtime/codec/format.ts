// The byte form of values and continuations. For stealing, the horizon, the inspector: encode.ts writes it, decode.ts reads it.
//
//   bytes    = version=1 root                        nothing follows
//   root     = value
//            | Stack n segment×n value               a task's stack, top first, and a value beside it that shares its parts
//   value    = byte ≥ 0x40                           whole number: byte - 0x40 - 32
//            | tag …                                 as in `Tag` below
//   frames   = NoFrame | Frame … | FrameAgain n
//   varint   = base 128, low digits first, at most 2^53 - 1
//   text     = varint (length·4 + form) bytes        form 0: text number `length` again   1: `length` bytes of UTF-8
//                                                    2: `length` UTF-16 units, low byte first   3: `length` bytes, in hexadecimal
//   id       = varint n [text text]                  n: ids so far, so a new one: what stands before and after its first colon
//   shape    = varint n [varint count, text×count]   n: shapes so far, so a new one: names of fields
//
// B1. Objects are numbered in the order in which their tags appear; `Again n` is object n once more. Numbers, strings and
//     nil are not objects; frames are numbered by themselves. So sharing and cycles survive.
// B2. Parts follow their owner in order, each with all its own parts, except that one which is already being written is
//     only named. Nobody recurses, here or there: depth costs heap.
// B3. Every count is at most the number of bytes left, less one for each part that is still owed to another owner. So a
//     decoder never allocates more than a constant times the length of its input.
// B4. Cells stand only where a variable does: captured, or in a frame's slot. Frames and segments are no values.
// B5. Functions, classes and frames are written by the id of their code (C1), and what is found under it must fit: number
//     of captures, of slots, the suspension point. Code itself is never written. Text 0 … are all strings, of any use.
// B6. Futures, channels and atomics are written by their number only; the decoder's context has the one of that number.
// B7. Handlers of the whole program are written as their index, counted from the root, which is 0.
// B8. An object that encoder and decoder both know otherwise may be written as `External n`: see `EncodeOptions.external`.

import type { ClassCode, Code, TraitCode } from "../engine/code.ts";
import type { Segment } from "../engine/segments.ts";
import type { Atomic, Channel, ClassValue, Closure, Future, TraitValue } from "../engine/values.ts";

export const VERSION = 1;

/** What follows each tag. Part counts are varints; all parts are values unless said otherwise. */
export enum Tag {
  Nil,
  True,
  False,
  /** varint: the number */
  Natural,
  /** varint: the number, with its sign changed */
  Negative,
  /** 8 bytes, little end first */
  Double,
  /** text */
  Text,
  /** varint length, bytes */
  Bytes,
  /** varint: the number of an object (B1) */
  Again,
  /** count, parts */
  List,
  /** number of entries; key, value, key, … */
  Map,
  /** its value */
  Cell,
  /** id, arity + 1, count, captures (B4) */
  Closure,
  /** id, count·2 + (1: it has a parent); the parent, captures (B4) */
  Class,
  /** id */
  Trait,
  /** Class or Again of its class, shape; the parts of a new class, then the fields */
  Instance,
  /** as Instance; after the shape the number of traits mixed in, then each of them as Trait or Again */
  MixedInstance,
  /** text: the effect's name, shape, fields */
  Request,
  /** varint: its number (B6) */
  Future,
  Channel,
  Atomic,
  /** number of segments, segments from the top */
  Continuation,
  /** number of segments, segments from the top, a value; only as the root */
  Stack,
  /** kind, limit: 0 or index + 1 (B7); Under, when that is 0: 0, or 1 + steps from the next segment to its limit; Handled: its handler; frames */
  Segment,
  NoFrame,
  /** id, suspension point, number of slots, slots (B4), frames */
  Frame,
  /** varint: the number of a frame (B1) */
  FrameAgain,
  /** varint: the number that the context knows (B8) */
  External,
  /** Tags end here. */
  End,
}

/** Whole numbers from -32 up to 159 are one byte: SMALL + 32 + the number. */
export const SMALL = 0x40;
export const LEAST_SMALL = -32;
export const MOST_SMALL = 0xff - SMALL + LEAST_SMALL;

export enum TextForm {
  Again,
  Utf8,
  Utf16,
  Hexadecimal,
}

/** Bytes that are no encoding of a value, or of one that this program has no code for; a value that has no encoding. */
export class CodecError extends Error {
  constructor(
    readonly what: string,
    /** Where in the bytes; -1 when there are none yet. */
    readonly offset: number,
  ) {
    super(offset < 0 ? what : `${what} (at byte ${offset})`);
    this.name = "CodecError";
  }
}

/** What is being encoded has become larger than it may be. */
export class TooLargeError extends CodecError {
  constructor(readonly most: number) {
    super(`more than ${most} bytes`, -1);
    this.name = "TooLargeError";
  }
}

/** What a decoder asks about: code by its id, shared things by their number. Undefined is a CodecError that names it. */
export interface CodecContext {
  code(id: string): Code | undefined;
  classCode(id: string): ClassCode | undefined;
  traitCode(id: string): TraitCode | undefined;
  future(id: number): Future | undefined;
  channel(id: number): Channel | undefined;
  atomic(id: number): Atomic | undefined;
  /** A handler of the whole program, or the root (B7). */
  programSegment(index: number): Segment | undefined;
  /** The object that `EncodeOptions.external` gave this number (B8). */
  external?(number: number): object | undefined;
  /**
   * The program's own value of a unit, class or trait that captured nothing, so that it is the same one (`==`) before and
   * after. Without it, each decoding makes one of its own.
   */
  own?(id: string): Closure | ClassValue | TraitValue | undefined;
}

export interface EncodeOptions {
  /** Index of a handler of the whole program (B7); by default the machine's. */
  readonly programIndex?: (segment: Segment) => number;
  /**
   * The number of an object that is kept elsewhere, such as one that a global variable holds and that is stored with the
   * globals: it is not written again, and stays one object (B8). Undefined for all others.
   */
  readonly external?: (object: object) => number | undefined;
  /** Told of each future, channel and atomic that is met, once. */
  readonly met?: (shared: Future | Channel | Atomic) => void;
  /** How many bytes it may become; then encoding ends with a TooLargeError. */
  readonly most?: number;
}
