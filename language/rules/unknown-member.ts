// `alias.name` where the imported file declares no such name.

import type { Rule } from "./rule.ts";
import { closest } from "./suggest.ts";

export const unknownMember: Rule = {
  code: "W111",
  severity: "error",
  title: "unknown-member",
  item: ({ file, names, registry, meaningOf, report }) => ({
    Member: ({ object, name }) => {
      if (object.kind !== "Name" || name.name === "" || names.bindingOf(object)?.kind !== "free") return;
      const meaning = meaningOf(object.name);
      if (meaning.kind !== "module" || registry.importedFile(file, meaning.declaration) === undefined) return;
      if (registry.exportOf(meaning.file, name.name).kind !== "undefined") return;
      const meant = closest(name.name, registry.exportsIn(meaning.file));
      const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
      report({ span: name, message: `${meaning.file} declares no \`${name.name}\`${hint}` });
    },
  }),
};
