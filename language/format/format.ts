// The formatter: one style, 120 columns, 4 spaces. docs/formatting.md tells users what it does.
//
// R1. Only space, `;` and `,` change. Every other token and every comment is kept, in order; this is compared for each item
//     before its new text is used.
// R2. An item that does not parse is left as it is, byte for byte, and so is an item that shares a line with one.
// R3. Lines end as the first line of the file does; inside strings, and comments that are not starred, nothing changes.
// R4. Formatting what has been formatted changes nothing.
// R5. Items are formatted by themselves, and what came of one is remembered with its tree.

import type * as ast from "../ast.ts";
import { scan } from "../parse/scan.ts";
import { Cursor, Lost } from "./cursor.ts";
import { concat, type Doc, print } from "./document.ts";
import { statements } from "./statements.ts";

type Newline = "\n" | "\r\n";

const BYTE_ORDER_MARK = "\ufeff";

/** The text of a file as it should be. */
export function formatFile(file: ast.FileTree): string {
  return file.items.map((_, index) => formatItemAt(file, index)).join("");
}

/** What becomes of the text of one item of a file; with the others it makes up the whole. */
export function formatItemAt(file: ast.FileTree, index: number): string {
  const { tree } = file.items[index]!;
  if (!isFormattable(file, index)) return tree.text;
  const newline = newlineOf(file.text);
  const mark = tree.text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  if (isEmpty(tree)) return mark;
  const isFirst = file.items.findIndex((item) => !isEmpty(item.tree)) === index;
  const blank = !isFirst && startsBlank(file, index);
  return `${mark}${blank ? newline : ""}${formatItem(tree, newline)}${newline}`;
}

/** Nothing but space and `;`. */
const isEmpty = ({ statements, comments, errors }: ast.ItemTree): boolean =>
  statements.length === 0 && comments.length === 0 && errors.length === 0;

/** R5, for the usual line end. */
const formatted = new WeakMap<ast.ItemTree, string>();

/** The text of an item that parses, without the line break behind it (R5). */
export function formatItem(tree: ast.ItemTree, newline: Newline): string {
  const known = newline === "\n" ? formatted.get(tree) : undefined;
  if (known !== undefined) return known;
  const made = layOut(tree, newline) ?? tree.text.trim();
  if (newline === "\n") formatted.set(tree, made);
  return made;
}

/** Null when our own rules would be broken, or the tree is too deep for the stack: then the text stays as it is. */
export function layOut(tree: ast.ItemTree, newline: Newline): string | null {
  // A `;` by itself keeps the comments above it apart from what follows.
  if (tree.statements.length === 0 && tree.text.includes(";") && scan(tree.text).tokens.length > 0)
    return tree.text.trim();
  try {
    const made = print(itemDoc(tree), newline);
    return keepsTokens(tree.text, made) ? made : null;
  } catch (error) {
    if (error instanceof Lost || error instanceof RangeError) return null;
    throw error;
  }
}

function itemDoc(tree: ast.ItemTree): Doc {
  const c = new Cursor(tree);
  const body = statements(c, tree.statements);
  const behind = c.dangling(tree.statements.length === 0);
  if (!c.atEnd) throw new Lost(`the end at ${c.start}`);
  return concat([body, behind]);
}

/** R1 */
function keepsTokens(before: string, after: string): boolean {
  const old = essentials(before);
  const now = essentials(after);
  return old.length === now.length && old.every((text, index) => text === now[index]);
}

function essentials(text: string): string[] {
  const { tokens, comments } = scan(text);
  const words = tokens.map(({ start, end }) => text.slice(start, end)).filter((word) => word !== ";" && word !== ",");
  const remarks = comments.map(({ start, end }) => text.slice(start, end).replace(/\s+/g, " ").trimEnd());
  return [...words, ...remarks];
}

export function newlineOf(text: string): Newline {
  const first = text.indexOf("\n");
  return first > 0 && text[first - 1] === "\r" ? "\r\n" : "\n";
}

/** R2 */
export function isFormattable({ items }: ast.FileTree, index: number): boolean {
  const isWhole = (at: number): boolean => items[at]!.tree.errors.length === 0;
  if (!isWhole(index)) return false;
  if (index > 0 && !isWhole(index - 1) && !items[index - 1]!.tree.text.endsWith("\n")) return false;
  return items[index]!.tree.text.endsWith("\n") || index + 1 >= items.length || isWhole(index + 1);
}

/** Whether an empty line stands above an item. */
function startsBlank({ items }: ast.FileTree, index: number): boolean {
  const above = items[index - 1]!.tree.text.endsWith("\n") ? "\n" : "";
  return /^\s*\n[^\S\n]*\n/.test(above + /^\s*/.exec(items[index]!.tree.text)![0]);
}
