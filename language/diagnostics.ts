// What the analysis has to say about a program: one structure for `walia check`, the editor and the tests.
//
// An "error" makes `walia run` refuse the program (exit 65), so it is only said when certain; what is merely likely is a
// "warning"; "info" is worth knowing. Codes are listed in docs/diagnostics.md, one section each.

import type { Span } from "./ast.ts";

export type Severity = "error" | "warning" | "info";

export interface Diagnostic {
  /** `W101`: stable, one for each rule. */
  readonly code: string;
  readonly severity: Severity;
  /** One line, in plain words. */
  readonly message: string;
  readonly file: string;
  /** Offsets in the file. */
  readonly span: Span;
  readonly related: readonly RelatedPlace[];
  readonly tags: readonly Tag[];
}

export interface RelatedPlace {
  readonly message: string;
  readonly file: string;
  /** Offsets in the file. */
  readonly span: Span;
}

/** "unnecessary": text that could go; editors fade it. "deprecated": there is a newer way; editors strike it out. */
export type Tag = "unnecessary" | "deprecated";

/** Earlier places first; at one place errors first. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return a.span.start - b.span.start || RANK[a.severity] - RANK[b.severity] || a.code.localeCompare(b.code);
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };
