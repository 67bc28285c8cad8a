// Splits a file into items: its top-level declarations and statements, each with the comments before it. The items'
// texts, joined, are the file. A broken item does not harm its neighbours, and an edit changes one item's text.
//
// I1. An item ends after its `;`, or after its closing brace when what follows cannot continue it.
// I2. What is left of its last line, if only space and comments, belongs to it; later comments to the next item.
// I3. A bracket that is never closed does not swallow the file: the item ends before the next declaration keyword at
//     the start of a line. `(` and `[` also end at a `;` or `}` of the block around them.
// I4. A declaration keyword at the start of a line begins an item also where a `;` is missing; the item before it is
//     then marked `cut`.
//
// A version is read again around the edit (`scanAgain`), and its items are those of the one before, but for some around the
// edit (`splitAgain`):
//
// I5. Where an item ends depends on its tokens and the two behind them, and on how brackets pair. What an edit does to these can be
//     far away: a bracket may find its partner anywhere. But in front of an item that is *settled* no bracket is open, so
//     pairs behind that place do not depend on what is before it, nor the other way round.

import type * as ast from "../ast.ts";
import { commonEnds } from "../common-ends.ts";
import { commentBefore, Kind, type Scan, scan, scanAgain, startsDeclaration, startsLine, wordAt } from "./scan.ts";

export interface ItemText {
  readonly offset: number;
  readonly piece: Piece;
  /** The number of its first token. */
  readonly first: number;
  /** I5 */
  readonly settled: boolean;
}

/** An item without its place. Versions of a file share those that are the same. */
export interface Piece {
  readonly text: string;
  /** A declaration began before this item came to its end (I4). */
  readonly cut: boolean;
  /** What it has become, with offsets in it; parse.ts knows. */
  parsed?: readonly ast.Item[];
}

/** A text and its items. */
export interface Split {
  readonly scan: Scan;
  readonly items: readonly ItemText[];
}

/** The items of a file, in order. */
export function splitItems(text: string): readonly ItemText[] {
  return split(text).items;
}

export function split(text: string): Split {
  return splitFrom(scan(text), [], START, {
    pieceAt: (start, end, cut) => ({ text: text.slice(start, end), cut }),
    restAt: () => null,
  });
}

/** What `split` says of a text, found from what it said of an earlier version (I5). */
export function splitAgain(old: Split, text: string): Split {
  const before = old.scan.text;
  const { prefix, suffix } = commonEnds(before, text);
  const shift = text.length - before.length;
  const { scan: source, front, behind } = scanAgain(old.scan, text, prefix, suffix);
  const added = source.table.length - old.scan.table.length;
  const { items } = old;
  // The item behind `begin` starts, with the token after its first, in front of what was read again.
  let begin = lastThat(items, ({ first }) => first <= front - 2) - 1;
  while (begin > 0 && !items[begin]!.settled) begin--;
  // Candidates for the item that comes next, in front of the edit and behind it.
  let first = Math.max(0, begin);
  let last = Math.max(
    first,
    lastThat(items, ({ offset }) => offset <= before.length - suffix),
  );
  const known = (start: number, end: number, cut: boolean): Piece | undefined => {
    if (end <= prefix) {
      while (first < items.length && items[first]!.offset < start) first++;
      return matching(items[first], start, end, cut);
    }
    if (start < text.length - suffix) return undefined;
    while (last < items.length && items[last]!.offset < start - shift) last++;
    return matching(items[last], start - shift, end - shift, cut);
  };
  return splitFrom(source, items.slice(0, first), items[first] ?? START, {
    pieceAt: (start, end, cut) => known(start, end, cut) ?? { text: detached(text.slice(start, end)), cut },
    restAt: (token, offset) => {
      // With the token before it, since the space and the comments between them count.
      if (token <= source.table.length - behind) return null;
      while (last < items.length && items[last]!.offset < offset - shift) last++;
      const same = items[last];
      if (same?.offset !== offset - shift || same.first !== token - added || !same.settled) return null;
      return items
        .slice(last)
        .map(({ offset, piece, first, settled }) => ({ offset: offset + shift, piece, first: first + added, settled }));
    },
  });
}

/** The same text by itself: in V8 a slice holds on to all of the text, and an item outlives many versions of its file. */
const detached = (slice: string): string => ` ${slice}`.slice(1);

function matching(item: ItemText | undefined, start: number, end: number, cut: boolean): Piece | undefined {
  if (item === undefined || item.offset !== start || item.piece.cut !== cut) return undefined;
  return item.piece.text.length === end - start ? item.piece : undefined;
}

/** Where the first item starts. */
const START = { offset: 0, first: 0 };

/** What is known of items before they are found. */
interface Earlier {
  pieceAt(start: number, end: number, cut: boolean): Piece;
  /** All items from a place on, the first of which is settled; null when they have to be found. */
  restAt(first: number, offset: number): readonly ItemText[] | null;
}

