// `walia horizon show`: all of one task; without a task, all of the file (wld-text.ts).
//
//   --json   { version, file, task }: the task as in `list`, and: begun, cancelled, waitsFor, payload [{ name, type, value }], input,
//            frames [{ number, function, file, line, column, locals [{ name, type, value }], notes }], problem

import { Table } from "../../horizon/tables.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import type { Paint } from "../paint.ts";
import { shownPath } from "../paths.ts";
import { FileTrouble } from "../trouble.ts";
import { View } from "../view.ts";
import type { HorizonContext } from "./horizon.ts";
import { taskJson } from "./list.ts";
import { openFile, storedTask } from "./opened.ts";
import { sizeOf, type TaskView, viewTask } from "./task-view.ts";
import type { NamedValue } from "./values.ts";
import { taskAndFile } from "./which.ts";
import { countText, type Describe, describer, durationText, sizeText, stateName, waitText } from "./words.ts";

export async function show(words: readonly string[], context: HorizonContext): Promise<number> {
  const { folder, terminal, now, cache } = context;
  const { names, flags } = parseOptions("horizon", words, { flags: ["json"] });
  const { id, path } = taskAndFile(names, folder);
  const opened = await openFile(path, cache, { tables: [Table.Tasks, Table.Frames, Table.Descriptors], task: id });
  const stored = storedTask(opened, id);
  if (stored === undefined)
    throw new FileTrouble(path, `there is no task ${id} in this file; walia horizon list shows which there are`);
  const view = viewTask(stored, sizeOf(opened, id), opened.reading, new View(terminal.paint, opened.textOf, folder));
  const describe = describer(opened.image.get(Table.Descriptors));
  if (flags.has("json"))
    terminal.print(
      JSON.stringify({ version: 1, file: shownPath(path, folder), task: viewJson(view, now(), describe) }),
    );
  else for (const line of taskLines(view, now(), describe, terminal.paint)) terminal.print(line);
  return view.problem === null ? ExitCode.Fine : ExitCode.FileTrouble;
}

function viewJson(view: TaskView, now: number, describe: Describe): object {
  const { record, size, frames, ...rest } = view;
  return {
    ...taskJson(record, size),
    waitsFor: waitText(record, now, describe),
    ...rest,
    frames: frames.map(({ excerpt: _excerpt, ...frame }) => frame),
  };
}

/** A task as text, a line each. */
export function taskLines(view: TaskView, now: number, describe: Describe, paint: Paint): string[] {
  const { record, size, begun, cancelled, payload, input, frames, problem } = view;
  const { id, name, effect, since, home, generation, crashes } = record;
  const state = stateName(record);
  const waits = waitText(record, now, describe);
  const lines = [`task ${id} ${paint.bold(name)}`];
  if (state === "waiting") lines.push(`  waits in ${paint.bold(effect)}${waits === "" ? "" : `: ${waits}`}`);
  else lines.push(state === "failed" ? `  failed: it crashed ${countText(crashes, "time")}` : "  is ready to go on");
  lines.push(`  since ${new Date(since).toISOString()}, ${durationText(now - since)} ago`);
  const place = home ? "runs on the first core, where the program's variables are" : "runs on any core";
  lines.push(`  ${place}; ${countText(generation, "step")} kept; ${sizeText(size)}`);
  if (!begun) lines.push("  none of its code has run yet");
  if (cancelled) lines.push("  was cancelled, and ends when it has cleaned up");
  if (input !== null) lines.push(`  goes on with ${input}`);
  if (payload.length > 0) lines.push(...valueLines(payload, "    ", paint));
  if (problem !== null) lines.push(`  ${paint.error("its frames cannot be read")}: ${problem}`);
  for (const { number, function: unit, file, line, column, excerpt, locals, notes } of frames) {
    const where = file === null ? "(library)" : `(${file}:${line}:${column})`;
    lines.push("", `${String(number).padStart(3)}  ${paint.bold(unit)} ${paint.dim(where)}`);
    lines.push(...excerpt.map((text) => `     ${text}`));
    lines.push(...valueLines(locals, "       ", paint));
    lines.push(...notes.map((note) => `     ${paint.dim(note)}`));
  }
  return lines;
}

/** Names in one column, values in the next. */
export function valueLines(values: readonly NamedValue[], indent: string, paint: Paint): string[] {
  const width = Math.max(...values.map(({ name }) => name.length));
  return values.map(({ name, value }) => `${indent}${paint.info(name.padEnd(width))}  ${value}`);
}
