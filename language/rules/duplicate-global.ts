// Two top-level declarations of one name in the workspace: each says where the other is.

import type { Rule } from "./rule.ts";

/** So many others are named, however many there are: a name in two hundred files would else be told of forty thousand times. */
const NAMED = 5;

export const duplicateGlobal: Rule = {
  code: "W103",
  severity: "error",
  title: "duplicate-top-level-name",
  workspace: ({ itemAt, registry, report }) => {
    for (const name of registry.duplicates()) {
      const all = registry.declarationsOf(name);
      for (const { file, itemIndex, export: declared } of all) {
        const others = all
          .slice(0, NAMED + 1)
          .filter((other) => other.export !== declared)
          .slice(0, NAMED);
        const files = [...new Set(others.map((other) => (other.file === file ? "this file" : other.file)))];
        const further = all.length - 1 - others.length;
        const where = further === 0 ? files : [...files, `${further} more`];
        report(itemAt(file, itemIndex), {
          span: declared.identifier,
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
