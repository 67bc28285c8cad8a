// How an unhandled fault is shown:
//
//   fault NilAccess: nil has no field `name`
//     at greet (main.wal:3:10)
//         3 |   print user.name;
//           |         ^^^^^^^^^
//     inside handle "GET"
//     at program (main.wal:9:1)
//   in task 4 (fetch)

import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import type { Fault, TraceLine } from "../engine/values.ts";
import { excerpt } from "./excerpt.ts";
import type { Paint } from "./paint.ts";

export interface TraceContext {
  /** The text of a file as it was loaded. */
  readonly textOf: (path: string) => string | undefined;
  /** How a path is shown. */
  readonly shown: (path: string) => string;
  readonly paint: Paint;
}

/** The lines of a fault, without a line end after the last. `task`: who failed, "program" for the program's own code. */
export function faultText(fault: Fault, task: string, context: TraceContext): string {
  const { paint } = context;
  const lines = [`${paint.error("fault")} ${paint.bold(fault.kind)}: ${fault.message}`];
  let innermost = true;
  for (const line of fault.trace) {
    const place = placeOf(line, context);
    if (place === null) lines.push(`  ${paint.dim(line.note ?? `at ${line.code?.name ?? "built-in code"}`)}`);
    else {
      lines.push(`  at ${place.name} ${paint.dim(`(${place.where})`)}`);
      if (innermost) for (const shown of place.excerpt) lines.push(`    ${shown}`);
      innermost = false;
    }
  }
  if (task !== "program") lines.push(`in ${task}`);
  return lines.join("\n");
}

/** The program's own code, between its functions, is called so and not by the name of the machine's frame. */
const PROGRAM = "program";

function placeOf(line: TraceLine, context: TraceContext): { name: string; where: string; excerpt: string[] } | null {
  const source = line.code?.source;
  const point = line.code?.points[line.at];
  if (!line.code || !source || !point) return null;
  // A task may run code of an older version of its file: then the item's own text is all there is to show.
  const file = context.textOf(source.path);
  const isCurrent = file?.startsWith(source.text, source.offset) === true;
  const text = isCurrent ? file : source.text;
  const base = isCurrent ? source.offset : 0;
  const start = toLineColumn(lineIndex(text), offset(base + point.start));
  const line1 = isCurrent ? start.line : start.line + source.line;
  return {
    name: line.code.name === "" ? PROGRAM : line.code.name,
    where: `${context.shown(source.path)}:${line1}:${start.column}`,
    excerpt: excerpt(
      text,
      { start: base + point.start, end: base + point.end },
      { paint: context.paint, firstLine: line1 - start.line + 1 },
    ),
  };
}
