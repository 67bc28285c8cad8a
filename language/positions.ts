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
  readonly length: number;
  /** Where each line starts. */
  readonly starts: Int32Array;
  /** Where each line ends, its line break excluded. */
  readonly ends: Int32Array;
}

const NEWLINE = 10;
const RETURN = 13;

export function lineIndex(text: string): LineIndex {
  // Made at every edit of a file: so in numbers of four bytes that nobody has to collect.
  let starts = new Int32Array(64 + (text.length >> 4));
  let lines = 1;
  const add = (start: number): void => {
    if (lines === starts.length) {
      const longer = new Int32Array(2 * lines);
      longer.set(starts);
      starts = longer;
    }
    starts[lines++] = start;
  };
  if (text.includes("\r")) {
    const breaks = /\r\n|\n|\r/g;
    while (breaks.test(text)) add(breaks.lastIndex);
  } else for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) add(at + 1);

  const ends = new Int32Array(lines);
  for (let line = 0; line < lines - 1; line++) {
    const last = starts[line + 1]! - 1;
    const isPair = text.charCodeAt(last) === NEWLINE && text.charCodeAt(last - 1) === RETURN;
    ends[line] = isPair ? last - 1 : last;
  }
  ends[lines - 1] = text.length;
  return { length: text.length, starts: starts.subarray(0, lines), ends };
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
  let low = 0;
  let high = index.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (index.starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function inLine(index: LineIndex, line: number, at: number): number {
  return Math.max(0, Math.min(at, index.ends[line]!) - index.starts[line]!);
}

function offsetIn(index: LineIndex, line: number, column: number): Offset {
  if (line < 0) return offset(0);
  if (line >= index.starts.length) return offset(index.length);
  return offset(Math.min(index.starts[line]! + Math.max(0, column), index.ends[line]!));
}
