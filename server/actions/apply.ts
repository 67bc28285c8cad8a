// From an action's edits to those that the editor gets: formatted where something changed, and as small as they can be.

import type { TextEdit, WorkspaceEdit } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { formatRangeEdits, type TextEdit as OwnEdit, smallest } from "../../language/format/edits.ts";
import { type ItemCache, parseFile } from "../../language/parse/parse.ts";
import type { View } from "../view.ts";
import type { Edit } from "./action.ts";

/** The edits by file, with their results formatted. */
export function finished(view: View, file: string, edits: readonly Edit[]): ReadonlyMap<string, readonly OwnEdit[]> {
  const byFile = new Map<string, Edit[]>();
  for (const edit of edits) {
    const path = edit.file ?? file;
    byFile.set(path, [...(byFile.get(path) ?? []), edit]);
  }
  return new Map([...byFile].map(([path, some]) => [path, formatted(view.tree(path), some)]));
}

export function toWorkspaceEdit(view: View, file: string, edits: readonly Edit[]): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const [path, some] of finished(view, file, edits))
    changes[view.uriOf(path)] = some.map((edit) => ({ range: view.range(path, edit), newText: edit.text }));
  return { changes };
}

/** The edits, and after them those that format what they have touched. Edits that overlap an earlier one are left out. */
export function formatted(tree: ast.FileTree, edits: readonly Edit[]): readonly OwnEdit[] {
  const first = inOrder(edits);
  const changed = applied(tree.text, first);
  const after = parseFile(tree.path, changed, cacheOf(tree));
  const second = new Map<number, OwnEdit>();
  let shift = 0;
  for (const { start, end, text } of first) {
    const touched = withNeighbours(changed, start + shift, start + shift + text.length);
    for (const edit of formatRangeEdits(after, touched)) second.set(edit.start, edit);
    shift += text.length - (end - start);
  }
  return composed(
    tree.text,
    first,
    [...second.values()].sort((a, b) => a.start - b.start),
  );
}

/** A span with the characters next to it: the space between belongs to the change. */
function withNeighbours(text: string, start: number, end: number): ast.Span {
  let first = start;
  while (first > 0 && /\s/.test(text[first - 1]!)) first--;
  let last = end;
  while (last < text.length && /\s/.test(text[last]!)) last++;
  return { start: Math.max(0, first - 1), end: Math.min(text.length, last + 1) };
}

export function inOrder(edits: readonly OwnEdit[]): OwnEdit[] {
  const kept: OwnEdit[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end))
    if (edit.start >= (kept.at(-1)?.end ?? 0)) kept.push(edit);
  return kept;
}

export function applied(text: string, edits: readonly OwnEdit[]): string {
  let made = "";
  let at = 0;
  for (const edit of edits) {
    made += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return made + text.slice(at);
}

/** Items that the edits leave alone are not parsed again. */
function cacheOf(tree: ast.FileTree): ItemCache {
  return new Map(tree.items.map((item) => [item.tree.text, item.tree]));
}

// ---- Two lists of edits, one after the other, as one ----

/** A part of the old text that is still there, or new text. */
type Piece = { readonly start: number; readonly end: number } | string;

const lengthOf = (piece: Piece): number => (typeof piece === "string" ? piece.length : piece.end - piece.start);

function composed(text: string, first: readonly OwnEdit[], second: readonly OwnEdit[]): OwnEdit[] {
  const pieces = edited(edited([{ start: 0, end: text.length }], first), second);
  const edits: OwnEdit[] = [];
  let at = 0;
  let added = "";
  for (const piece of [...pieces, { start: text.length, end: text.length }]) {
    if (typeof piece === "string") added += piece;
    else {
      const edit = smallest(text, at, piece.start, added);
      if (edit) edits.push(edit);
      at = piece.end;
      added = "";
    }
  }
  return edits;
}

function edited(pieces: readonly Piece[], edits: readonly OwnEdit[]): Piece[] {
  const made: Piece[] = [];
  const rest = [...pieces].reverse();
  let at = 0;
  /** Moves, or drops, what lies before `until`. */
  const pass = (until: number, keep: boolean): void => {
    while (at < until && rest.length > 0) {
      const piece = rest.pop()!;
      const length = Math.min(lengthOf(piece), until - at);
      const [head, tail] = cut(piece, length);
      if (keep) made.push(head);
      if (lengthOf(tail) > 0) rest.push(tail);
      at += length;
    }
  };
  for (const edit of edits) {
    pass(edit.start, true);
    if (edit.text !== "") made.push(edit.text);
    pass(edit.end, false);
  }
  return [...made, ...rest.reverse()];
}

function cut(piece: Piece, length: number): [Piece, Piece] {
  if (typeof piece === "string") return [piece.slice(0, length), piece.slice(length)];
  const middle = piece.start + length;
  return [
    { start: piece.start, end: middle },
    { start: middle, end: piece.end },
  ];
}
