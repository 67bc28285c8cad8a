// A quick look at a text before it is parsed: its tokens, roughly, and its comments. It serves three readers:
// items.ts splits a file by it, parse.ts counts nesting with it, and build.ts takes comments and docs from it.
//
// It never fails. Text that is broken is read in the way that harms least:
//   S1. A string or block comment that is never closed ends with its line.
//   S2. A quote that does not make a character literal is a mark like any other.
//   S3. When some quote is never closed, strings and code have changed places from there on. So everywhere in such a text a
//       string that runs over a line which looks like a declaration ends with its first line.
//
// `scanAgain` reads an edited text around the edit only:
//
//   S4. What a token or comment is depends on the text before the end of its line, and on S3. The exceptions are kept in
//       `loose`; and a character literal goes on behind a line that ends in a backslash.
//   S5. What is read from a place between tokens depends on the text behind it, and on S3.

import type { Comment } from "../ast.ts";
import { keepOne } from "./keep-one.ts";

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
  kinds: Uint8Array;
  /** The first character of each; 0 when it is not ASCII. */
  signs: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;

  constructor(capacity = 64) {
    this.kinds = new Uint8Array(capacity);
    this.signs = new Uint8Array(capacity);
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
  }

  add(kind: Kind, sign: number, start: number, end: number): void {
    if (this.length === this.kinds.length) this.#grow();
    this.kinds[this.length] = kind;
    this.signs[this.length] = sign < 128 ? sign : 0;
    this.starts[this.length] = start;
    this.ends[this.length++] = end;
  }

  /** Adds the tokens of another table from `first` to before `last`, `by` characters further on. */
  addAll(from: TokenTable, first: number, last: number, by: number): void {
    const { length } = this;
    this.length += last - first;
    while (this.length > this.kinds.length) this.#grow();
    this.kinds.set(from.kinds.subarray(first, last), length);
    this.signs.set(from.signs.subarray(first, last), length);
    this.starts.set(from.starts.subarray(first, last), length);
    this.ends.set(from.ends.subarray(first, last), length);
    if (by === 0) return;
    for (let index = length; index < this.length; index++) {
      this.starts[index]! += by;
      this.ends[index]! += by;
    }
  }

  /** How many tokens end at or before `offset`. */
  countBefore(offset: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const { kinds, signs, starts, ends } = this;
    const size = 4 * kinds.length;
    this.kinds = new Uint8Array(size);
    this.signs = new Uint8Array(size);
    this.starts = new Int32Array(size);
    this.ends = new Int32Array(size);
    this.kinds.set(kinds);
    this.signs.set(signs);
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
  /** Some quote is never closed (S3). */
  readonly openQuote: boolean;
  /** Where strings and block comments start that are never closed, and strings that S3 cuts or would cut. */
  readonly loose: readonly number[];
  #tokens: readonly Token[] | null = null;

  constructor(
    text: string,
    table: TokenTable,
    comments: readonly Comment[],
    openQuote: boolean,
    loose: readonly number[],
  ) {
    this.text = text;
    this.table = table;
    this.comments = comments;
    this.openQuote = openQuote;
    this.loose = loose;
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

/** Tokens and comments of `text`. Operators of several characters are several marks. */
export function scan(text: string): Scan {
  const openQuote = hasOpenQuote(text);
  const reader = new Reader(text, openQuote);
  keep(reader, text.length);
  reader.read(0);
  return new Scan(text, reader.table, reader.comments, openQuote, reader.loose);
}

/** A scan that was made from an older one. */
export interface Rescan {
  readonly scan: Scan;
  /** How many tokens both have in common, at the start and at the end. */
  readonly front: number;
  readonly behind: number;
}

/** What `scan` says of a text, found from what it said of another that has `prefix` and `suffix` in common with it. */
export function scanAgain(old: Scan, text: string, prefix: number, suffix: number): Rescan {
  const openQuote = hasOpenQuote(text);
  const { table, comments, loose } = old;
  const shift = text.length - old.text.length;
  const reader = new Reader(text, openQuote, table.length + 64);
  // S4: what is in front of the edit's line and of everything that is loose stays.
  const kept = table.countBefore(Math.min(startOfLine(text, prefix), loose[0] ?? prefix));
  const from = kept === 0 ? 0 : table.ends[kept - 1]!;
  reader.table.addAll(table, 0, kept, 0);
  for (const comment of comments) if (comment.start < from) reader.comments.push(comment);
  // S5: so does everything from the first old token on that a new one could begin at, behind the edit.
  const edited = Math.max(old.text.length - suffix, openQuote === old.openQuote ? 0 : (loose.at(-1) ?? -1) + 1);
  let next = table.countBefore(edited);
  let at = from;
  for (; next < table.length; next++) {
    const start = table.starts[next]!;
    if (start < edited) continue;
    at = reader.read(at, start + shift);
    if (at === start + shift) break;
  }
  if (next === table.length) reader.read(at);
  else {
    const rest = table.starts[next]!;
    reader.table.addAll(table, next, table.length, shift);
    for (const { style, start, end } of comments)
      if (start >= rest) reader.comments.push({ style, start: start + shift, end: end + shift });
    for (const start of loose) if (start >= rest) reader.loose.push(start + shift);
  }
  const scan = new Scan(text, reader.table, reader.comments, openQuote, reader.loose);
  return { scan, front: kept, behind: table.length - next };
}

/** Where the line of `offset` starts, or one before it whose end a character literal may reach over (S4). */
function startOfLine(text: string, offset: number): number {
  let newline = offset === 0 ? -1 : text.lastIndexOf("\n", offset - 1);
  while (newline > 0 && text.charCodeAt(newline - 1) === BACKSLASH) newline = text.lastIndexOf("\n", newline - 1);
  return newline + 1;
}

/** Whether some string is never closed. Goes from sign to sign: over a whole file, at every edit. */
function hasOpenQuote(text: string): boolean {
  const next = (sign: string, from: number): number => {
    const at = text.indexOf(sign, from);
    return at < 0 ? text.length : at;
  };
  const endOfComment = commentEnds(text);
  let quote = next('"', 0);
  let apostrophe = next("'", 0);
  let slash = next("/", 0);
  while (quote < text.length) {
    let at = Math.min(quote, apostrophe, slash);
    if (at === quote) {
      const close = endOfString(text, at);
      if (close === null) return true;
      at = close;
    } else at = (at === slash ? endOfComment(at) : endOfCharacter(text, at)) ?? at + 1;
    if (quote < at) quote = next('"', at);
    if (apostrophe < at) apostrophe = next("'", at);
    if (slash < at) slash = next("/", at);
  }
  return false;
}

const keep = keepOne<Reader>();

class Reader {
  readonly comments: Comment[] = [];
  readonly loose: number[] = [];
  readonly table: TokenTable;
  readonly #text: string;
  readonly #openQuote: boolean;
  readonly #endOfComment: (start: number) => number | null;

  constructor(text: string, openQuote: boolean, capacity?: number) {
    this.#text = text;
    this.#endOfComment = commentEnds(text);
    this.#openQuote = openQuote;
    this.table = new TokenTable(capacity);
  }

  /** Reads from a place between tokens to the first at or behind `limit`, and says where that is. */
  read(from: number, limit = this.#text.length): number {
    const text = this.#text;
    const { table } = this;
    let at = from;
    while (at < limit) {
      const code = text.charCodeAt(at);
      const start = at;
      if (code <= SPACE || code === 0xfeff) at++;
      else if (isWordCode(code)) {
        at = endOfWord(text, at, isDigit(code));
        table.add(isDigit(code) ? Kind.Number : Kind.Word, code, start, at);
      } else if (code === QUOTE) {
        at = this.#endOfString(at);
        table.add(Kind.String, code, start, at);
      } else if (code === APOSTROPHE) {
        const end = endOfCharacter(text, at);
        at = end ?? at + 1;
        table.add(end === null ? Kind.Mark : Kind.String, code, start, at);
      } else {
        const end = code === SLASH ? this.#endOfComment(at) : null;
        at = end ?? at + 1;
        if (end !== null) this.#addComment(start, end);
        else table.add(OPENING.has(code) ? Kind.Open : CLOSING.has(code) ? Kind.Close : Kind.Mark, code, start, at);
      }
    }
    return at;
  }

  #addComment(start: number, end: number): void {
    const comment: Comment = { style: styleOf(this.#text, start), start, end };
    if (isOpenComment(this.#text, comment)) this.loose.push(start);
    this.comments.push(comment);
  }

  /** S1, S3. */
  #endOfString(start: number): number {
    const close = endOfString(this.#text, start);
    const isOneLine = close !== null && endOfLine(this.#text, start) >= close;
    if (isOneLine || (close !== null && !DECLARATION_LINE.test(this.#text.slice(start, close)))) return close;
    this.loose.push(start);
    return close === null || this.#openQuote ? endOfLine(this.#text, start) : close;
  }
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

/** Tells where the comment that starts at an offset ends; null when none does. */
function commentEnds(text: string): (start: number) => number | null {
  /** Behind a block comment that is never closed no other is: the rest of the text is looked through once. */
  let unclosed = text.length;
  return (start) => {
    const next = text.charCodeAt(start + 1);
    if (next === SLASH) return endOfLine(text, start);
    if (next !== STAR) return null;
    const close = start < unclosed ? text.indexOf("*/", start + 2) : -1;
    if (close >= 0) return close + 2;
    unclosed = Math.min(unclosed, start);
    return endOfLine(text, start);
  };
}

function styleOf(text: string, start: number): Comment["style"] {
  if (text.charCodeAt(start + 1) === STAR) return "block";
  return text.charCodeAt(start + 2) === SLASH && text.charCodeAt(start + 3) !== SLASH ? "doc" : "line";
}

/** Whether a comment is never closed. */
export function isOpenComment(text: string, { style, start, end }: Comment): boolean {
  return style === "block" && (end - start < 4 || !text.startsWith("*/", end - 2));
}

/** Where the string that starts at `start` ends, after its closing quote; null when it is never closed. */
function endOfString(text: string, start: number): number | null {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - 1 - backslashes > start && text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
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
