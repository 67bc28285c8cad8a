// A name that several files declare, used in a file that says nothing about which one it means.

import type { Rule } from "./rule.ts";

export const ambiguousName: Rule = {
  code: "W110",
  severity: "error",
  title: "ambiguous-name",
  item: ({ names, meaningOf, report }) => {
    for (const unit of names.units) {
      for (const { node } of unit.free) {
        if (!("name" in node)) continue;
        const meaning = meaningOf(node.name);
        if (meaning.kind !== "ambiguous") continue;
        report({
          span: node,
          message: `\`${node.name}\` may be any of several: import one of ${meaning.files.join(", ")}`,
          related: meaning.files.map((file) => ({
            message: `\`${node.name}\` is declared here`,
            at: { file, name: node.name },
          })),
        });
      }
    }
  },
};
