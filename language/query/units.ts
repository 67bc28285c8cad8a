// Units for people: which one holds an offset, and what to call it.

import type * as ast from "../ast.ts";
import type { ItemNames, Unit } from "../names/model.ts";

/** The innermost function, clause, test or top-level statement of an item around an offset in it. */
export function unitAt(names: ItemNames, at: number): Unit | undefined {
  let found: Unit | undefined;
  for (const unit of names.units) {
    const span = spanOf(unit);
    // Units come outermost first.
    if (span && span.start <= at && at <= span.end) found = unit;
  }
  return found;
}

/** Where a unit's own code stands; null for handled code, which is part of what is around it. */
export function spanOf(unit: Unit): ast.Span | null {
  if (unit.kind === "handled") return null;
  if (unit.kind === "clause") return (unit.node as ast.Handle).clause;
  return unit.node as ast.Span;
}

/** `` `deposit` ``, `the clause of "ASK"`, `the program`: to be read in a sentence. */
export function labelOf(unit: Unit): string {
  switch (unit.kind) {
    case "function":
    case "method":
      return unit.name === null ? "a function without a name" : `\`${unit.name}\``;
    case "field":
      return `the field \`${unit.name ?? "?"}\``;
    case "clause":
      return `the clause of "${(unit.node as ast.Handle).effect}"`;
    case "handled":
      return unit.parent ? labelOf(unit.parent) : "the program";
    case "test":
      return `the test "${(unit.node as ast.TestDeclaration).title}"`;
    case "top":
      return "the program";
  }
}
