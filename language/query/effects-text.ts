// What the analysis knows of a file's effects, as text: every function with its row, where it may suspend and where its tasks
// run, every handler with the kind of its clause. For reading, and for comparing two versions.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import { lineIndex, offset, toLineColumn } from "../positions.ts";

/** Of a whole file, or of the top-level declaration `name` in it. */
export function effectsText(analysis: Analysis, file: string, name: string | null = null): string {
  const tree = analysis.files.get(file);
  if (!tree) return "";
  const lines = lineIndex(tree.text);
  const parts: string[] = [];
  tree.items.forEach((item, index) => {
    const names = analysis.names(file, index);
    if (name !== null && !names.exports.some((declared) => declared.name === name)) return;
    const lineOf = (span: ast.Span): number => toLineColumn(lines, offset(span.start + item.offset)).line;
    for (const unit of names.units) {
      const text = unitText(analysis, names, unit, lineOf);
      if (text !== "") parts.push(text);
    }
  });
  return parts.length > 0 ? `${parts.join("\n")}\n` : "Nothing here is a function, a handler or a test.\n";
}

function unitText(analysis: Analysis, names: ItemNames, unit: Unit, lineOf: (span: ast.Span) => number): string {
  const { facts } = analysis;
  const { effects, callsParameters, open } = facts.rowOf(unit);
  const row = [
    ...effects,
    ...callsParameters.map((name) => `what ${name} performs`),
    ...(open ? ["what cannot be seen"] : []),
  ];
  const waits = facts.waitsIn(unit).map((wait) => lineOf(wait));
  if (unit.kind === "handled" || unit.kind === "field") return "";
  // A declaration is told by its function.
  if (unit.kind === "top" && row.length + waits.length === 0) return "";
  const depth = unit.path === "" ? 0 : unit.path.split("/").length - 1;
  const facet = [
    row.length > 0 ? `! ${row.join(", ")}` : "! nothing",
    facts.maySuspend(unit) ? "may suspend ⏸" : "never suspends",
    facts.placeOf(unit) === "home" ? "home ⌂" : "anywhere",
    ...(unit.kind === "clause" ? [`clause: ${facts.clauseOf(unit.node as ast.Handle, names)}`] : []),
  ];
  const head = `${"  ".repeat(depth)}${labelOf(unit)}   (line ${lineOf(unit.node)})`;
  const rest = [facet.join(" · "), ...(waits.length > 0 ? [`waits in line ${[...new Set(waits)].join(", ")}`] : [])];
  return [head, ...rest.map((line) => `${"  ".repeat(depth + 1)}${line}`)].join("\n");
}

function labelOf(unit: Unit): string {
  switch (unit.kind) {
    case "clause":
      return `handle "${(unit.node as ast.Handle).effect}"`;
    case "test":
      return `test "${(unit.node as ast.TestDeclaration).title}"`;
    case "top":
      return "top level";
    default:
      return `${(unit.node as ast.Function).isAsync ? "async " : ""}fun ${unit.name ?? ""}`.trimEnd();
  }
}
