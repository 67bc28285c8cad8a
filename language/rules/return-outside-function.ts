// `return` in top-level code. In a handler's clause it ends the clause, in a test the test.

import type { Unit } from "../names/model.ts";
import type { Rule } from "./rule.ts";

export const returnOutsideFunction: Rule = {
  code: "W206",
  severity: "error",
  title: "return-outside-function",
  visit: (context) => ({
    Return: (node, { unit }) => {
      let at: Unit = unit;
      while (at.kind === "handled" && at.parent) at = at.parent;
      if (at.kind === "top") context.report({ span: node, message: "`return` has no function around it" });
    },
  }),
};
