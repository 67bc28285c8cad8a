// Positions in a text, as types that cannot be mixed up. Conversions are here and nowhere else.
//
//   Offset       UTF-16 units from the start of the file                          our own coordinate
//   LineColumn   line and column counted from 1, columns in UTF-16 units          terminal, debug adapter
//   LspPosition  line and character counted from 0, characters in UTF-16 units    language server
//
// A client of the language server may count characters in another encoding (`Encoding`); `unitsOf` and `utf16Of` convert them,
// of a piece of a line.
//
// P1. A line ends with "\n", "\r\n" or a lone "\r"; a position never points between "\r" and "\n".
// P2. Conversions clamp: a position after the end of its line means the end of that line, as editors do.

import { commonEnds } from "./common-ends.ts";

declare const offsetBrand: unique symbol;
declare const lineColumnBrand: unique symbol;
declare const lspBrand: unique symbol;

export type Offset = number & { readonly [offsetBrand]: true };
export type LineColumn = { readonly line: number; readonly column: number } & { readonly [lineColumnBrand]: true };
export type LspPosition = { readonly line: number; readonly character: number } & { readonly [lspBrand]: true };

export const offset = (value: number): Offset => value as Offset;
export const lineColumn = (line: number, column: number): LineColumn => ({ line, column }) as LineColumn;
export const lspPosition = (line: number, character: number): LspPosition => ({ line, character }) as LspPosition;

/** The lines of one version of a text. */
export interface LineIndex {
  readonly text: string;
  /** Where each line starts. */
  readonly starts: Int32Array;
  /** Where each line ends, its line break excluded. */
  readonly ends: Int32Array;
}

const RETURN = 13;

/** The lines of a text. Of those of an earlier version, `old`, it takes what an edit has left. */
export function lineIndex(text: string, old: LineIndex = EMPTY): LineIndex {
  const { prefix, suffix } = commonEnds(old.text, text);
  const shift = text.length - old.text.length;
  // Whether a line starts at a place is said by the two characters before it and the one behind it (P1).
  const kept = old.starts.subarray(0, Math.max(1, firstAtLeast(old.starts, prefix)));
  const moved = old.starts.subarray(firstAtLeast(old.starts, old.text.length - suffix + 2));
  const from = kept.at(-1)!;
  const made = startsIn(text.slice(from, moved.length > 0 ? moved[0]! + shift : text.length), from);
  if (moved.length > 0) made.pop();

  // In numbers of four bytes that nobody has to collect.
  const starts = new Int32Array(kept.length + made.length + moved.length);
  starts.set(kept);
  starts.set(made, kept.length);
  const behind = kept.length + made.length;
  for (let line = 0; line < moved.length; line++) starts[behind + line] = moved[line]! + shift;
  return { text, starts, ends: endsOf(text, starts) };
}

const EMPTY: LineIndex = { text: "", starts: new Int32Array(1), ends: new Int32Array(1) };

/** Where lines start behind the first one, in a piece of a text. */
function startsIn(piece: string, from: number): number[] {
  const found: number[] = [];
  const breaks = /\r\n|\n|\r/g;
  while (breaks.test(piece)) found.push(from + breaks.lastIndex);
  return found;
}

function endsOf(text: string, starts: Int32Array): Int32Array {
  const ends = new Int32Array(starts.length);
  const hasReturns = text.includes("\r");
  for (let line = 0; line < ends.length - 1; line++) {
    const last = starts[line + 1]! - 1;
    ends[line] =
      hasReturns && text.charCodeAt(last - 1) === RETURN && text.charCodeAt(last) !== RETURN ? last - 1 : last;
  }
  ends[ends.length - 1] = text.length;
  return ends;
}

/** The first of some growing numbers that is `least` or more, by its index. */
function firstAtLeast(numbers: Int32Array, least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function toLineColumn(index: LineIndex, at: Offset): LineColumn {
  const line = lineOf(index, at);
  return lineColumn(line + 1, inLine(index, line, at) + 1);
}

export function fromLineColumn(index: LineIndex, at: LineColumn): Offset {
  return offsetIn(index, at.line - 1, at.column - 1);
}

export function toLsp(index: LineIndex, at: Offset): LspPosition {
  const line = lineOf(index, at);
  return lspPosition(line, inLine(index, line, at));
}

export function fromLsp(index: LineIndex, at: LspPosition): Offset {
  return offsetIn(index, at.line, at.character);
}

/** What a client counts characters in: bytes, UTF-16 units, or code points (LSP 3.17, PositionEncodingKind). */
export type Encoding = "utf-8" | "utf-16" | "utf-32";

/** How many units of an encoding a text takes. Half a surrogate pair counts as the character that replaces it in UTF-8. */
export function unitsOf(text: string, encoding: Encoding): number {
  if (encoding === "utf-16") return text.length;
  let units = 0;
  for (const character of text) units += widthOf(character, encoding);
  return units;
}

/** How many UTF-16 units the first `units` units of a text are; a place inside a character means its beginning (P2). */
export function utf16Of(text: string, units: number, encoding: Encoding): number {
  if (encoding === "utf-16") return Math.min(units, text.length);
  let at = 0;
  let left = units;
  for (const character of text) {
    left -= widthOf(character, encoding);
    if (left < 0) break;
    at += character.length;
  }
  return at;
}

function widthOf(character: string, encoding: "utf-8" | "utf-32"): number {
  if (encoding === "utf-32") return 1;
  const code = character.codePointAt(0)!;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x1_0000 ? 3 : 4;
}

/** The last line that starts at or before the offset. */
function lineOf(index: LineIndex, at: number): number {
  return Math.max(0, firstAtLeast(index.starts, at + 1) - 1);
}

function inLine(index: LineIndex, line: number, at: number): number {
  return Math.max(0, Math.min(at, index.ends[line]!) - index.starts[line]!);
}

function offsetIn(index: LineIndex, line: number, column: number): Offset {
  if (line < 0) return offset(0);
  if (line >= index.starts.length) return offset(index.text.length);
  return offset(Math.min(index.starts[line]! + Math.max(0, column), index.ends[line]!));
}
