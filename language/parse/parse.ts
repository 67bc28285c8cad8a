// Text to tree. `parseItem` reads one item, `parseFile` a file item by item, keeping the trees of items whose text is
// known (ItemCache). Nothing here throws on a program:
//
// P1. Brackets nested deeper than MAX_NESTING are refused before Ohm, which recurses, sees them. What exhausts the
//     stack all the same ends in the same message.
// P2. So are chains of more than MAX_RUN tokens without a separator, which cannot be one expression within MAX_CHAIN,
//     and items longer than MAX_ITEM: Ohm keeps more than a kilobyte for every character it reads. So are more than MAX_OPEN
//     comments that are never closed: Ohm follows each to the end.
// P3. No tree is deeper than MAX_DEPTH, so that what walks it, or writes it as JSON, need not fear for its stack.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Grammar, Matcher, MatchResult } from "ohm-js";
import grammars from "../../syntaxes/walia.ohm-bundle.js";
import type * as ast from "../ast.ts";
import { commonEnds } from "../common-ends.ts";
import { build, MAX_CHAIN } from "./build.ts";
import { buildDraft } from "./draft.ts";
import { type Piece, type Split, split, splitAgain, splitAtDeclarations } from "./items.ts";
import { expected, firstOfEachLine, tooLongChain } from "./messages.ts";
import "./matching.ts";
import "./ohm.ts";
import { isOpenComment, Kind, type Scan, scan } from "./scan.ts";

/** Trees of items by their text. */
export interface ItemCache {
  get(text: string): ast.ItemTree | undefined;
  set(text: string, tree: ast.ItemTree): void;
}

/** With the default stack Ohm manages 137 levels of the worst kind, a lambda in a call in a lambda … [measured, Node 20]. */
export const MAX_NESTING = 100;
/** About 2 s and 700 MB [measured, 2 cores]. */
export const MAX_ITEM = 250_000;
export const MAX_DEPTH = 2000;
const MAX_RUN = 8 * MAX_CHAIN;
const MAX_OPEN = 50;

/** A cache that lives as long as the process. */
export function memoryCache(): ItemCache {
  return new Map<string, ast.ItemTree>();
}

/** SHA-256 of a text in UTF-8, the first 32 hexadecimal digits. */
export function hashOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}

/**
 * The newest version of a file, for the next one: who reads a file again and again has one of these for it. It begins empty.
 *
 * It is not in a WeakMap behind the tree. V8's quick collections take what is in a WeakMap for alive, and would carry along one
 * text and its tokens for each keystroke.
 */
export interface Newest {
  split?: Split;
}

/**
 * The tree of a file. Items whose text is in `cache` are not parsed again; and when `newest` has an earlier version of the
 * file, only the surroundings of what has changed since are split into items.
 */
