// A number that does not fit the numeric type it is declared or cast with: a certain `Overflow` at run time.

import type * as ast from "../ast.ts";
import { NUMERIC_TYPES } from "../names/builtins.ts";
import type { ItemContext, Rule } from "./rule.ts";

export const numberRange: Rule = {
  code: "W209",
  severity: "error",
  title: "number-range",
  visit: (context) => ({
    Var: ({ type, init }) => {
      if (type && init) check(type, init, context);
    },
    Cast: ({ type, value, truncate }) => {
      if (!truncate) check(type, value, context);
    },
  }),
};

function check(type: ast.TypeRef, value: ast.Expression, { report }: ItemContext): void {
  const range = type.kind === "NamedType" ? NUMERIC_TYPES.get(type.name) : undefined;
  const number = literalNumber(value);
  if (type.kind !== "NamedType" || !range || number === undefined) return;
  if (number >= range.min && number <= range.max) return;
  const limits = range.whole ? `${range.min} to ${range.max}` : `±${range.max}`;
  report({ span: value, message: `${number} does not fit in \`${type.name}\`, which holds ${limits}` });
}

/** The number that an expression plainly is: `300`, `-1`, `'A'`. */
export function literalNumber(expression: ast.Expression): number | undefined {
  let sign = 1;
  let at = expression;
  while (at.kind === "Unary" && at.op === "-") {
    sign = -sign;
    at = at.operand;
  }
  return at.kind === "Number" || at.kind === "Char" ? sign * at.value : undefined;
}
