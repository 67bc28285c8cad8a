// `alias.name` where the imported file declares no such name.

import { closest } from "../names/spelling.ts";
import type { Rule } from "./rule.ts";

export const unknownMember: Rule = {
  code: "W111",
  severity: "error",
  title: "unknown-member",
  needsAllFiles: true,
  guesses: true,
  visit: (context) => ({
    Member: ({ object, name }) => {
      if (object.kind !== "Name" || name.name === "" || context.names.bindingOf(object)?.kind !== "free") return;
      const meaning = context.meaningOf(object.name);
      if (meaning.kind !== "module" || context.registry.importedFile(context.file, meaning.declaration) === undefined)
        return;
      if (context.registry.exportOf(meaning.file, name.name).kind !== "undefined") return;
      const meant = closest(name.name, context.registry.exportsIn(meaning.file));
      const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
      context.report({ span: name, message: `${meaning.file} declares no \`${name.name}\`${hint}` });
    },
  }),
};