export function parseFile(
  path: string,
  text: string,
  cache: ItemCache = memoryCache(),
  newest: Newest = {},
): ast.FileTree {
  const steps = parseSteps(path, text, cache, newest);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same with a pause after every item that is new, for who has other things to do meanwhile. */
export function* parseSteps(
  path: string,
  text: string,
  cache: ItemCache,
  newest: Newest,
): Generator<void, ast.FileTree> {
  const found = newest.split ? splitAgain(newest.split, text) : split(text);
  newest.split = found;
  const items: ast.Item[] = [];
  for (const { offset, piece } of found.items) {
    if (piece.parsed === undefined) {
      piece.parsed = itemsOf(piece, cache);
      yield;
    }
    for (const { offset: inside, tree } of piece.parsed) items.push({ offset: offset + inside, tree });
  }
  return { path, text, items };
}

/** The tree of one item, whatever its text is. */
export function parseItem(text: string): ast.ItemTree {
  if (text.length > MAX_ITEM) return tooLong(text);
  const source = scan(text);
  const errors: ast.SyntaxError[] = [];
  const statements = statementsOf(source, errors);
  return {
    text,
    hash: hashOf(text),
    statements,
    errors: firstOfEachLine(source, errors),
    comments: source.comments,
  };
}

// ---- Items ----

function itemsOf({ text, cut }: Piece, cache: ItemCache): ast.Item[] {
  const tree = cachedItem(text, cache);
  if (tree.errors.length === 0) return [{ offset: 0, tree: cut ? withSemicolon(tree) : tree }];
  if (text.length > MAX_ITEM) return [{ offset: 0, tree }];
  const pieces = splitAtDeclarations(text);
  if (pieces.length === 1) return [{ offset: 0, tree }];
  const items = pieces.map((piece) => ({ offset: piece.offset, tree: cachedItem(piece.text, cache) }));
  const faults = items.reduce((count, piece) => count + piece.tree.errors.length, 0);
  // A brace that is missing and one that is too many are two faults where the whole shows one.
  return faults <= tree.errors.length + 1 ? items : [{ offset: 0, tree }];
}

function cachedItem(text: string, cache: ItemCache): ast.ItemTree {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const tree = parseItem(text);
  cache.set(text, tree);
  return tree;
}

/** The tree of an item that another declaration cut short: it lacks its `;` unless it ends in a brace. */
function withSemicolon(tree: ast.ItemTree): ast.ItemTree {
  const last = scan(tree.text).tokens.at(-1);
  if (last === undefined || ";}".includes(tree.text[last.start]!)) return tree;
  return { ...tree, errors: [expected("`;`", scan(tree.text), last.end)] };
}

// ---- One item ----

function tooLong(text: string): ast.ItemTree {
  const start = Math.max(0, text.search(/\S/));
  const message = `too long: more than ${MAX_ITEM} characters in one declaration`;
  return {
    text,
    hash: hashOf(text),
    statements: [{ kind: "Error", start, end: text.length }],
    errors: [{ start, end: start + 1, message }],
    comments: [],
  };
}

function statementsOf(source: Scan, errors: ast.SyntaxError[]): readonly ast.Statement[] {
  const { text, table, comments } = source;
  const open = comments.filter((comment) => isOpenComment(text, comment));
  if (open.length > 0)
    errors.push({ start: open[0]!.start, end: open[0]!.start + 2, message: "this comment is never closed" });
  if (table.length === 0) return [];
  const first = { start: table.starts[0]!, end: table.ends[0]! };
  const unread = (): ast.Statement[] => [{ kind: "Error", start: first.start, end: table.ends[table.length - 1]! }];
  if (open.length > MAX_OPEN) return unread();

  const refused = (message: string, at: ast.Span): ast.Statement[] => {
    errors.push({ start: at.start, end: at.end, message });
    return unread();
  };
  const tooMuch = tooDeepOrLong(source);
  if (tooMuch !== null) return refused(tooMuch.message, tooMuch);
  try {
    const statements = matched(source, errors) ?? refused(UNREADABLE, first);
    // A tree is never deeper than its text is long.
    return text.length > MAX_DEPTH && depthOf(statements) > MAX_DEPTH ? refused(NESTED_TOO_DEEPLY, first) : statements;
  } catch (error) {
    // The stack was not enough. Anything else is our mistake, but must not take the editor down with it.
    return refused(error instanceof RangeError ? NESTED_TOO_DEEPLY : `${UNREADABLE}: ${String(error)}`, first);
  }
}

function matched(source: Scan, errors: ast.SyntaxError[]): readonly ast.Statement[] | null {
  const match = walia.match(source.text);
  if (!match.failed()) return build(match, source, errors);
  const draft = drafts.match(source.text);
  if (!draft.failed()) return buildDraft(draft, source, errors);
  return null;
}

/** Matches texts that are each much like the one before, as while somebody types: what both share is not matched again. */
class Rematcher {
  readonly #grammar: Grammar;
  #last: Matcher | null = null;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  match(text: string): MatchResult {
    const matcher = this.#matcherFor(text);
    // One that is stopped by an error in the middle is of no use any more.
    this.#last = null;
    const result = matcher.match();
    if (text.length <= MAX_KEPT) this.#last = matcher;
    return result;
  }

  #matcherFor(text: string): Matcher {
    const last = this.#last;
    const before = last?.getInput() ?? "";
    const { prefix, suffix } = commonEnds(before, text);
    const isLike = last !== null && 2 * (prefix + suffix) >= text.length;
    const matcher = isLike ? last : this.#grammar.matcher();
    if (isLike) matcher.replaceInputRange(prefix, before.length - suffix, text.slice(prefix, text.length - suffix));
    else matcher.setInput(text);
    return matcher;
  }
}

/** What a matcher knows of longer texts takes too much memory to be kept (P2). */
const MAX_KEPT = 10_000;
const walia = new Rematcher(grammars.Walia);
const drafts = new Rematcher(grammars.Draft);

/** Never seen: `Draft` reads every text. */
export const UNREADABLE = "this could not be read";
const NESTED_TOO_DEEPLY = `nested too deeply: more than ${MAX_NESTING} levels`;

/** The first bracket below MAX_NESTING others, or the first token of a chain beyond MAX_RUN. */
function tooDeepOrLong(source: Scan): ast.SyntaxError | null {
  const runs: number[] = [];
  let run = 0;
  const { kinds, starts, ends, length } = source.table;
  for (let index = 0; index < length; index++) {
    const kind = kinds[index];
    const start = starts[index]!;
    const end = ends[index]!;
    const text = source.text[start];
    if (kind === Kind.Open) {
      runs.push(run + 1);
      run = 0;
      if (runs.length > MAX_NESTING) return { start, end, message: NESTED_TOO_DEEPLY };
    } else if (kind === Kind.Close) run = text === "}" ? 0 : (runs.at(-1) ?? 0);
    else if (text === ";" || text === ",") run = 0;
    else run++;
    if (kind === Kind.Close) runs.pop();
    if (run > MAX_RUN) return { start, end, message: tooLongChain(MAX_CHAIN) };
  }
  return null;
}

/** How many nodes and lists lie one inside the other, counted without recursion. */
function depthOf(root: object): number {
  let depth = 0;
  let level: object[] = [root];
  while (level.length > 0 && depth <= MAX_DEPTH) {
    depth++;
    const below: object[] = [];
    for (const node of level)
      for (const value of Object.values(node)) if (typeof value === "object" && value !== null) below.push(value);
    level = below;
  }
  return depth;
}
