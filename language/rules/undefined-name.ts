// A name that nothing declares. Says which name was perhaps meant, or that the declaration comes later.
//
// Quiet in a file that imports a file we do not have without an alias: any name may come from there.

import { NUMERIC_TYPES } from "../names/builtins.ts";
import type { ItemNames, NameUse } from "../names/model.ts";
import { Spellings } from "../names/spelling.ts";
import { functionAround } from "../names/units.ts";
import type { ItemContext, Related, Rule } from "./rule.ts";

export const undefinedName: Rule = {
  code: "W101",
  severity: "error",
  title: "undefined-name",
  needsAllFiles: true,
  guesses: true,
  item: (context) => {
    const { file, names, registry, meaningOf, report } = context;
    for (const unit of names.units) {
      for (const use of unit.free) {
        if (!("name" in use.node)) continue;
        const { name } = use.node;
        if (name === "" || name === "effect" || isTypeName(name) || meaningOf(name).kind !== "undefined") continue;
        if (registry.hasMissingImport(file)) continue;
        const later = declaredLater(use, name, names);
        if (later) {
          const message = `\`${name}\` is not known yet: it is declared further down, and a name is known from there on`;
          report({ span: use.node, message, related: [later] });
          continue;
        }
        const meant = meantBy(name, use, context);
        const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
        report({ span: use.node, message: `\`${name}\` is not defined${hint}` });
      }
    }
  },
};

/** `sizeof(u32)` names a type. */
const isTypeName = (name: string): boolean => NUMERIC_TYPES.has(name) || name === "ptr" || name === "bool";

function declaredLater(use: NameUse, name: string, names: ItemNames): Related | undefined {
  const around = functionAround(use.unit);
  for (const unit of names.units) {
    if (functionAround(unit) !== around) continue;
    for (const { name: other, role, declaration } of unit.locals) {
      if (other !== name || !declaration || declaration.start < use.node.start) continue;
      if (role === "var" || role === "const" || role === "fun" || role === "class")
        return { message: `\`${name}\` is declared here`, at: { span: declaration } };
    }
  }
  return undefined;
}

/** The name that was perhaps meant; of two that are as near, the one that is declared nearer. */
function meantBy(name: string, use: NameUse, { names, file, registry }: ItemContext): string | undefined {
  const local = new Spellings(localNames(use, names)).nearest(name);
  const outside = registry.nearest(file, name);
  return local === undefined || (outside && outside.distance < local.distance) ? outside?.name : local.name;
}

function localNames(use: NameUse, names: ItemNames): string[] {
  const found: string[] = [];
  for (let unit: NameUse["unit"] | null = use.unit; unit !== null; unit = unit.parent) {
    if (!names.units.includes(unit)) break;
    for (const local of unit.locals) if (local.declaration) found.push(local.name);
  }
  return found;
}
