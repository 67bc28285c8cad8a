// `break` or `continue` with no loop around it in the same function or clause: a clause runs outside the loops around its
// `handle`. Code that a handler covers belongs to the loops around it.

import type { Rule } from "./rule.ts";

export const breakOutsideLoop: Rule = {
  code: "W205",
  severity: "error",
  title: "break-outside-loop",
  visit: (context) => ({
    Break: (node, { loops }) => {
      if (loops === 0) context.report({ span: node, message: "`break` has no loop around it" });
    },
    Continue: (node, { loops }) => {
      if (loops === 0) context.report({ span: node, message: "`continue` has no loop around it" });
    },
  }),
};
