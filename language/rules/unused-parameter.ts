// A parameter or a pattern's name that nothing uses. Only said of named functions: methods and callbacks often take what
// their caller happens to pass.

import type { Local } from "../names/model.ts";
import { patternKind } from "../names/patterns.ts";
import type { ItemContext, Rule } from "./rule.ts";

export const unusedParameter: Rule = {
  code: "W107",
  severity: "info",
  title: "unused-parameter",
  item: (context) => {
    const redeclared = new Set(context.names.clashes.map((clash) => clash.previous));
    for (const unit of context.names.units) {
      for (const local of unit.locals) {
        if (local.uses.length > 0 || redeclared.has(local) || local.name.startsWith("_") || local.name === "") continue;
        const isParameter = local.role === "param" && unit.kind === "function" && unit.name !== null;
        if (!isParameter && !binds(local, context)) continue;
        const what = isParameter ? "parameter" : "pattern's name";
        context.report({
          span: local.declaration!,
          message: `the ${what} \`${local.name}\` is never used`,
          tags: ["unnecessary"],
        });
      }
    }
  },
};

function binds(local: Local, { names, registry, file }: ItemContext): boolean {
  if (local.role !== "pattern") return false;
  return local.pattern?.kind !== "NamePattern" || patternKind(local.pattern, names, registry, file) === "binds";
}
