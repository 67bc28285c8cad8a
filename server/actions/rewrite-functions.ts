// Other forms of a function: `x => e` and `fun(x) e`, a body with braces and without, `async`.

import type * as ast from "../../language/ast.ts";
import { type Action, type Asked, contains } from "./action.ts";
import { asyncEdit, tokenBetween } from "./fix-code.ts";

export function rewriteFunctions(asked: Asked): Action[] {
  const node = asked.findHere("FunExpression") ?? asked.findHere("Fun");
  if (!node) return [];
  return [
    ...(node.kind === "FunExpression" ? forms(asked, node) : []),
    ...bodies(asked, node.fun),
    ...tasks(asked, node),
  ];
}

function forms(asked: Asked, node: ast.FunExpression): Action[] {
  const { fun, form } = node;
  // A `=>` lambda awaits for the function around it, and has no place for types of results.
  if (fun.isAsync || fun.returns || contains(fun.body, "Await") || hasAwaitingPipe(asked, fun)) return [];
  if (form === "fun")
    return [
      rewrite("Rewrite with `=>`", () => {
        const open = tokenBetween(asked, "(", fun.start, fun.end)!.start;
        const behind = asked.source({ start: open, end: fun.body.start }).trimEnd();
        const [only] = fun.params;
        const params = fun.params.length === 1 && !only!.type ? only!.name.name : behind;
        return [asked.replace({ start: fun.start, end: fun.body.start }, `${params} => `)];
      }),
    ];
  const arrow = tokenBetween(asked, "=", fun.params.at(-1)?.end ?? fun.start, fun.end);
  if (!arrow) return [];
  return [
    rewrite("Rewrite with `fun`", () => {
      const params = asked.source({ start: fun.start, end: arrow.start }).trim();
      const listed = params.startsWith("(") ? params : `(${params})`;
      return [asked.replace({ start: fun.start, end: arrow.start + "=>".length }, `fun${listed} `)];
    }),
  ];
}

const hasAwaitingPipe = (asked: Asked, fun: ast.Function): boolean => /\bawait\b/.test(asked.source(fun));

const rewrite = (title: string, edits: Action["edits"]): Action => ({
  title,
  kind: "refactor.rewrite",
  preserves: true,
  edits,
});

function bodies(asked: Asked, fun: ast.Function): Action[] {
  const { body } = fun;
  const text = asked.place.item.tree.text;
  if (body.kind !== "Block") {
    const { start, end } = asked.extent(body);
    const sign = asked.place.item.tree.statements.some((each) => each.kind === "Fun" && each.fun === fun)
      ? (/^\s*;/.exec(text.slice(end))?.[0].length ?? 0)
      : 0;
    return [
      rewrite("Give the body braces", () => [
        asked.replace({ start, end: end + sign }, `{ ${text.slice(start, end)} }`),
      ]),
    ];
  }
  const [only] = body.statements;
  if (body.statements.length !== 1 || only === undefined || !isBodyExpression(only)) return [];
  if (
    /\/\/|\/\*/.test(
      asked.source({ start: body.start, end: only.start }) + asked.source({ start: only.end, end: body.end }),
    )
  )
    return [];
  const value = asked.source(asked.extent(only));
  const isDeclared = asked.find("Fun")?.fun === fun;
  return [
    rewrite("Remove the braces of the body", () => [
      asked.replace(body, isDeclared && !value.endsWith("}") ? `${value};` : value),
    ]),
  ];
}

/** What may be the body of a function as it is. */
function isBodyExpression(node: ast.Statement): node is ast.Expression {
  return ![
    "Var",
    "Fun",
    "Class",
    "Trait",
    "Layout",
    "Gene",
    "Test",
    "Import",
    "Handle",
    "Error",
    "Block",
    "Print",
    "Return",
  ].includes(node.kind);
}

function tasks(asked: Asked, node: ast.FunDeclaration | ast.FunExpression): Action[] {
  const { fun } = node;
  if (node.kind === "FunExpression" && node.form === "lambda") return [];
  if (node.kind === "Fun" && node.name.name === "init") return [];
  const edit = asyncEdit(asked, fun);
  return edit
    ? [{ title: "Make it `async`: a call starts a task", kind: "refactor.rewrite", edits: () => [edit] }]
    : [];
}
