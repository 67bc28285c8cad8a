// A piece of source text as it is shown under a message: its line, and carets below what is meant.
//
// X1. A tab takes up to TAB columns, in the line and below it. Columns are counted in characters as a terminal shows them
//     (wide ones as two), which is not what positions count.
// X2. A long line is cut around what is meant. Control characters are shown as U+FFFD: a program's text cannot write to the
//     terminal.
// X3. What goes over several lines is shown on its first.

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
  /** The caret's colour. */
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
  const end = Math.max(start, Math.min(span.end, lineEnd));

  const cutAt = lineEnd - lineStart > WIDEST && start - lineStart > BEFORE ? start - BEFORE : lineStart;
  const cutEnd = Math.min(lineEnd, cutAt + WIDEST);
  const before = printable(text.slice(cutAt, start), 0);
  const meant = printable(text.slice(start, Math.min(end, cutEnd)), widthOf(before));
  const after = printable(text.slice(Math.min(end, cutEnd), cutEnd), widthOf(before) + widthOf(meant));
  const open = cutAt > lineStart ? "…" : "";
  const close = cutEnd < lineEnd ? "…" : "";

  const number = String(line + firstLine - 1).padStart(4);
  const gutter = " ".repeat(number.length);
  const carets = "^".repeat(Math.max(1, widthOf(meant)));
  return [
    `${paint.dim(`${number} |`)} ${open}${before}${meant}${after}${close}`,
    `${paint.dim(`${gutter} |`)} ${" ".repeat(widthOf(open) + widthOf(before))}${paint[color](carets)}`,
  ];
}

/** X1, X2; `column`: where the text begins. */
function printable(text: string, column: number): string {
  let out = "";
  let at = column;
  for (const character of text) {
    const shown = character === "\t" ? " ".repeat(TAB - (at % TAB)) : character.replace(UNPRINTABLE, "\ufffd");
    out += shown;
    at += widthOf(shown);
  }
  return out;
}

// Controls, halves of surrogate pairs, line separators, and what changes the direction of text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Columns of a text on a terminal. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

const COMBINING = /\p{Mn}|\p{Me}|[\u200b-\u200d\ufe00-\ufe0f]/u;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
