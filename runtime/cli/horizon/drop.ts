// `walia horizon drop TASK`: takes a task out of the file. For others it is as if it had been cancelled: its future has failed with the
// fault Cancelled, which whoever awaits it sees on the next run. Its own handlers of CANCELLED do not run, and nothing is cleaned up.

import type { Change } from "../../horizon/change.ts";
import { payloadOf } from "../../horizon/check.ts";
import { Store } from "../../horizon/store.ts";
import { Table } from "../../horizon/tables.ts";
import { endChanges } from "../../horizon/task-record.ts";
import { settleDropped } from "../../reactor/keep/dropping.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { version } from "../version.ts";
import { noTask } from "./changing.ts";
import type { HorizonContext } from "./horizon.ts";
import { readStored, requireIdle } from "./opened.ts";
import { Progress } from "./progress.ts";
import { taskAndFile } from "./which.ts";
import { countText } from "./words.ts";

export async function drop(words: readonly string[], { folder, terminal }: HorizonContext): Promise<number> {
  const { names } = parseOptions("horizon", words, { flags: [] });
  const { id, path } = taskAndFile(names, folder);
  requireIdle(path);
  const progress = new Progress("reading", terminal);
  const changes: Change[] = [];
  let name: string | undefined;
  let left = 0;
  const store = await Store.open(path, {
    by: version,
    meter: progress,
    visit: (table, key, part) => {
      if (table === Table.Tasks && key !== id) left++;
      if (key !== id || (table !== Table.Tasks && table !== Table.Frames))
        changes.push(...settleDropped(table, key, payloadOf(part), id));
      else if (table === Table.Tasks) name = readStored(path, id, payloadOf(part), undefined).task.name;
    },
  });
  progress.end();
  try {
    if (name === undefined) throw noTask(path, id);
    store.commit([...changes, ...endChanges(id)]);
  } finally {
    await store.close();
  }
  const rest =
    left === 0
      ? "No task is left: the next run runs the program from its beginning."
      : `${countText(left, "task")} left.`;
  terminal.print(`task ${id} (${name}) is dropped. ${rest}`);
  return ExitCode.Fine;
}
