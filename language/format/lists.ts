// What stands between brackets and is separated by commas: arguments, parameters, lists, maps, tuples, patterns.
//
// L1. On one line without a comma behind the last; or each on a line of its own with one.
// L2. Numbers fill their lines instead.

import type { Cursor } from "./cursor.ts";
import {
  blankOrLine,
  brackets,
  concat,
  type Doc,
  group,
  indent,
  line,
  nothing,
  softline,
  whenBroken,
} from "./document.ts";

export interface ListStyle {
  /** `{ a: 1 }` has space inside its brackets, `[1]` has none. */
  readonly spaced?: boolean;
  /** Each on a line of its own also where one line would do, because the first is. */
  readonly keepsLines?: boolean;
  /** L2 */
  readonly fills?: boolean;
  /** The comma behind the last, when it is not that of L1. */
  readonly last?: "always" | "never";
}

/** The parts of a bracketed list: what a call needs to put its last argument beside the bracket. */
export interface ListParts {
  readonly open: Doc;
  readonly items: readonly ListItem[];
  /** Comments before the closing bracket. */
  readonly rest: Doc;
  readonly close: Doc;
  /** Whether the first item is on another line than the bracket. */
  readonly onLines: boolean;
}

export interface ListItem {
  readonly doc: Doc;
  /** Comments behind its comma. */
  readonly behind: Doc;
  /** Whether an empty line comes before it. */
  readonly blank: boolean;
  /** Whether a comment that ends its line comes before it. */
  readonly breaks: boolean;
}

/** Takes a list from its opening bracket to its closing one. */
export function takeList<T>(c: Cursor, nodes: readonly T[], print: (node: T) => Doc): ListParts {
  const open = c.take();
  const onLines = c.lineEnds;
  const items = nodes.map((node, index): ListItem => {
    const blank = index > 0 && c.isBlank;
    const breaks = c.breaksBefore;
    const doc = print(node);
    return { doc, behind: c.skipIf(",") ? c.trailing() : nothing, blank, breaks };
  });
  // `(,)` is allowed.
  if (nodes.length === 0) c.skipIf(",");
  const rest = c.dangling(items.length === 0);
  return { open, items, rest, close: c.take(), onLines };
}

/** A whole list, by L1 and L2. */
export function bracketed<T>(c: Cursor, nodes: readonly T[], print: (node: T) => Doc, style: ListStyle = {}): Doc {
  const before = c.leading();
  return concat([before, listDoc(takeList(c, nodes, print), style)]);
}

export function listDoc({ open, items, rest, close, onLines }: ListParts, style: ListStyle = {}): Doc {
  const edge = style.spaced ? line : softline;
  if (items.length === 0) {
    if (rest === nothing) return concat([open, close]);
    return brackets(concat([open, indent(concat([edge, rest])), edge, close]));
  }
  const lastComma = style.last === "always" ? "," : style.last === "never" ? nothing : whenBroken(",");
  const parts = items.flatMap(({ doc, behind, blank }, index) => {
    const isLast = index === items.length - 1;
    const entry = isLast ? doc : concat([doc, ",", behind]);
    const separated = index === 0 ? entry : concat([blank && !style.fills ? blankOrLine : line, entry]);
    return [style.fills ? group(separated) : separated, ...(isLast ? [lastComma, behind] : [])];
  });
  const inside = indent(concat([edge, ...parts, rest]));
  return brackets(concat([open, inside, edge, close]), onLines && (style.keepsLines ?? false));
}
