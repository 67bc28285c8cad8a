// A walk over an item that knows, at every node, the unit (N1) whose code the node is. For the effect rows and the rules.

import type * as ast from "../ast.ts";
import { childrenOf, type Node, runSteps, type Schedule, type Step } from "../walk.ts";
import type { ItemNames, Unit } from "./model.ts";

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
  let unit: Unit;
  const inside = (inner: Unit, steps: readonly Step[]): Step[] => {
    let outer: Unit;
    return [
      () => {
        outer = unit;
        unit = inner;
      },
      ...steps,
      () => {
        unit = outer;
      },
    ];
  };

  const functionSteps = (fun: ast.Function): Step[] => inside(names.unitOf(fun), [...typesOf(fun), fun.body]);

  function under(node: Node): Step[] {
    switch (node.kind) {
      case "Fun":
      case "FunExpression":
        return functionSteps(node.fun);
      case "Test":
        return inside(names.unitOf(node), [node.body]);
      case "Class": {
        const members: (ast.VarDeclaration | ast.FunDeclaration)[] = [...node.fields, ...node.methods];
        return members
          .sort((a, b) => a.start - b.start)
          .flatMap((member): Step[] =>
            member.kind === "Var" && member.init ? inside(names.unitOf(member), [member]) : [member],
          );
      }
      case "Handle": {
        const clause = inside(names.clauseOf(node), [node.clause]);
        return node.body ? [...clause, ...inside(names.handledOf(node)!, [node.body])] : clause;
      }
      case "Block": {
        // What follows a `handle` without `in` is its handled code (N1); the block's end restores the unit around it.
        const steps: Step[] = [];
        for (const statement of node.statements) {
          steps.push(statement);
          if (statement.kind !== "Handle" || statement.body) continue;
          const covered = names.handledOf(statement)!;
          steps.push(() => {
            unit = covered;
          });
        }
        return inside(unit, steps);
      }
      default: {
        const children: Node[] = [];
        childrenOf(node, children);
        return children;
      }
    }
  }

  const visit = (node: Node, next: Schedule): void => {
    const at = unit;
    if (enter(node, at) === false) return;
    if (leave) next([() => leave(node, at)]);
    next(under(node));
  };
  for (const statement of tree.statements) {
    unit = names.unitOf(statement);
    runSteps([statement], visit);
  }
}

function typesOf(fun: ast.Function): Node[] {
  const types = fun.params.flatMap((param) => (param.type ? [param.type] : []));
  return fun.returns ? [...types, fun.returns] : types;
}

/** The function, method or test whose code a unit is part of: clauses and handled code belong to what is around them. */
export function functionAround(unit: Unit): Unit {
  let at = unit;
  while ((at.kind === "clause" || at.kind === "handled") && at.parent) at = at.parent;
  return at;
}
