// How a diagnostic is shown:
//
//   main.wal:3:7: error W101: `nmae` is not defined
//      3 | print nmae;
//        |       ^^^^
//     main.wal:1:5: did you mean `name`?
//      1 | var name = 1;
//        |     ^^^^

import type { Span } from "../../language/ast.ts";
import type { Diagnostic, Severity } from "../../language/diagnostics.ts";
import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import { excerpt } from "./excerpt.ts";
import type { TraceContext } from "./trace.ts";

const COLOR = { error: "error", warning: "warning", info: "info" } as const satisfies Record<Severity, string>;

/** The lines of a diagnostic, without a line end after the last. */
export function report(diagnostic: Diagnostic, context: TraceContext): string {
  const { paint } = context;
  const { severity, code, message, file, span, related } = diagnostic;
  const color = COLOR[severity];
  const lines = [`${paint.bold(placeOf(file, span, context))}: ${paint[color](`${severity} ${code}`)}: ${message}`];
  const text = context.textOf(file);
  if (text !== undefined) lines.push(...excerpt(text, span, { paint, color }));
  for (const place of related) {
    lines.push(`  ${placeOf(place.file, place.span, context)}: ${paint.dim(place.message)}`);
    const other = context.textOf(place.file);
    if (other !== undefined) lines.push(...excerpt(other, place.span, { paint, color: "info" }));
  }
  return lines.join("\n");
}

function placeOf(file: string, span: Span, context: TraceContext): string {
  const text = context.textOf(file);
  if (text === undefined) return context.shown(file);
  const { line, column } = toLineColumn(lineIndex(text), offset(span.start));
  return `${context.shown(file)}:${line}:${column}`;
}
