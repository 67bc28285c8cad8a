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
// An edit is split again around its place only (`splitAgain`), by two facts about a text in which every bracket, string and
// comment is closed:
//
// I5. Where an item ends depends on its own text and on two tokens behind it, so on two items behind it at most.
// I6. A part of it that begins where an item does, and in which everything is closed too, is split as it would be in place,
//     except that its last item may go on behind the part.

import { commentBefore, Kind, type Scan, scan, startsDeclaration, startsLine, wordAt } from "./scan.ts";

export interface ItemText {
  readonly offset: number;
  readonly text: string;
  /** A declaration began before this item came to its end (I4). */
  readonly cut: boolean;
}

/** A text and its items. */
export interface Split {
  readonly text: string;
  readonly items: readonly ItemText[];
  /** Every bracket, string and comment is closed. */
  readonly closed: boolean;
}

/** The items of a file, in order. */
export function splitItems(text: string): readonly ItemText[] {
  return split(text).items;
}

export function split(text: string): Split {
  const source = scan(text);
  const ends = bracketEnds(source);
  const items: ItemText[] = [];
  let offset = 0;
  let index = 0;
  while (index < source.table.length) {
    const { next, cut } = endOfItem(source, ends, index);
    const end = next < source.table.length ? endOfLastLine(source, next) : lastOffset(source);
    items.push({ offset, text: text.slice(offset, end), cut });
    offset = end;
    index = next;
  }
  if (offset < text.length) items.push({ offset, text: text.slice(offset), cut: false });
  return { text, items, closed: isClosed(source, ends) };
}

/** Items before the edit whose ends may be others now (I5). */
const BEFORE = 2;
/** Items behind the edit that are looked at first: one to come out as it was, and one that may go on. */
const BEHIND = 4;

/** What `split` says of a text, found from what it said of an earlier version (I5, I6). */
export function splitAgain(old: Split, text: string): Split {
  const { prefix, suffix } = commonEnds(old.text, text);
  if (!old.closed || old.items.length === 0) return withKnownTexts(split(text), old, prefix, suffix);
  const from = Math.max(0, itemAt(old.items, prefix) - BEFORE);
  const start = old.items[from]!.offset;
  const shift = text.length - old.text.length;
  const behind = itemAt(old.items, old.text.length - suffix) + 1;
  for (let count = BEHIND; behind + count <= old.items.length; count *= 4) {
    const last = behind + count - 1;
    const end = (old.items[last + 1]?.offset ?? old.text.length) + shift;
    const part = split(text.slice(start, end));
    if (!part.closed) break;
    const same = part.items.at(-2);
    const was = old.items[last - 1]!;
    if (
      same === undefined ||
      same.text !== was.text ||
      same.cut !== was.cut ||
      same.offset + start !== was.offset + shift
    )
      continue;
    const items = [
      ...old.items.slice(0, from),
      ...part.items.slice(0, -2).map((item) => moved(item, start)),
      ...old.items.slice(last - 1).map((item) => moved(item, shift)),
    ];
    return { text, items, closed: true };
  }
  return withKnownTexts(split(text), old, prefix, suffix);
}

/** With the strings of the earlier version where items are the same: what is asked of them, like their hash, is known. */
function withKnownTexts({ text, items, closed }: Split, old: Split, prefix: number, suffix: number): Split {
  const made = [...items];
  const take = (index: number, from: ItemText): void => {
    made[index] = { ...items[index]!, text: from.text };
  };
  const isLike = (item: ItemText, from: ItemText | undefined, shift: number): from is ItemText =>
    from !== undefined && item.offset === from.offset + shift && item.text.length === from.text.length;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const from = old.items[i];
    if (item.offset + item.text.length > prefix || !isLike(item, from, 0)) break;
    take(i, from);
  }
  const shift = text.length - old.text.length;
  for (let i = 1; i <= items.length; i++) {
    const item = items[items.length - i]!;
    const from = old.items[old.items.length - i];
    if (item.offset < text.length - suffix || !isLike(item, from, shift)) break;
    take(items.length - i, from);
  }
  return { text, items: made, closed };
}

const moved = (item: ItemText, by: number): ItemText => (by === 0 ? item : { ...item, offset: item.offset + by });

