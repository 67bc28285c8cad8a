// `effect` outside a handler's clause, where nothing else of that name is declared.

import type { Rule } from "./rule.ts";

export const effectOutsideClause: Rule = {
  code: "W208",
  severity: "error",
  title: "effect-outside-clause",
  item: ({ names, meaningOf, report }) => {
    for (const unit of names.units) {
      for (const { node } of unit.free) {
        if ("name" in node && node.name === "effect" && meaningOf("effect").kind === "undefined")
          report({ span: node, message: "`effect` is only known in the clause of a `handle`" });
      }
    }
  },
};
