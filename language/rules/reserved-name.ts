// A top-level declaration named `resume`: the name always means the built-in there (registry, G4).

import type { Rule } from "./rule.ts";

export const reservedName: Rule = {
  code: "W109",
  severity: "error",
  title: "reserved-name",
  item: ({ names, report }) => {
    for (const { name, identifier } of names.exports) {
      if (name === "resume") report({ span: identifier, message: "`resume` is built in; choose another name" });
    }
  },
};
