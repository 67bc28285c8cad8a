// An alias of an import that nothing in the file uses.

import type { Item, Rule } from "./rule.ts";

export const unusedImport: Rule = {
  code: "W108",
  severity: "warning",
  title: "unused-import",
  workspace: ({ items, report }) => {
    const importing = items.filter((item) => item.names.imports.some((declaration) => declaration.alias));
    for (const item of importing) {
      for (const { alias, start, end } of item.names.imports) {
        if (!alias || alias.name.startsWith("_") || isUsed(alias.name, item, items)) continue;
        report(item, {
          span: { start, end },
          message: `the import \`${alias.name}\` is never used`,
          tags: ["unnecessary"],
        });
      }
    }
  },
};

function isUsed(alias: string, { file }: Item, items: readonly Item[]): boolean {
  return items.some(
    (item) =>
      item.file === file &&
      item.names.units.some((unit) => unit.free.some(({ node }) => "name" in node && node.name === alias)),
  );
}