/** Splits a text of which tokens and comments are known, behind the items `kept`; the next one begins at `start`, and is settled. */
function splitFrom(
  source: Scan,
  kept: readonly ItemText[],
  start: Pick<ItemText, "offset" | "first">,
  { pieceAt, restAt }: Earlier,
): Split {
  const { text, table } = source;
  const brackets = bracketsFrom(source, start.first);
  const items = [...kept];
  let { offset, first } = start;
  let settled = true;
  const add = (end: number, cut: boolean): void => {
    items.push({ offset, piece: pieceAt(offset, end, cut), first, settled });
    offset = end;
  };
  while (first < table.length) {
    const rest = settled ? restAt(first, offset) : null;
    if (rest !== null) return { scan: source, items: items.concat(rest) };
    const { next, cut } = endOfItem(source, brackets, first);
    add(next < table.length ? endOfLastLine(source, next) : lastOffset(source), cut);
    first = next;
    settled = brackets.isSettledAt(next);
  }
  if (offset < text.length) add(text.length, false);
  return { scan: source, items };
}

/** The number of the last item for which something holds that holds for all before it; 0 when it holds for none. */
function lastThat(items: readonly ItemText[], holds: (item: ItemText) => boolean): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(items[middle]!)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The same text in smaller pieces: cut before each declaration keyword at the start of a line, inside brackets too.
 * For an item that does not parse, whose brackets balance only because a later mistake makes up for an earlier one.
 */
export function splitAtDeclarations(text: string): { offset: number; text: string }[] {
  const source = scan(text);
  const cuts = [0];
  for (let index = 1; index < source.table.length; index++)
    if (startsLine(source, index) && startsDeclaration(source, index) && !isJoined(source, index))
      cuts.push(endOfLastLine(source, index));
  return cuts.map((offset, n) => ({ offset, text: text.slice(offset, cuts[n + 1]) }));
}

/** After `@name`, `async` or `packed` the declaration has already begun. */
function isJoined(source: Scan, index: number): boolean {
  let head = index - 1;
  while (head >= 0 && !startsLine(source, head)) head--;
  return head >= 0 && head < index && startsDeclaration(source, head) && headOf(source, head) >= index;
}

// ---- Brackets ----

/** How brackets pair, from some token on in front of which none is open. It reads no further than it is asked for. */
interface Brackets {
  /** Where the bracket that opens at a token is closed, or one of the two below. */
  endOf(token: number): number;
  /** Whether no bracket is open in front of a token, which is behind those that `endOf` was asked for (I5). */
  isSettledAt(token: number): boolean;
}

const NEVER = -1;
/** A `;` or `}` ended it (I3). */
const ABANDONED = -2;

const ROUND = 40;
const SQUARE = 91;
const CURLY = 123;
const ROUND_CLOSE = 41;
const SQUARE_CLOSE = 93;
const SEMICOLON = 59;

function bracketsFrom({ table: { kinds, signs, length } }: Scan, first: number): Brackets {
  const ends = new Int32Array(length - first).fill(ABANDONED);
  const open: number[] = [];
  // How many of each are open since the innermost `{`: tells at once whether a `)` or `]` closes anything.
  let round = 0;
  let square = 0;
  const outer: number[] = [];
  const abandonTo = (bracket: number): void => {
    while (open.length > 0 && signs[open.at(-1)!] !== bracket) {
      if (signs[open.pop()!] === ROUND) round--;
      else square--;
    }
  };
  const close = (token: number): void => {
    ends[open.pop()! - first] = token;
  };
  const read = (token: number): void => {
    const kind = kinds[token]!;
    if (kind < Kind.Open) return;
    const sign = signs[token]!;
    if (kind === Kind.Open) {
      open.push(token);
      if (sign === ROUND) round++;
      else if (sign === SQUARE) square++;
      else {
        outer.push(round, square);
        round = 0;
        square = 0;
      }
    } else if (kind === Kind.Mark) {
      if (sign === SEMICOLON) abandonTo(CURLY);
    } else if (sign === ROUND_CLOSE || sign === SQUARE_CLOSE) {
      if ((sign === ROUND_CLOSE ? round : square) === 0) return;
      abandonTo(sign === ROUND_CLOSE ? ROUND : SQUARE);
      close(token);
      if (sign === ROUND_CLOSE) round--;
      else square--;
    } else if (outer.length > 0) {
      abandonTo(CURLY);
      close(token);
      square = outer.pop()!;
      round = outer.pop()!;
    }
  };
  let next = first;
  /** Reads until all brackets up to a token have come to their ends. */
  const readTo = (token: number): void => {
    if (next === length) return;
    while (next < length && (next <= token || open.length > 0)) read(next++);
    if (next === length) for (const left of open) ends[left - first] = NEVER;
  };
  return {
    endOf: (token) => {
      readTo(token);
      return ends[token - first]!;
    },
    isSettledAt: (token) => {
      readTo(token - 1);
      return next === token && open.length === 0;
    },
  };
}

