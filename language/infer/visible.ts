// The locals that a name written at some place could mean, innermost first. For completion.
//
// The scopes are those of names/resolve.ts, read off the nodes around the place: a local is visible from its declaration on,
// the functions of a block everywhere in it.

import type * as ast from "../ast.ts";
import type { ItemNames, Local } from "../names/model.ts";
import type { Node } from "../walk.ts";

/** `nodes` are the nodes around `at`, outermost first; `at` is an offset in the item. Hidden names are left out. */
export function visibleLocals(nodes: readonly Node[], names: ItemNames, at: number): Local[] {
  const found = new Map<string, Local>();
  const add = (local: Local | undefined): void => {
    if (local && local.name !== "" && !found.has(local.name)) found.set(local.name, local);
  };
  const declared = (name: ast.Identifier): void => add(names.localOf(name));
  const special = (node: object, role: "this" | "effect"): void => {
    const unit = names.units.find((each) => each.node === node && each.locals.some((local) => local.role === role));
    add(unit?.locals.find((local) => local.role === role));
  };
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const inner = nodes[i + 1];
    switch (node.kind) {
      case "Block":
        // The last declaration of a name hides earlier ones.
        for (const statement of [...node.statements].reverse()) {
          if (statement.kind === "Fun") declared(statement.name);
          else if (statement.kind === "Class" && statement.name.end <= at) declared(statement.name);
          else if (statement.kind === "Var" && statement !== inner && statement.end <= at) declared(statement.name);
        }
        break;
      case "Var":
        // A function may call itself: its variable is known inside it.
        if (node.init?.kind === "FunExpression" && inner === node.init) declared(node.name);
        special(node, "this");
        break;
      case "Fun":
      case "FunExpression":
        if (isInside(node.fun.body, at)) for (const param of node.fun.params) declared(param.name);
        special(node.fun, "this");
        break;
      case "For":
        if (isInside(node.body, at)) declared(node.name);
        break;
      case "Match": {
        const arm = node.arms.findLast(({ start }) => start <= at);
        if (arm && arm.pattern.end <= at) for (const name of namesOf(arm.pattern)) declared(name);
        break;
      }
      case "Handle":
        if (isInside(node.clause, at)) special(node, "effect");
        break;
    }
  }
  return [...found.values()];
}

const isInside = (span: ast.Span, at: number): boolean => span.start <= at && at <= span.end;

function namesOf(pattern: ast.Pattern): ast.Identifier[] {
  const found: ast.Identifier[] = [];
  const work: ast.Pattern[] = [pattern];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    if (at.kind === "NamePattern") found.push(at.name);
    else if (at.kind === "TuplePattern") work.push(...at.items);
    else if (at.kind === "LayoutPattern") work.push(...at.fields.map((field) => field.pattern));
  }
  return found;
}
