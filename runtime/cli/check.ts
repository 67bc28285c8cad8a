// `walia check`: everything the analysis has to say about a program, without running it. For people, or as JSON:
//
//   { "version": 1,
//     "files": ["main.wal"],
//     "diagnostics": [{ "code": "W101", "severity": "error", "message": "…", "file": "main.wal",
//                       "start": { "line": 3, "column": 7, "offset": 31 }, "end": { … },
//                       "related": [{ "message": "…", "file": "…", "start": { … }, "end": { … } }],
//                       "tags": ["unnecessary"] }],
//     "errors": 1, "warnings": 0, "infos": 0 }
//
// Lines and columns count from 1, offsets from 0, columns and offsets in UTF-16 units. A severity is "error", "warning" or
// "info". Fields may be added; those that are there keep their meaning while `version` is 1.

import type { Span } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import type { Context } from "./context.ts";
import { showDiagnostics } from "./diagnostics.ts";
import { ExitCode } from "./exit-codes.ts";
import { expandNames, textReader } from "./files.ts";
import { parseOptions } from "./options.ts";
import { prepareCheck } from "./store.ts";
import { View } from "./view.ts";

export async function check(words: readonly string[], context: Context): Promise<number> {
  const { folder, terminal, cache } = context;
  const { names, flags } = parseOptions("check", words, { flags: ["json", "each"] });
  const paths = expandNames(names.length === 0 ? ["."] : names, folder);
  const read = await textReader(paths, folder);
  const files: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const program of flags.has("each") ? paths.map((path) => [path]) : [paths]) {
    const prepared = await prepareCheck(program, read, cache);
    files.push(...prepared.paths);
    diagnostics.push(...prepared.diagnostics);
  }
  const view = new View(terminal.paint, read, folder);
  if (flags.has("json")) terminal.print(JSON.stringify(jsonOf(files, diagnostics, view)));
  else if (diagnostics.length > 0) showDiagnostics(diagnostics, view, (text) => terminal.print(text));
  else terminal.print(`no problems in ${files.length === 1 ? view.shown(files[0]!) : `${files.length} files`}`);
  return diagnostics.some(({ severity }) => severity === "error") ? ExitCode.NotChecked : ExitCode.Fine;
}

function jsonOf(files: readonly string[], diagnostics: readonly Diagnostic[], view: View): object {
  const position = (file: string, offset: number) => {
    const place = view.placeOf(file, offset);
    return { line: place?.line ?? 1, column: place?.column ?? 1, offset };
  };
  const place = (file: string, span: Span) => ({
    file: view.shown(file),
    start: position(file, span.start),
    end: position(file, span.end),
  });
  const count = (severity: Diagnostic["severity"]): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return {
    version: 1,
    files: files.map((file) => view.shown(file)),
    diagnostics: diagnostics.map(({ code, severity, message, file, span, related, tags }) => ({
      code,
      severity,
      message: view.message(message),
      ...place(file, span),
      related: related.map((other) => ({ message: view.message(other.message), ...place(other.file, other.span) })),
      tags,
    })),
    errors: count("error"),
    warnings: count("warning"),
    infos: count("info"),
  };
}
