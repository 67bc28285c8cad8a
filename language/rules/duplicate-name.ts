// Two declarations of one name in one scope. Shadowing in an inner scope is fine.

import { patternKind } from "../names/patterns.ts";
import type { ItemContext, Rule } from "./rule.ts";

export const duplicateName: Rule = {
  code: "W102",
  severity: "error",
  title: "duplicate-name",
  item: (context) => {
    for (const { kind, local, previous } of context.names.clashes) {
      if (kind !== "redeclared" || compares(local.pattern, context) || compares(previous.pattern, context)) continue;
      context.report({
        span: local.declaration!,
        message: `\`${local.name}\` is already declared in this scope`,
        related: [{ message: `\`${local.name}\` is first declared here`, at: { span: previous.declaration! } }],
      });
    }
  },
};

function compares(pattern: ItemContext["names"]["clashes"][number]["local"]["pattern"], context: ItemContext): boolean {
  if (pattern?.kind !== "NamePattern") return false;
  return patternKind(pattern, context.names, context.registry, context.file) === "compares";
}
