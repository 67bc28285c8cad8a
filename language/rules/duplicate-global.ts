// Two top-level declarations of one name in the workspace: each says where the other is.

import type { Rule } from "./rule.ts";

export const duplicateGlobal: Rule = {
  code: "W103",
  severity: "error",
  title: "duplicate-top-level-name",
  workspace: ({ items, itemAt, registry, report }) => {
    for (const item of items) {
      for (const { name, identifier } of item.names.exports) {
        const all = registry.declarationsOf(name);
        if (all.length < 2) continue;
        const others = all.filter((other) => other.export.identifier !== identifier);
        const where = [...new Set(others.map((other) => (other.file === item.file ? "this file" : other.file)))];
        report(item, {
          span: identifier,
          message: `\`${name}\` is declared at top level twice: also in ${where.join(", ")}`,
          related: others.map((other) => ({
            message: `\`${name}\` is also declared here`,
            at: { span: other.export.identifier, in: itemAt(other.file, other.itemIndex).names },
          })),
        });
      }
    }
  },
};
