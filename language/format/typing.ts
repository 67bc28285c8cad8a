// What a typed character changes: `}` formats the statement that it ends, `;` likewise, and a new line gets its indentation,
// also in a text that does not parse yet.

import type * as ast from "../ast.ts";
import { type Scan, scan } from "../parse/scan.ts";
import { INDENT } from "./document.ts";
import { formatRangeEdits, type TextEdit } from "./edits.ts";

/** `at` is behind the character. */
export function typingEdits(file: ast.FileTree, at: number, character: string): TextEdit[] {
  if (character === "\n") return indentLine(file.text, at);
  if (file.text[at - 1] !== character) return [];
  return formatRangeEdits(file, { start: at - 1, end: at }, at).filter(({ end }) => end <= at);
}

function indentLine(text: string, at: number): TextEdit[] {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = start + /^[ \t]*/.exec(text.slice(start, start + 1000))![0].length;
  const source = scan(text);
  if (isInside(source, start)) return [];
  const wanted = " ".repeat(INDENT * depthAt(source, start, end));
  return text.slice(start, end) === wanted ? [] : [{ start, end, text: wanted }];
}

/** Inside a string or a comment that began on a line above. */
function isInside({ tokens, comments }: Scan, at: number): boolean {
  const covers = ({ start, end }: ast.Span): boolean => start < at && end > at;
  return comments.some(covers) || tokens.some((token) => token.kind === "string" && covers(token));
}

/** How many lines with brackets that are still open stand above; a bracket that closes on this line counts no more. */
function depthAt({ text, tokens }: Scan, start: number, end: number): number {
  const open: number[] = [];
  for (const token of tokens) {
    if (token.start >= start && !(token.start === end && token.kind === "close")) break;
    if (token.kind === "open") open.push(text.lastIndexOf("\n", token.start));
    else if (token.kind === "close") open.pop();
  }
  return new Set(open).size;
}
