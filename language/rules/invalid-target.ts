// An assignment to something that is no place: `1 = 2`, `f() = 3`.

import type { Rule } from "./rule.ts";

const PLACES: ReadonlySet<string> = new Set(["Name", "Member", "Index"]);

export const invalidTarget: Rule = {
  code: "W202",
  severity: "error",
  title: "invalid-target",
  visit: (context) => ({
    Assign: ({ target }) => {
      if (PLACES.has(target.kind) || (target.kind === "Unary" && target.op === "*")) return;
      context.report({
        span: target,
        message: "this cannot be assigned: only a name, a field, an item or `*pointer` can",
      });
    },
  }),
};
