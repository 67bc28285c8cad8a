// Syntax errors in our words: what was expected, after what, and where. A message names one thing; what Ohm expected at
// its right-most failure, often forty tokens, is boiled down to it.

import grammars from "../../syntaxes/walia.ohm-bundle.js";
import type * as ast from "../ast.ts";
import { endOfLine, type Scan, type Token, trimEnd } from "./scan.ts";

/** `expected WHAT after TOKEN`, where TOKEN is the last one before `offset`. */
export function expected(what: string, scan: Scan, offset: number): ast.SyntaxError {
  const before = tokenBefore(scan, offset);
  if (before === null) return { start: offset, end: offset, message: `expected ${what}` };
  return { ...before, message: `expected ${what} after \`${shown(scan.text.slice(before.start, before.end))}\`` };
}

/** The token at or behind `offset` does not belong there. */
export function unexpected(scan: Scan, offset: number): ast.SyntaxError {
  const token = scan.tokens[tokensBefore(scan, offset)];
  if (token === undefined) return { start: offset, end: offset, message: "unexpected end" };
  const { start, end } = withOperator(scan, token);
  return { start, end, message: `unexpected \`${shown(scan.text.slice(start, end))}\`` };
}

/** An opening bracket or quote without its partner. */
export function neverClosed(scan: Scan, offset: number): ast.SyntaxError {
  const start = offset;
  const message = `this \`${scan.text[start]}\` is never closed`;
  return { start, end: start + 1, message };
}

/** An expression that is too long to be a tree that is not too deep. */
export function tooLongChain(limit: number): string {
  return `too long: more than ${limit} operators in one expression`;
}

/** Why the text from `start` to `end` is no `rule` of the grammar. */
export function whyNot(rule: string, scan: Scan, start: number, end: number): ast.SyntaxError {
  const last = trimEnd(scan, end);
  const match = grammars.Walia.match(scan.text.slice(start, last), rule);
  if (!match.failed()) return unexpected(scan, start);
  const offset = start + match.getRightmostFailurePosition();
  if (offset === start) return rule === "arm" ? expected("a pattern", scan, start) : unexpected(scan, start);
  const what = boiledDown(wantedBy(match.shortMessage ?? ""));
  if (what === null) return unexpected(scan, offset);
  const before = tokenBefore(scan, offset);
  const special = before === null ? undefined : STRINGS[scan.text.slice(before.start, before.end)];
  return expected(what === "a string" && special !== undefined ? special : what, scan, offset);
}

/** The things Ohm lists: `Line 1, col 5: expected a name, "(" or not "="`. */
function wantedBy(ohmMessage: string): ReadonlySet<string> {
  const list = ohmMessage.slice(ohmMessage.indexOf("expected ") + "expected ".length).split(/, or |, | or /);
  return new Set(list.filter((thing) => !thing.startsWith("not ")).map((thing) => thing.replace(/^"(.*)"$/, "$1")));
}

/** What the string behind a keyword says. */
const STRINGS: Readonly<Record<string, string>> = {
  handle: "the name of an effect, in quotes,",
  import: "a path, in quotes,",
  test: "a title, in quotes,",
};

function boiledDown(wanted: ReadonlySet<string>): string | null {
  if (wanted.has("a name") && wanted.has("a string")) return wanted.has("[") ? "an expression" : "a pattern";
  if (wanted.has("a name")) return "a name";
  if (wanted.has("a string")) return "a string";
  const token = ["=>", "in", "(", "{", ")", "]", ":", "fun", "layout"].find((text) => wanted.has(text));
  return token === undefined ? null : `\`${token}\``;
}

/** One message a line is enough: what follows a mistake on its line is mostly its consequence. */
export function firstOfEachLine(scan: Scan, errors: readonly ast.SyntaxError[]): ast.SyntaxError[] {
  const kept: ast.SyntaxError[] = [];
  let lineEnd = -1;
  for (const error of [...errors].sort((a, b) => a.start - b.start)) {
    if (error.start <= lineEnd) continue;
    kept.push(error);
    lineEnd = endOfLine(scan.text, error.start);
  }
  return kept;
}

// ---- Tokens ----

const OPERATORS = new Set("=> |> == != <= >= .. ~= && || << >>".split(" "));

/** How many tokens end at or before `offset`. */
function tokensBefore(scan: Scan, offset: number): number {
  let low = 0;
  let high = scan.tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scan.tokens[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tokenBefore(scan: Scan, offset: number): ast.Span | null {
  const token = scan.tokens[tokensBefore(scan, offset) - 1];
  if (token === undefined) return null;
  const isPair = token.kind === "mark" && OPERATORS.has(scan.text.slice(token.end - 2, token.end));
  return { start: isPair ? token.end - 2 : token.start, end: token.end };
}

function withOperator(scan: Scan, { kind, start, end }: Token): ast.Span {
  return { start, end: kind === "mark" && OPERATORS.has(scan.text.slice(start, start + 2)) ? start + 2 : end };
}

/** A token as a message shows it. */
function shown(token: string): string {
  const line = token.split("\n", 1)[0]!;
  return line.length > 24 || line.length < token.length ? `${line.slice(0, 20)}…` : line;
}
