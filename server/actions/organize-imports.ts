// Organise imports: at the head of the file, in the order of their paths, each once, those that nothing uses left out.
//
// O1. An import without an alias may give names to any line, so it is kept.
// O2. Comments above an import go with it.

import type * as ast from "../../language/ast.ts";
import { type Action, type Asked, type Edit, wholeLines } from "./action.ts";

interface Found {
  readonly declaration: ast.ImportDeclaration;
  readonly span: ast.Span;
  readonly text: string;
}

export function organizeImports(asked: Asked): Action[] {
  const found = importsOf(asked);
  if (found.length === 0) return [];
  const kept = organized(asked, found);
  const edits = (): Edit[] => {
    const text = kept.map((each) => each.text).join("\n");
    const [first, ...others] = found;
    const gone = others.map(({ span }): Edit => ({ ...span, text: "" }));
    // The comment of an import is not to become part of the one at the head of the file.
    const apart = /^\/[/*]/.test(text) && /\S/.test(asked.text.slice(0, first!.span.start)) ? "\n" : "";
    return [{ ...first!.span, text: text === "" ? "" : `${apart}${text}\n` }, ...gone];
  };
  const isFine =
    kept.length === found.length && kept.every((each, index) => each === found[index]) && areTogether(asked, found);
  return isFine ? [] : [{ title: "Organise imports", kind: "source.organizeImports", edits }];
}

function importsOf(asked: Asked): Found[] {
  return asked.tree.items.flatMap(({ offset, tree }, index) => {
    const [only] = tree.statements;
    if (tree.statements.length !== 1 || only?.kind !== "Import" || tree.errors.length > 0) return [];
    const isFirst = asked.tree.items.slice(0, index).every((item) => item.tree.statements.length === 0);
    // The comment at the head of a file is the file's.
    const start = offset + (isFirst ? only.start : tree.text.length - tree.text.trimStart().length);
    const span = wholeLines(asked.text, start, offset + only.end);
    return [{ declaration: only, span, text: asked.text.slice(span.start, span.end).trim().replace(/;?$/, ";") }];
  });
}

function organized(asked: Asked, found: readonly Found[]): Found[] {
  const unused = new Set(
    asked.view.analysis
      .diagnostics(asked.file)
      .filter(({ code }) => code === "W108")
      .map(({ span }) => span.start),
  );
  const seen = new Set<string>();
  return found
    .filter(({ declaration, span }) => {
      const key = `${declaration.path} ${declaration.alias?.name ?? ""}`;
      const isUnused = [...unused].some((start) => start >= span.start && start < span.end);
      if (isUnused || seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort((a, b) => (a.declaration.path < b.declaration.path ? -1 : a.declaration.path > b.declaration.path ? 1 : 0));
}

const areTogether = (asked: Asked, found: readonly Found[]): boolean =>
  found.every(
    ({ span }, index) => index === 0 || asked.text.slice(found[index - 1]!.span.end, span.start).trim() === "",
  );
