// How an unhandled fault is shown:
//
//   fault NilAccess: "name" of nil
//     at greet (main.wal:3:10)
//         3 |   print user.name;
//           |         ^^^^^^^^^
//     at List.each (library)
//     inside handle "GET"
//     at program (main.wal:9:1)
//   in task 4 (fetch)
//
// T1. Library functions that are written in Walia are named as a program calls them; their own lines, and helpers of
//     theirs, would only distract. So the source line is shown of the innermost frame of the program.

import type { Code } from "../engine/code.ts";
import type { Fault, TraceLine } from "../engine/values.ts";
import { excerpt } from "./excerpt.ts";
import type { View } from "./view.ts";

/** One line of a trace: a frame of the program, one of the library, or a note between them. */
export type TraceEntry =
  | {
      readonly kind: "frame";
      readonly name: string;
      readonly file: string;
      readonly line: number;
      readonly column: number;
      /** The source line with its carets. */
      readonly excerpt: readonly string[];
    }
  | { readonly kind: "library"; readonly name: string }
  | { readonly kind: "note"; readonly text: string };

/** The lines of a fault, without a line end after the last. `task`: who failed, "program" for the program's own code. */
export function faultText(fault: Fault, task: string, view: View): string {
  const { paint } = view;
  const lines = [`${paint.error("fault")} ${paint.bold(fault.kind)}: ${fault.message}`];
  let isInnermost = true;
  for (const entry of traceEntries(fault.trace, view)) {
    switch (entry.kind) {
      case "note":
        lines.push(`  ${paint.dim(entry.text)}`);
        break;
      case "library":
        lines.push(`  at ${entry.name} ${paint.dim("(library)")}`);
        break;
      case "frame":
        lines.push(`  at ${entry.name} ${paint.dim(`(${entry.file}:${entry.line}:${entry.column})`)}`);
        if (isInnermost) lines.push(...entry.excerpt.map((line) => `    ${line}`));
        isInnermost = false;
    }
  }
  if (task !== "program") lines.push(`in ${task}`);
  return lines.join("\n");
}

export function traceEntries(trace: readonly TraceLine[], view: View): TraceEntry[] {
  return trace.flatMap(({ code, at, note }): TraceEntry[] => {
    if (code === null) return note === null ? [] : [{ kind: "note", text: note }];
    if (code.source?.path.startsWith(OWN_FILES) === true) return libraryEntry(code.name);
    return frameEntry(code, at, view);
  });
}

/** Paths of the runtime's own files begin so (compile/program.ts). */
const OWN_FILES = "walia:";

/** T1 */
function libraryEntry(name: string): TraceEntry[] {
  const [, type, method] = /^__([A-Za-z]+)_(.+)$/.exec(name) ?? [];
  if (method !== undefined && /^[A-Z]|^string$|^number$/.test(type!))
    return [{ kind: "library", name: `${type}.${method}` }];
  return name.startsWith("__") || name === "function" ? [] : [{ kind: "library", name }];
}

function frameEntry(code: Code, at: number, view: View): TraceEntry[] {
  const { source } = code;
  const point = code.points[at];
  if (source === null || point === undefined) return [];
  // A task may run code of an older version of its file: then the item's own text is all there is to show.
  const text = view.textOf(source.path);
  const isCurrent = text?.startsWith(source.text, source.offset) === true;
  const base = isCurrent ? source.offset : 0;
  const span = { start: base + point.start, end: base + point.end };
  const { line, column } = isCurrent
    ? view.placeOf(source.path, span.start)!
    : placeInItem(source.text, point.start, source.line);
  const lines = isCurrent
    ? excerpt(text, span, { paint: view.paint })
    : excerpt(source.text, span, { paint: view.paint, firstLine: source.line + 1 });
  return [{ kind: "frame", name: code.name, file: view.shown(source.path), line, column, excerpt: lines }];
}

function placeInItem(text: string, at: number, linesBefore: number): { line: number; column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: linesBefore + before.length, column: before.at(-1)!.length + 1 };
}
