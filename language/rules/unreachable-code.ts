// Statements after one that never goes on: `return`, `break`, `continue`, `exit()`. Functions there are made when the block
// is entered and count as reachable.

import type * as ast from "../ast.ts";
import type { ItemContext, Rule } from "./rule.ts";

export const unreachableCode: Rule = {
  code: "W210",
  severity: "warning",
  title: "unreachable-code",
  visit: (context) => ({
    Block: ({ statements }) => {
      const last = statements.findIndex((statement) => neverGoesOn(statement, context));
      if (last < 0) return;
      const rest = statements
        .slice(last + 1)
        .filter((statement) => statement.kind !== "Fun" && statement.kind !== "Error");
      if (rest.length === 0) return;
      context.report({
        span: { start: rest[0]!.start, end: rest.at(-1)!.end },
        message: `this is never reached: ${WORDS[statements[last]!.kind] ?? "`exit`"} comes before it`,
        tags: ["unnecessary"],
      });
    },
  }),
};

const WORDS: Readonly<Record<string, string | undefined>> = {
  Return: "`return`",
  Break: "`break`",
  Continue: "`continue`",
};

function neverGoesOn(statement: ast.Statement, { names, meaningOf }: ItemContext): boolean {
  if (WORDS[statement.kind] !== undefined) return true;
  if (statement.kind !== "Call" || statement.callee.kind !== "Name" || statement.callee.name !== "exit") return false;
  return names.bindingOf(statement.callee)?.kind === "free" && meaningOf("exit").kind === "builtin";
}
