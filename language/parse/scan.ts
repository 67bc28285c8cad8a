// A quick look at a text before it is parsed: its tokens, roughly, and its comments. It serves three readers:
// items.ts splits a file by it, parse.ts counts nesting with it, and build.ts takes comments and docs from it.
//
// It never fails. Text that is broken is read in the way that harms least:
//   S1. A string or block comment that is never closed ends with its line.
//   S2. A quote that does not make a character literal is a mark like any other.

import type { Comment } from "../ast.ts";

export type TokenKind = "word" | "number" | "string" | "open" | "close" | "mark";

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** What a `TokenTable` calls the kinds. */
export enum Kind {
  Word,
  Number,
  String,
  Open,
  Close,
  Mark,
}
const NAMES: readonly TokenKind[] = ["word", "number", "string", "open", "close", "mark"];

/** Tokens as columns: a file has tens of thousands, and an object for each would be thrown away at the next edit. */
export class TokenTable {
  length = 0;
  kinds = new Uint8Array(64);
  starts = new Int32Array(64);
  ends = new Int32Array(64);

  add(kind: Kind, start: number, end: number): void {
    if (this.length === this.kinds.length) this.#grow();
    this.kinds[this.length] = kind;
    this.starts[this.length] = start;
    this.ends[this.length++] = end;
  }

  #grow(): void {
    const { kinds, starts, ends } = this;
    const size = 4 * kinds.length;
    this.kinds = new Uint8Array(size);
    this.starts = new Int32Array(size);
    this.ends = new Int32Array(size);
    this.kinds.set(kinds);
    this.starts.set(starts);
    this.ends.set(ends);
  }

  toTokens(): Token[] {
    return Array.from({ length: this.length }, (_, index) => ({
      kind: NAMES[this.kinds[index]!]!,
      start: this.starts[index]!,
      end: this.ends[index]!,
    }));
  }
}

export class Scan {
  readonly text: string;
  readonly table: TokenTable;
  readonly comments: readonly Comment[];
  /** Some string is never closed. */
  readonly openString: boolean;
  #tokens: readonly Token[] | null = null;

  constructor(text: string, table: TokenTable, comments: readonly Comment[], openString: boolean) {
    this.text = text;
    this.table = table;
    this.comments = comments;
    this.openString = openString;
  }

  /** The tokens of the table. */
  get tokens(): readonly Token[] {
    this.#tokens ??= this.table.toTokens();
    return this.#tokens;
  }
}

const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const APOSTROPHE = 39;
const STAR = 42;
const SLASH = 47;
const BACKSLASH = 92;

/** The text of a token. */
export function textOf(scan: Scan, token: Token): string {
  return scan.text.slice(token.start, token.end);
}

/** The text of the token at `index`; empty when there is none. */
export function wordAt({ text, table }: Scan, index: number): string {
  return index < table.length ? text.slice(table.starts[index], table.ends[index]) : "";
}

/** Whether the token at `index` is the first thing on its line, without indentation. */
export function startsLine({ text, table }: Scan, index: number): boolean {
  const start = table.starts[index]!;
  return start === 0 || text.charCodeAt(start - 1) === NEWLINE;
}

/** The words that begin a declaration or a handler; see also `startsDeclaration`. */
const DECLARING = new Set("var const fun async class trait layout packed union gene test import handle".split(" "));

/** Whether the token at `index` begins a declaration; an anonymous `fun (…)` does not. */
export function startsDeclaration(scan: Scan, index: number): boolean {
  const { kinds } = scan.table;
  const word = wordAt(scan, index);
  if (word === "@") return true;
  if (kinds[index] !== Kind.Word || !DECLARING.has(word)) return false;
  const hasNext = index + 1 < scan.table.length;
  if (word === "async") return hasNext && startsDeclaration(scan, index + 1);
  return word !== "fun" || (hasNext && kinds[index + 1] === Kind.Word);
}

/** Where a string runs over a line that looks like a declaration, and what there was before. */
interface Crossing {
  readonly at: number;
  readonly tokens: number;
  readonly comments: number;
}

/**
 * Tokens and comments of `text`. Operators of several characters are several marks.
 *
 * When some quote is never closed, strings and code have changed places from there on. So a string that runs over a line which
 * looks like a declaration then ends with its first line: the text is read again from the first of these.
 */
