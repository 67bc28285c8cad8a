// An alias of an import that nothing in the file uses.

import type { Item, Rule } from "./rule.ts";

export const unusedImport: Rule = {
  code: "W108",
  severity: "warning",
  title: "unused-import",
  workspace: ({ items, withImports, report }) => {
    if (withImports.length === 0) return;
    const byFile = new Map<string, Item[]>(withImports.map(({ file }) => [file, []]));
    for (const item of items) byFile.get(item.file)?.push(item);
    for (const item of withImports) {
      for (const { alias, start, end } of item.names.imports) {
        if (!alias || alias.name.startsWith("_")) continue;
        if (byFile.get(item.file)!.some((other) => other.freeNames.has(alias.name))) continue;
        report(item, {
          span: { start, end },
          message: `the import \`${alias.name}\` is never used`,
          tags: ["unnecessary"],
        });
      }
    }
  },
};
