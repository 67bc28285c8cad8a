// `await` in a function that is not `async`. The top level of a program and tests may await; a clause and handled code
// belong to the function around them, and so does a `=>` lambda, which has no `async` form.

import type * as ast from "../ast.ts";
import type { Unit } from "../names/model.ts";
import { functionAround } from "../names/units.ts";
import type { Node } from "../walk.ts";
import type { ItemContext, Rule, Where } from "./rule.ts";

export const awaitOutsideAsync: Rule = {
  code: "W204",
  severity: "error",
  title: "await-outside-async",
  visit: (context) => {
    const lambdas = new Set<ast.Function>();
    return {
      begin: () => lambdas.clear(),
      FunExpression: ({ form, fun }) => {
        if (form === "lambda") lambdas.add(fun);
      },
      Await: (node, where) => check(node, where, lambdas, context),
      Pipe: (node, where) => {
        if (node.isAwait) check(node.right, where, lambdas, context);
      },
    };
  },
};

function check(node: Node, where: Where, lambdas: ReadonlySet<ast.Function>, context: ItemContext): void {
  let unit: Unit = functionAround(where.unit);
  while (unit.parent && lambdas.has(unit.node as ast.Function)) unit = functionAround(unit.parent);
  if (unit.kind !== "function" && unit.kind !== "method") return;
  if ((unit.node as ast.Function).isAsync) return;
  const name = unit.name === null ? "this function" : `\`${unit.name}\``;
  context.report({
    span: { start: node.start, end: node.kind === "Await" ? node.start + "await".length : node.end },
    message: `\`await\` needs an \`async\` function, and ${name} is none`,
  });
}
