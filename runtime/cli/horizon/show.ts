// `walia horizon show`: all of one task; without a task, all of the file (wld-text.ts).
//
//   --json   { version, file, task }: the task as in `list`, and: begun, cancelled, waitsFor, payload [{ name, type, value }], input,
//            frames [{ number, function, file, line, column, locals [{ name, type, value }], notes }], problem

import { Table } from "../../horizon/tables.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { shownPath } from "../paths.ts";
import { View } from "../view.ts";
import { noTask } from "./changing.ts";
import type { HorizonContext } from "./horizon.ts";
import { taskJson } from "./list.ts";
import { openFile, storedTask } from "./opened.ts";
import { taskLines } from "./task-lines.ts";
import { sizeOf, type TaskView, viewTask } from "./task-view.ts";
import { isTaskNumber, onlyName, taskAndFile, whichFile } from "./which.ts";
import { wldText } from "./wld-text.ts";
import { type Describe, describer, waitText } from "./words.ts";

export async function show(words: readonly string[], context: HorizonContext): Promise<number> {
  const { folder, terminal, now, cache } = context;
  const { names, flags } = parseOptions("horizon", words, { flags: ["json"] });
  if (!flags.has("json") && !names.some(isTaskNumber)) {
    const path = whichFile(onlyName(names), folder);
    terminal.print(await wldText(path, { folder, cache, now: now(), paint: terminal.paint }));
    return ExitCode.Fine;
  }
  const { id, path } = taskAndFile(names, folder);
  const opened = await openFile(path, cache, {
    tables: [Table.Tasks, Table.Frames, Table.Descriptors],
    isWanted: (task) => task === id,
  });
  const stored = storedTask(opened, id);
  if (stored === undefined) throw noTask(path, id);
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