// ---- One item ----

/** Ends with its own brace. The others end with `;`. */
const BRACED = new Set(
  "class trait layout packed union gene test handle if while for match unsafe fused asm fun {".split(" "),
);
const NEVER_CONTINUED = new Set("class trait layout packed union gene test handle".split(" "));
const OPERATOR_WORDS = new Set("and or as at else in".split(" "));
/** After a brace these can only continue what it ends; `- * & ( [ !` could also begin a statement. */
const CONTINUING = new Set([..."./+%=<>|^~,)]:?"]);

function endOfItem(source: Scan, brackets: Brackets, first: number): { next: number; cut: boolean } {
  const { kinds, signs, length } = source.table;
  const head = headOf(source, first);
  const headWord = wordAt(source, head);
  const braced = BRACED.has(headWord) && !(headWord === "fun" && !isKind(source, head + 1, Kind.Word));
  let unclosed = false;
  let index = first;
  while (index < length) {
    const kind = kinds[index];
    if (index > head && startsLine(source, index) && startsDeclaration(source, index))
      return { next: index, cut: true };
    if (kind === Kind.Open) {
      const open = index;
      const close = brackets.endOf(index);
      if (close === NEVER) unclosed = true;
      else if (close !== ABANDONED) {
        index = close;
        if (signs[open] === CURLY && !unclosed && !goesOn(source, index, headWord, braced))
          return { next: index + 1, cut: !braced };
      }
    } else if (!unclosed && kind === Kind.Close) {
      // Strays are an item of their own.
      if (index > first) return { next: index, cut: false };
      while (isKind(source, index, Kind.Close)) index++;
      return { next: index, cut: false };
    } else if (!unclosed && kind === Kind.Mark && signs[index] === SEMICOLON && !isWord(source, index + 1, "else"))
      return { next: index + 1, cut: false };
    index++;
  }
  return { next: index, cut: false };
}

/** The word that says what the item is, behind annotations, `async` and `packed`. */
function headOf(source: Scan, first: number): number {
  let index = first;
  while (wordAt(source, index) === "@") {
    index += 2;
    if (wordAt(source, index) !== "(") continue;
    while (index < source.table.length && wordAt(source, index) !== ")") index++;
    index++;
  }
  while (isWord(source, index, "async") || isWord(source, index, "packed")) index++;
  return index;
}

/** Whether the item goes on behind the brace at `close`. */
function goesOn(source: Scan, close: number, headWord: string, braced: boolean): boolean {
  const next = close + 1;
  const word = wordAt(source, next);
  if (word === "") return false;
  if (word === ";") return true;
  if (isKind(source, next, Kind.Word)) return OPERATOR_WORDS.has(word) && word !== "at";
  if (NEVER_CONTINUED.has(headWord)) return false;
  const behind = source.text[source.table.ends[next]!];
  if (word === "!") return isWord(source, next + 1, "as") || behind === "=";
  if (word === "&") return behind === "&";
  if (word === "{") return headWord === "match" && sameLine(source, close, next);
  if (CONTINUING.has(word)) return true;
  const isLiteral = isKind(source, next, Kind.String) || isKind(source, next, Kind.Number);
  return !braced && !isLiteral && word !== "@" && word !== "}";
}

const isKind = ({ table }: Scan, index: number, kind: Kind): boolean =>
  index < table.length && table.kinds[index] === kind;

const isWord = (source: Scan, index: number, word: string): boolean =>
  isKind(source, index, Kind.Word) && wordAt(source, index) === word;

const sameLine = ({ text, table }: Scan, index: number, next: number): boolean =>
  !text.slice(table.ends[index], table.starts[next]).includes("\n");

// ---- Where the text of an item ends (I2) ----

/** The offset behind the line on which the token before `next` ends; `next` may stand on that line itself. */
function endOfLastLine(source: Scan, next: number): number {
  const limit = source.table.starts[next]!;
  return Math.min(limit, behindLine(source, source.table.ends[next - 1]!, limit));
}

/** The end of the last item: comments below it are an item of their own. */
function lastOffset(source: Scan): number {
  const end = behindLine(source, source.table.ends[source.table.length - 1]!, source.text.length);
  return source.comments.some(({ start }) => start >= end) ? end : source.text.length;
}

function behindLine(source: Scan, start: number, limit: number): number {
  let at = start;
  while (at < limit) {
    if (source.text[at] === "\n") return at + 1;
    const comment = commentBefore(source.comments, at + 1);
    if (comment?.start !== at) at++;
    else if (comment.style === "doc") return at;
    else at = comment.end;
  }
  return at;
}