export function scan(text: string): Scan {
  const table = new TokenTable();
  const comments: Comment[] = [];
  const { openString, crossing } = scanFrom(text, 0, false, table, comments);
  if (openString && crossing !== null) {
    table.length = crossing.tokens;
    comments.length = crossing.comments;
    scanFrom(text, crossing.at, true, table, comments);
  }
  return new Scan(text, table, comments, openString);
}

function scanFrom(text: string, from: number, cutStrings: boolean, table: TokenTable, comments: Comment[]) {
  let openString = false;
  let crossing: Crossing | null = null;
  let at = from;
  const push = (kind: Kind, start: number, end: number): void => {
    table.add(kind, start, end);
    at = end;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === 0xfeff) at++;
    else if (isWordCode(code)) push(isDigit(code) ? Kind.Number : Kind.Word, at, endOfWord(text, at, isDigit(code)));
    else if (code === SLASH && text.charCodeAt(at + 1) === SLASH) {
      const end = endOfLine(text, at);
      const isDoc = text.charCodeAt(at + 2) === SLASH && text.charCodeAt(at + 3) !== SLASH;
      comments.push({ style: isDoc ? "doc" : "line", start: at, end });
      at = end;
    } else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      const close = text.indexOf("*/", at + 2);
      const end = close < 0 ? endOfLine(text, at) : close + 2;
      comments.push({ style: "block", start: at, end });
      at = end;
    } else if (code === QUOTE) {
      const close = endOfString(text, at);
      if (close === null) openString = true;
      const crosses = close !== null && DECLARATION_LINE.test(text.slice(at, close));
      if (crosses) crossing ??= { at, tokens: table.length, comments: comments.length };
      push(Kind.String, at, close === null || (crosses && cutStrings) ? endOfLine(text, at) : close);
    } else if (code === APOSTROPHE) {
      const end = endOfCharacter(text, at);
      push(end === null ? Kind.Mark : Kind.String, at, end ?? at + 1);
    } else push(OPENING.has(code) ? Kind.Open : CLOSING.has(code) ? Kind.Close : Kind.Mark, at, at + 1);
  }
  return { openString, crossing };
}

const OPENING = new Set([..."([{"].map((c) => c.charCodeAt(0)));
const CLOSING = new Set([...")]}"].map((c) => c.charCodeAt(0)));
const DECLARATION_LINE = /\n(?:var|const|fun|async|class|trait|layout|packed|union|gene|test|import|handle)\b|\n@[a-z]/;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code) || code === 95;
}

/** A number takes its fraction along, but not the `..` of a range. */
function endOfWord(text: string, start: number, isNumber: boolean): number {
  let end = start + 1;
  while (
    isWordCode(text.charCodeAt(end)) ||
    (isNumber && text[end] === "." && isDigit(text.charCodeAt(end + 1)) && text[end - 1] !== ".")
  )
    end++;
  return end;
}

export function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

/** Where the string that starts at `start` ends, after its closing quote; null when it is never closed. */
function endOfString(text: string, start: number): number | null {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return null;
}

function endOfCharacter(text: string, start: number): number | null {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === APOSTROPHE) return at === start + 1 ? null : at + 1;
    if (code === NEWLINE) return null;
    if (code === BACKSLASH) at++;
  }
  return null;
}

/** Documentation by the offset of the token it stands before: `///` lines, without the slashes and one space. */
export function docsByOffset(scan: Scan): Map<number, string> {
  const docs = new Map<number, string>();
  const { starts, length } = scan.table;
  let next = 0;
  for (const comment of scan.comments) {
    if (comment.style !== "doc") continue;
    while (next < length && starts[next]! < comment.start) next++;
    if (next === length) break;
    const start = starts[next]!;
    const line = scan.text
      .slice(comment.start + 3, comment.end)
      .replace(/^[ \t]/, "")
      .trimEnd();
    const above = docs.get(start);
    docs.set(start, above === undefined ? line : `${above}\n${line}`);
  }
  return docs;
}

/** Where the last token before `offset` ends: `offset` without the space and comments before it. */
export function trimEnd(scan: Scan, offset: number): number {
  let end = offset;
  for (;;) {
    while (end > 0 && scan.text.charCodeAt(end - 1) <= SPACE) end--;
    const comment = commentBefore(scan.comments, end);
    if (comment === undefined || comment.end < end) return end;
    end = comment.start;
  }
}

/** The last comment that starts before `offset`. */
export function commentBefore(comments: readonly Comment[], offset: number): Comment | undefined {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comments[middle]!.start < offset) low = middle + 1;
    else high = middle;
  }
  return comments[low - 1];
}
