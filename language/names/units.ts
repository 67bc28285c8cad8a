// A walk over an item that knows, at every node, the unit (N1) whose code the node is. For the effect rows and the rules.

import type * as ast from "../ast.ts";
import { childrenOf, type Node } from "../walk.ts";
import type { ItemNames, Unit, UnitKind } from "./model.ts";

/**
 * Visits every node of an item in source order. `enter` may return false to leave out what is under a node; `leave`
 * follows the children of every node that was entered. A function's own node is visited in the unit around it.
 */
export function walkUnits(
  tree: ast.ItemTree,
  names: ItemNames,
  enter: (node: Node, unit: Unit) => boolean | undefined,
  leave?: (node: Node, unit: Unit) => void,
): void {
  // To do, last first: a node is visited, a unit becomes the current one, null says that the node below it is left.
  const stack: (Node | Unit | null)[] = [];
  const ahead: (Node | Unit)[] = [];
  for (const statement of tree.statements) {
    let unit = names.unitOf(statement);
    stack.push(statement);
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next === null) {
        leave?.(stack.pop() as Node, unit);
      } else if (isUnit(next)) {
        unit = next;
      } else {
        if (enter(next, unit) === false) continue;
        if (leave) stack.push(next, null);
        ahead.length = 0;
        under(next, unit, names, ahead);
        for (let i = ahead.length - 1; i >= 0; i--) stack.push(ahead[i]!);
      }
    }
  }
}

const UNIT_KINDS: ReadonlySet<string> = new Set<UnitKind>([
  ...(["function", "method", "field", "clause", "handled", "test", "top"] as const),
]);

const isUnit = (step: Node | Unit): step is Unit => UNIT_KINDS.has(step.kind);

/** What is under a node, with the units to change to on the way. */
function under(node: Node, unit: Unit, names: ItemNames, out: (Node | Unit)[]): void {
  switch (node.kind) {
    case "Fun":
    case "FunExpression":
      out.push(names.unitOf(node.fun));
      childrenOf(node, out as Node[]);
      out.push(unit);
      return;
    case "Test":
      out.push(names.unitOf(node), node.body, unit);
      return;
    case "Class": {
      const members: Node[] = [];
      childrenOf(node, members);
      for (const member of members) {
        if (member.kind === "Var" && member.init) out.push(names.unitOf(member), member, unit);
        else out.push(member);
      }
      return;
    }
    case "Handle":
      out.push(names.clauseOf(node), node.clause, unit);
      if (node.body) out.push(names.handledOf(node)!, node.body, unit);
      return;
    case "Block": {
      // What follows a `handle` without `in` is its handled code (N1); the block's end restores the unit around it.
      let covered = false;
      for (const statement of node.statements) {
        out.push(statement);
        if (statement.kind !== "Handle" || statement.body) continue;
        out.push(names.handledOf(statement)!);
        covered = true;
      }
      if (covered) out.push(unit);
      return;
    }
    default:
      childrenOf(node, out as Node[]);
  }
}

/** The function, method or test whose code a unit is part of: clauses and handled code belong to what is around them. */
export function functionAround(unit: Unit): Unit {
  let at = unit;
  while ((at.kind === "clause" || at.kind === "handled") && at.parent) at = at.parent;
  return at;
}
