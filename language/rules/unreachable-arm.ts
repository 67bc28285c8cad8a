// An arm of a `match` that can never be taken: an earlier arm takes everything, or the same value.

import type { Span } from "../ast.ts";
import { takenBy } from "./arms.ts";
import type { Rule } from "./rule.ts";

export const unreachableArm: Rule = {
  code: "W212",
  severity: "warning",
  title: "unreachable-arm",
  needsAllFiles: true,
  visit: (context) => ({
    Match: ({ arms }) => {
      let everything: Span | null = null;
      const values = new Map<string, Span>();
      for (const { pattern, guard } of arms) {
        const taken = takenBy(pattern, context);
        const earlier: Span | undefined = everything ?? (taken.kind === "value" ? values.get(taken.key) : undefined);
        if (earlier) {
          const what = everything ? "everything" : "this value";
          context.report({
            span: pattern,
            message: `this arm is never reached: an earlier one takes ${what}`,
            related: [{ message: `takes ${what}`, at: { span: earlier } }],
            tags: ["unnecessary"],
          });
        }
        if (guard || earlier) continue;
        if (taken.kind === "everything") everything = pattern;
        else if (taken.kind === "value") values.set(taken.key, pattern);
      }
    },
  }),
};
