// Files that move: how the imports must change so that everything still means the same.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { RenameEdit } from "./rename.ts";

/** `moved` tells where a file will be; for a file that stays, the same path. */
export function importEdits(analysis: Analysis, moved: (path: string) => string): RenameEdit[] {
  const edits: RenameEdit[] = [];
  for (const [file, { items }] of analysis.files) {
    items.forEach(({ offset }, index) => {
      for (const declaration of analysis.names(file, index).imports) {
        const target = analysis.registry.importedFile(file, declaration);
        if (target === undefined) continue;
        const text = pathFor(declaration, moved(file), moved(target), file === moved(file) && target === moved(target));
        const { start, end } = declaration.pathSpan;
        if (text !== declaration.path)
          edits.push({ file, span: { start: start + 1 + offset, end: end - 1 + offset }, text });
      }
    });
  }
  return edits;
}

/** How an import in `from` names `target`: as before as far as that is possible. */
function pathFor({ path }: ast.ImportDeclaration, from: string, target: string, stays: boolean): string {
  if (stays || path.startsWith("/")) return stays ? path : withoutEnding(target, path);
  const here = from.split("/").slice(0, -1);
  const there = target.split("/");
  let common = 0;
  while (common < here.length && common < there.length - 1 && here[common] === there[common]) common++;
  const up = here.slice(common).map(() => "..");
  const relative = [...up, ...there.slice(common)].join("/");
  const dotted = path.startsWith("./") && up.length === 0 ? `./${relative}` : relative;
  return withoutEnding(dotted, path);
}

const withoutEnding = (target: string, before: string): string =>
  before.endsWith(".wal") ? target : target.replace(/\.wal$/, "");
