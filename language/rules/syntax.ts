// Syntax errors, as the parser found and worded them.

import type { Rule } from "./rule.ts";

export const syntax: Rule = {
  code: "W001",
  severity: "error",
  title: "syntax",
  item: ({ tree, report }) => {
    for (const error of tree.errors) report({ span: error, message: error.message });
  },
};
