// A declaration in a function's body that hides a parameter of that function: allowed, and rarely meant.

import type { Rule } from "./rule.ts";

export const hiddenParameter: Rule = {
  code: "W104",
  severity: "warning",
  title: "hidden-parameter",
  item: ({ names, report }) => {
    for (const { kind, local, previous } of names.clashes) {
      if (kind !== "hides-parameter") continue;
      report({
        span: local.declaration!,
        message: `this \`${local.name}\` hides the parameter \`${local.name}\``,
        related: [{ message: "the parameter", at: { span: previous.declaration! } }],
      });
    }
  },
};
