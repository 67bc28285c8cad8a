// Which points a statement contains (K3 of core.ts), and whether it may leave its unit by a tail operation.

import type { Stmt } from "./core.ts";

/** First and last point. */
export type PointRange = readonly [first: number, last: number];
const ranges = new WeakMap<readonly Stmt[], PointRange | null>();

/** The points in a statement (K3). */
export function rangeOf(statement: Stmt): PointRange | null {
  switch (statement.kind) {
    case "point":
      return [statement.id, statement.id];
    case "if":
      return join(rangeOfList(statement.then), rangeOfList(statement.otherwise));
    case "loop":
    case "block":
      return rangeOfList(statement.body);
    default:
      return null;
  }
}

export function rangeOfList(list: readonly Stmt[]): PointRange | null {
  let range = ranges.get(list);
  if (range === undefined) {
    range = list.reduce<PointRange | null>((all, statement) => join(all, rangeOf(statement)), null);
    ranges.set(list, range);
  }
  return range;
}

function join(a: PointRange | null, b: PointRange | null): PointRange | null {
  if (a === null || b === null) return a ?? b;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** Is there a tail operation among the statements, or inside them? */
export function hasTail(list: readonly Stmt[]): boolean {
  return list.some((statement) => {
    switch (statement.kind) {
      case "tail":
        return true;
      case "if":
        return hasTail(statement.then) || hasTail(statement.otherwise);
      case "loop":
      case "block":
        return hasTail(statement.body);
      default:
        return false;
    }
  });
}
