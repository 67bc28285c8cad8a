// A local variable, function or class that nothing reads. A leading `_` silences, and so does a second declaration of the
// name: that is the mistake, and has a diagnostic of its own.

import type { Local } from "../names/model.ts";
import type { Rule } from "./rule.ts";

export const unusedVariable: Rule = {
  code: "W106",
  severity: "warning",
  title: "unused-variable",
  item: ({ names, report }) => {
    const redeclared = new Set(names.clashes.map((clash) => clash.previous));
    for (const unit of names.units) {
      for (const local of unit.locals) {
        if (redeclared.has(local) || !isPlain(local) || local.uses.some((use) => use.access === "read")) continue;
        const what = local.node?.kind === "Fun" ? "function" : local.node ? "class" : "variable";
        const how = local.uses.length > 0 ? "is assigned but never read" : "is never used";
        report({ span: local.declaration!, message: `the ${what} \`${local.name}\` ${how}`, tags: ["unnecessary"] });
      }
    }
  },
};

function isPlain(local: Local): boolean {
  if (!local.declaration || local.name === "" || local.name.startsWith("_")) return false;
  // What an annotation or an entanglement does with a variable cannot be seen.
  if (local.variable && (local.variable.entangled || local.variable.annotations.length > 0)) return false;
  return local.variable !== null || local.node !== null;
}
