// A task as text, for `show` and for a whole file as text.

import { oneLine } from "../excerpt.ts";
import type { Paint } from "../paint.ts";
import type { TaskView } from "./task-view.ts";
import type { NamedValue } from "./values.ts";
import { countText, type Describe, durationText, sizeText, stateName, waitText } from "./words.ts";

/** A task as text, a line each. */
export function taskLines(view: TaskView, now: number, describe: Describe, paint: Paint): string[] {
  const { record, size, begun, cancelled, payload, input, frames, problem } = view;
  const { id, name, effect, since, home, generation, crashes } = record;
  const state = stateName(record);
  const waits = oneLine(waitText(record, now, describe));
  const lines = [`task ${id} ${paint.bold(oneLine(name))}`];
  if (state === "waiting") lines.push(`  waits in ${paint.bold(oneLine(effect))}${waits === "" ? "" : `: ${waits}`}`);
  else lines.push(state === "failed" ? `  failed: it crashed ${countText(crashes, "time")}` : "  is ready to go on");
  lines.push(`  since ${new Date(since).toISOString()}, ${durationText(now - since)} ago`);
  const place = home ? "runs on the first core, where the program's variables are" : "runs on any core";
  lines.push(`  ${place}; ${countText(generation, "step")} kept; ${sizeText(size)}`);
  if (!begun) lines.push("  none of its code has run yet");
  if (cancelled) lines.push("  was cancelled, and ends when it has cleaned up");
  if (input !== null) lines.push(`  goes on with ${oneLine(input)}`);
  if (payload.length > 0) lines.push(...valueLines(payload, "    ", paint));
  if (problem !== null) lines.push(`  ${paint.error("its frames cannot be read")}: ${oneLine(problem)}`);
  for (const { number, function: unit, file, line, column, excerpt, locals, notes } of frames) {
    const where = file === null ? "(library)" : `(${oneLine(file)}:${line}:${column})`;
    lines.push("", `${String(number).padStart(3)}  ${paint.bold(unit)} ${paint.dim(where)}`);
    lines.push(...excerpt.map((text) => `     ${text}`));
    lines.push(...valueLines(shownOf(locals), "       ", paint));
    lines.push(...notes.map((note) => `     ${paint.dim(oneLine(note))}`));
  }
  return lines;
}

/** Values of unfinished expressions have no name that people know; those that are not there yet are left out. */
const shownOf = (locals: readonly NamedValue[]): NamedValue[] =>
  locals
    .filter(({ name, value }) => !isTemporary(name) || value !== "nil")
    .map((local) => (isTemporary(local.name) ? { ...local, name: "(temporary)" } : local));

const isTemporary = (name: string): boolean => name.startsWith("%");

/** Names in one column, values in the next. */
export function valueLines(values: readonly NamedValue[], indent: string, paint: Paint): string[] {
  const width = Math.max(...values.map(({ name }) => name.length));
  return values.map(({ name, value }) => `${indent}${paint.info(name.padEnd(width))}  ${value}`);
}
