// How a diagnostic is shown:
//
//   main.wal:3:7: error W101: `nmae` is not defined
//      3 | print nmae;
//        |       ^^^^
//     main.wal:1:5: did you mean `name`?
//      1 | var name = 1;
//        |     ^^^^

import type { Diagnostic, Severity } from "../../language/diagnostics.ts";
import { excerpt } from "./excerpt.ts";
import type { View } from "./view.ts";

const LABELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** The lines of a diagnostic, without a line end after the last. */
export function diagnosticText(diagnostic: Diagnostic, view: View): string {
  const { paint } = view;
  const { severity, code, message, file, span, related } = diagnostic;
  const lines = [
    `${paint.bold(view.where(file, span.start))}: ${paint[severity](`${LABELS[severity]} ${code}`)}: ${view.message(message)}`,
    ...excerptOf(view, file, span, severity),
  ];
  for (const place of related) {
    lines.push(`  ${view.where(place.file, place.span.start)}: ${paint.dim(view.message(place.message))}`);
    lines.push(...excerptOf(view, place.file, place.span, "info"));
  }
  return lines.join("\n");
}

function excerptOf(view: View, file: string, span: Diagnostic["span"], color: Severity): string[] {
  const text = view.textOf(file);
  return text === undefined ? [] : excerpt(text, span, { paint: view.paint, color });
}

/** `2 errors, 1 warning`; empty when there is nothing to count. */
export function countText(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity, one: string, many: string): string[] => {
    const n = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return n === 0 ? [] : [`${n} ${n === 1 ? one : many}`];
  };
  return [
    ...count("error", "error", "errors"),
    ...count("warning", "warning", "warnings"),
    ...count("info", "note", "notes"),
  ].join(", ");
}

/** A file that is no program at all has an error wherever one looks; nobody reads more of them than this. */
const MOST_SHOWN = 100;

/** Shows diagnostics one after another, and how many there are. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], view: View, write: (text: string) => void): void {
  for (const diagnostic of diagnostics.slice(0, MOST_SHOWN)) write(diagnosticText(diagnostic, view));
  const rest = diagnostics.length - MOST_SHOWN;
  write(rest > 0 ? `${countText(diagnostics)} (${rest} of them are not shown)` : countText(diagnostics));
}
