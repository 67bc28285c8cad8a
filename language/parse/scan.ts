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

export interface Scan {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  /** Some string is never closed. */
  readonly openString: boolean;
}

const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const APOSTROPHE = 39;
const STAR = 42;
const SLASH = 47;
const BACKSLASH = 92;

/** Tokens and comments of `text`. Operators of several characters are several marks. */
export function scan(text: string): Scan {
  const found = scanWith(text, false);
  return found.openString ? { ...scanWith(text, true), openString: true } : found;
}

/** The text of a token. */
export function textOf(scan: Scan, token: Token): string {
  return scan.text.slice(token.start, token.end);
}

/** Whether a token is the first thing on its line, without indentation. */
export function startsLine(scan: Scan, token: Token): boolean {
  return token.start === 0 || scan.text.charCodeAt(token.start - 1) === NEWLINE;
}

/** The words that begin a declaration or a handler; see also `startsDeclaration`. */
const DECLARING = new Set("var const fun async class trait layout packed union gene test import handle".split(" "));

/** Whether the token at `index` begins a declaration; an anonymous `fun (…)` does not. */
export function startsDeclaration(scan: Scan, index: number): boolean {
  const token = scan.tokens[index];
  if (token === undefined) return false;
  const word = textOf(scan, token);
  if (word === "@") return true;
  if (token.kind !== "word" || !DECLARING.has(word)) return false;
  const next = scan.tokens[index + 1];
  if (word === "async") return next !== undefined && startsDeclaration(scan, index + 1);
  return word !== "fun" || next?.kind === "word";
}

/**
 * `cutStrings`: some quote is never closed, so from there on strings and code have changed places. A string that runs
 * over a line which looks like a declaration then ends with its first line.
 */
function scanWith(text: string, cutStrings: boolean): Scan {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  let openString = false;
  let at = 0;
  const push = (kind: TokenKind, start: number, end: number): void => {
    tokens.push({ kind, start, end });
    at = end;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === 0xfeff) at++;
    else if (isWordCode(code)) push(isDigit(code) ? "number" : "word", at, endOfWord(text, at, isDigit(code)));
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
      const closed = close !== null && !(cutStrings && DECLARATION_LINE.test(text.slice(at, close)));
      if (close === null) openString = true;
      push("string", at, closed ? close : endOfLine(text, at));
    } else if (code === APOSTROPHE) {
      const end = endOfCharacter(text, at);
      push(end === null ? "mark" : "string", at, end ?? at + 1);
    } else if (OPENING.has(code)) push("open", at, at + 1);
    else if (CLOSING.has(code)) push("close", at, at + 1);
    else push("mark", at, at + 1);
  }
  return { text, tokens, comments, openString };
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
  let next = 0;
  for (const comment of scan.comments) {
    if (comment.style !== "doc") continue;
    while (next < scan.tokens.length && scan.tokens[next]!.start < comment.start) next++;
    const token = scan.tokens[next];
    if (token === undefined) break;
    const line = scan.text
      .slice(comment.start + 3, comment.end)
      .replace(/^[ \t]/, "")
      .trimEnd();
    const above = docs.get(token.start);
    docs.set(token.start, above === undefined ? line : `${above}\n${line}`);
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
