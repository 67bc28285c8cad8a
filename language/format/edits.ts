// Formatting as edits: the smallest changes that make a text its formatted self, so that cursors, folds and marks stay.
//
// Since the formatter keeps every token (format.ts, R1), an edit is what changes between two tokens. For a part of a file the
// edits of that part are picked: what a statement becomes does not depend on how much of the file is asked for.

import type * as ast from "../ast.ts";
import { scan } from "../parse/scan.ts";
import { walk } from "../walk.ts";
import { formatItemAt } from "./format.ts";

/** Replaces what stands between two offsets of the file. */
export interface TextEdit extends ast.Span {
  readonly text: string;
}

/** The edits that format a file, in order. */
export function formatEdits(file: ast.FileTree): TextEdit[] {
  return file.items.flatMap((_, index) => itemEdits(file, index));
}

/** The edits that format the statements which a range touches; with `endingAt`, the outermost that ends there. */
export function formatRangeEdits(file: ast.FileTree, range: ast.Span, endingAt?: number): TextEdit[] {
  const whole = endingAt === undefined ? statementsAround(file, range) : statementEndingAt(file, endingAt);
  if (whole === null) return [];
  return file.items
    .flatMap(({ offset, tree }, index) =>
      offset <= whole.end && offset + tree.text.length >= whole.start ? itemEdits(file, index) : [],
    )
    .filter(({ start, end }) => start >= whole.start && end <= whole.end);
}

function itemEdits(file: ast.FileTree, index: number): TextEdit[] {
  const { offset, tree } = file.items[index]!;
  const made = formatItemAt(file, index);
  return made === tree.text ? [] : between(tree.text, made, offset);
}

// ---- From two texts to edits ----

/** `offset` is that of the text `before`. */
function between(before: string, after: string, offset: number): TextEdit[] {
  const old = essentials(before);
  const now = essentials(after);
  const edits: TextEdit[] = [];
  const gap = (start: number, end: number, from: number, to: number): void => {
    const edit = smallest(before, start, end, after.slice(from, to));
    if (edit) edits.push({ start: edit.start + offset, end: edit.end + offset, text: edit.text });
  };
  let start = 0;
  let from = 0;
  old.forEach((token, index) => {
    const made = now[index]!;
    gap(start, token.start, from, made.start);
    start = token.end;
    from = made.end;
  });
  gap(start, before.length, from, after.length);
  return edits;
}

/** Tokens but `;` and `,`: as many before as after. */
function essentials(text: string): readonly ast.Span[] {
  return scan(text).tokens.filter(({ start, end }) => end - start > 1 || !";,".includes(text[start]!));
}

/** Null when nothing changes. */
export function smallest(before: string, start: number, end: number, text: string): TextEdit | null {
  let first = start;
  let last = end;
  let from = 0;
  let to = text.length;
  while (first < last && from < to && before[first] === text[from]) {
    first++;
    from++;
  }
  while (last > first && to > from && before[last - 1] === text[to - 1]) {
    last--;
    to--;
  }
  return first === last && from === to ? null : { start: first, end: last, text: text.slice(from, to) };
}

// ---- From a range to statements ----

/** The innermost statements, of one block or of the file, that hold the range; with the space around them. */
function statementsAround(file: ast.FileTree, asked: ast.Span): ast.Span {
  const range = withoutSpace(file.text, asked);
  const touched = file.items.filter(
    ({ offset, tree }) => offset <= range.end && offset + tree.text.length > range.start,
  );
  if (touched.length === 0) touched.push(...file.items.slice(-1));
  const only = touched.length === 1 ? touched[0]! : null;
  if (only === null) return reach(file.text, touched[0]?.offset ?? 0, endOf(touched.at(-1)));
  let best: ast.Span = { start: only.offset, end: endOf(only) };
  const consider = (statements: readonly ast.Statement[]): void => {
    const inside = statements.filter(
      ({ start, end }) => only.offset + start <= range.end && only.offset + end >= range.start,
    );
    if (inside.length === 0) return;
    const start = only.offset + inside[0]!.start;
    const end = only.offset + inside.at(-1)!.end;
    if (start <= range.start && end >= range.end && end - start < best.end - best.start) best = { start, end };
  };
  for (const statement of only.tree.statements)
    walk(statement, (node) => {
      if (node.kind === "Block") consider(node.statements);
      return undefined;
    });
  return reach(file.text, best.start, best.end);
}

/** An editor's selection of lines begins and ends with space. */
function withoutSpace(text: string, { start, end }: ast.Span): ast.Span {
  const inside = text.slice(start, end);
  const first = start + inside.length - inside.trimStart().length;
  return { start: first, end: Math.max(first, start + inside.trimEnd().length) };
}

/** The outermost statement that ends at an offset, its `;` included. Null when none does. */
function statementEndingAt(file: ast.FileTree, at: number): ast.Span | null {
  const item = file.items.findLast(({ offset }) => offset < at);
  if (item === undefined) return null;
  const { text } = item.tree;
  let found: ast.Span | null = null;
  for (const statement of item.tree.statements)
    walk(statement, (node) => {
      const statements = node === statement ? [statement] : node.kind === "Block" ? node.statements : [];
      for (const { start, end } of statements) {
        const behind = item.offset + end + /^\s*;?/.exec(text.slice(end, end + 1000))![0].length;
        if (behind !== at && item.offset + end !== at) continue;
        if (found === null || item.offset + start < found.start) found = reach(file.text, item.offset + start, at);
      }
      return undefined;
    });
  return found;
}

const endOf = (item: ast.Item | undefined): number => (item ? item.offset + item.tree.text.length : 0);

/** The indentation before, and the sign and the space behind. */
function reach(text: string, start: number, end: number): ast.Span {
  const before = /[^\S\n]*$/.exec(text.slice(0, start))![0].length;
  const behind = /^[^\S\n]*[;,]?[^\S\n]*/.exec(text.slice(end))![0].length;
  return { start: start - before, end: end + behind };
}