/** How many characters two texts have in common at their start, and behind that at their end. */
export function commonEnds(a: string, b: string): { prefix: number; suffix: number } {
  const shorter = Math.min(a.length, b.length);
  // Whole pieces first: to compare two of them is one operation.
  const isSame = (atA: number, atB: number): boolean => a.slice(atA, atA + PIECE) === b.slice(atB, atB + PIECE);
  let prefix = 0;
  while (prefix + PIECE <= shorter && isSame(prefix, prefix)) prefix += PIECE;
  while (prefix < shorter && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  const most = shorter - prefix;
  while (suffix + PIECE <= most && isSame(a.length - suffix - PIECE, b.length - suffix - PIECE)) suffix += PIECE;
  while (suffix < most && a.charCodeAt(a.length - 1 - suffix) === b.charCodeAt(b.length - 1 - suffix)) suffix++;
  return { prefix, suffix };
}

const PIECE = 1024;

/** The last item that starts at or before an offset. */
function itemAt(items: readonly ItemText[], offset: number): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (items[middle]!.offset <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isClosed({ text, table, comments, openString }: Scan, ends: BracketEnds): boolean {
  if (openString) return false;
  let open = 0;
  let closing = 0;
  for (let index = 0; index < table.length; index++) {
    const kind = table.kinds[index];
    if (kind === Kind.Close) closing++;
    else if (kind === Kind.Open) {
      open++;
      if (ends[index]! < 0) return false;
    }
  }
  return (
    open === closing &&
    comments.every(({ style, start, end }) => style !== "block" || (end - start >= 4 && text.startsWith("*/", end - 2)))
  );
}

/**
 * The same text in smaller pieces: cut before each declaration keyword at the start of a line, inside brackets too.
 * For an item that does not parse, whose brackets balance only because a later mistake makes up for an earlier one.
 */
export function splitAtDeclarations(text: string): ItemText[] {
  const source = scan(text);
  const cuts = [0];
  for (let index = 1; index < source.table.length; index++)
    if (startsLine(source, index) && startsDeclaration(source, index) && !isJoined(source, index))
      cuts.push(endOfLastLine(source, index));
  return cuts.map((offset, n) => ({ offset, text: text.slice(offset, cuts[n + 1]), cut: n + 1 < cuts.length }));
}

/** After `@name`, `async` or `packed` the declaration has already begun. */
function isJoined(source: Scan, index: number): boolean {
  let head = index - 1;
  while (head >= 0 && !startsLine(source, head)) head--;
  return head >= 0 && head < index && startsDeclaration(source, head) && headOf(source, head) >= index;
}

// ---- Brackets ----

/** By token: where the bracket that opens there is closed, or one of the two below. */
type BracketEnds = Int32Array;

const NEVER = -1;
/** A `;` or `}` ended it (I3). */
const ABANDONED = -2;

const PARTNER: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

function bracketEnds(source: Scan): BracketEnds {
  const { text, table } = source;
  const { kinds, starts } = table;
  const ends = new Int32Array(table.length).fill(ABANDONED);
  const open: number[] = [];
  const opening = (token: number): string => text[starts[token]!]!;
  // How many of each are open since the innermost `{`: tells at once whether a `)` or `]` closes anything.
  let round = 0;
  let square = 0;
  const outer: number[] = [];
  const abandonTo = (bracket: string): void => {
    while (open.length > 0 && opening(open.at(-1)!) !== bracket) {
      if (opening(open.pop()!) === "(") round--;
      else square--;
    }
  };
  for (let index = 0; index < table.length; index++) {
    const kind = kinds[index];
    if (kind !== Kind.Open && kind !== Kind.Close && kind !== Kind.Mark) continue;
    const sign = text[starts[index]!]!;
    if (kind === Kind.Open) {
      open.push(index);
      if (sign === "(") round++;
      else if (sign === "[") square++;
      else {
        outer.push(round, square);
        round = 0;
        square = 0;
      }
    } else if (kind === Kind.Close) {
      if ((sign === "}" ? outer.length : sign === ")" ? round : square) === 0) continue;
      abandonTo(PARTNER[sign]!);
      ends[open.pop()!] = index;
      if (sign === ")") round--;
      else if (sign === "]") square--;
      else {
        square = outer.pop()!;
        round = outer.pop()!;
      }
    } else if (sign === ";") abandonTo("{");
  }
  for (const token of open) ends[token] = NEVER;
  return ends;
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

function endOfItem(source: Scan, ends: BracketEnds, first: number): { next: number; cut: boolean } {
  const { text, table } = source;
  const { kinds, starts, length } = table;
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
      const close = ends[index]!;
      if (close === NEVER) unclosed = true;
      else if (close !== ABANDONED) {
        index = close;
        if (text[starts[open]!] === "{" && !unclosed && !goesOn(source, index, headWord, braced))
          return { next: index + 1, cut: !braced };
      }
    } else if (!unclosed && kind === Kind.Close) {
      // Strays are an item of their own.
      if (index > first) return { next: index, cut: false };
      while (isKind(source, index, Kind.Close)) index++;
      return { next: index, cut: false };
    } else if (!unclosed && kind === Kind.Mark && text[starts[index]!] === ";" && !isWord(source, index + 1, "else"))
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
