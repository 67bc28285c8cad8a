// Counters of a program that is compiled to find out which of its parts run (`walia test --coverage`). What is counted:
//
//   function    each call of a function, method or clause
//   statement   each time that a statement of a block begins, and what stands in place of a block: the body of `fun f() e`,
//               of a loop, of an arm, of a branch
//   branch      each time that one way of an `if` or `match` is taken; an `if` without `else` has its other way all the same
//
// N1. A counter is a number in an array that the loader is given (load.ts); a program compiled without counters has none of
//     this in it.
// N2. Tests are not counted: they are what counts.

import type * as ast from "../../language/ast.ts";

export interface Counter {
  readonly kind: "function" | "statement" | "branch";
  readonly file: string;
  /** Offsets in the file. */
  readonly start: number;
  readonly end: number;
  /** Of a function its path in its item (language/names/model.ts), of a branch "then", "else" or "arm"; else empty. */
  readonly name: string;
  /** Of a branch, where its `if` or `match` begins; else where the counter does. */
  readonly of: number;
}

/** The counters of one item while it is lowered. */
export class ItemCounters {
  constructor(
    /** Of the whole program, by number. */
    readonly all: Counter[],
    readonly file: string,
    /** Of the item in the file. */
    readonly offset: number,
  ) {}

  /** The number of a new counter; `of` as `span` in offsets of the item. */
  add(kind: Counter["kind"], span: ast.Span, name = "", of: ast.Span = span): number {
    const { file, offset } = this;
    return (
      this.all.push({ kind, file, start: span.start + offset, end: span.end + offset, name, of: of.start + offset }) - 1
    );
  }
}

/** Whether a statement of a block is counted: declarations are no steps, and a block's own statements are. */
export function isCounted({ kind }: ast.Statement): boolean {
  return !UNCOUNTED.has(kind);
}

const UNCOUNTED: ReadonlySet<ast.Statement["kind"]> = new Set<ast.Statement["kind"]>([
  "Fun",
  "Class",
  "Trait",
  "Layout",
  "Import",
  "Gene",
  "Test",
  "Error",
  "Block",
  "Unsafe",
]);
