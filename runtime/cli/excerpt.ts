// A piece of source text as it is shown under a message: its line, and carets below what is meant.
//
// X1. A tab goes to the next of TAB columns, in the line and below it. Columns are counted as a terminal shows characters
//     (wide ones as two), which is not what positions count.
// X2. A long line is cut around what is meant. Control characters are shown as U+FFFD: a program's text cannot write to the
//     terminal.
// X3. What goes over several lines is shown on its first.

import { eastAsianWidth } from "get-east-asian-width";
import type { Span } from "../../language/ast.ts";
import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import type { Paint } from "./paint.ts";

const TAB = 4;
const WIDEST = 160;
const BEFORE = 60;

export interface ExcerptOptions {
  readonly paint: Paint;
  /** Number of the text's first line, when the text is a part of its file. */
  readonly firstLine?: number;
  /** The carets' colour. */
  readonly color?: "error" | "warning" | "info";
}

/** Two lines: the source, and what is meant in it. */
export function excerpt(text: string, span: Span, options: ExcerptOptions): string[] {
  const { paint, firstLine = 1, color = "error" } = options;
  const index = lineIndex(text);
  const { line } = toLineColumn(index, offset(span.start));
  const lineStart = index.starts[line - 1]!;
  const lineEnd = index.ends[line - 1]!;
  const start = Math.min(span.start, lineEnd);

  const isLong = lineEnd - lineStart > WIDEST;
  const from = isLong && start - lineStart > BEFORE ? start - BEFORE : lineStart;
  const to = Math.min(lineEnd, from + WIDEST);
  const end = Math.max(start, Math.min(span.end, to));
  const before = printable(text.slice(from, start), 0);
  const meant = printable(text.slice(start, end), widthOf(before));
  const after = printable(text.slice(end, to), widthOf(before + meant));
  const [more, rest] = [from > lineStart ? "…" : "", to < lineEnd ? "…" : ""];

  const number = String(line + firstLine - 1).padStart(4);
  const indent = " ".repeat(widthOf(more + before));
  const carets = "^".repeat(Math.max(1, widthOf(meant)));
  return [
    `${paint.dim(`${number} |`)} ${more}${before}${meant}${after}${rest}`,
    `${paint.dim(`${" ".repeat(number.length)} |`)} ${indent}${paint[color](carets)}`,
  ];
}

/** X1, X2; `column`: where the text begins. */
function printable(text: string, column: number): string {
  let width = column;
  const shown = text
    .replace(UNPRINTABLE, "\ufffd")
    .split("\t")
    .map((piece, i, all) => {
      width += widthOf(piece);
      const spaces = i < all.length - 1 ? TAB - (width % TAB) : 0;
      width += spaces;
      return piece + " ".repeat(spaces);
    });
  return shown.join("");
}

/** A text of somebody else as one line that changes nothing but itself on a terminal (X2). */
export const oneLine = (text: string): string => text.replace(UNPRINTABLE, "\ufffd").replaceAll("\t", " ");

/** Columns of a printable text. Not npm's `string-width`: its pattern of all emoji takes longer to load than a program to run. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    if (!/[\p{Mark}\u200b-\u200d]/u.test(character)) width += eastAsianWidth(character.codePointAt(0)!);
  return width;
}

/** Controls but the tab, halves of surrogate pairs, line separators, and what changes the direction of text. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;
