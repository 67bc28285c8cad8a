// An import of a file that is not there.

import { resolvePath } from "../names/registry.ts";
import type { Rule } from "./rule.ts";

export const missingImport: Rule = {
  code: "W105",
  severity: "error",
  title: "missing-import",
  needsAllFiles: true,
  item: ({ file, names, registry, report }) => {
    for (const declaration of names.imports) {
      if (registry.importedFile(file, declaration) !== undefined) continue;
      const path = resolvePath(file, declaration.path);
      const looked = path.endsWith(".wal") ? path : `${path}.wal`;
      report({ span: declaration.pathSpan, message: `there is no file \`${looked}\` to import` });
    }
  },
};
