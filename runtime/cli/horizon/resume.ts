// `walia horizon resume TASK --with VALUE`: what the task waits for has yielded this value. The next run goes on with it.
// `walia horizon resume TASK`: a task that has failed (reactor/keep/trials.ts) is tried again by the next run, where it was.
//
// Whatever it waited for goes its own way: a timer is forgotten, a future, a channel or a connection keeps what it has for others.

import { Standing } from "../../horizon/task-record.ts";
import { type KeptTask, requestOf, resumedWith } from "../../reactor/keep/reading.ts";
import { parseOptions } from "../options.ts";
import { UsageError } from "../trouble.ts";
import { type Changed, changeTask, Refusal } from "./changing.ts";
import type { HorizonContext } from "./horizon.ts";
import { readLiteral } from "./literal.ts";
import { ShownValues } from "./values.ts";
import { taskAndFile } from "./which.ts";

export async function resume(words: readonly string[], context: HorizonContext): Promise<number> {
  const { names, values } = parseOptions("horizon", words, { flags: [], values: ["with"] });
  const given = values.get("with");
  const { id, path } = taskAndFile(names, context.folder);
  if (given === undefined) return changeTask(path, id, context, triedAgain);
  const value = readLiteral(given, "--with");
  return changeTask(path, id, context, (kept) => {
    const { record } = kept;
    if (record.standing === Standing.Ready || requestOf(kept) === undefined)
      throw new Refusal(`task ${id} (${record.name}) waits for nothing: the next run goes on with it by itself`);
    const resumed = resumedWith(kept, value);
    const ready = { standing: Standing.Ready, effect: "", on: undefined, deadline: undefined, crashes: 0 };
    const task = {
      ...resumed,
      record: { ...record, ...ready, since: context.now(), generation: record.generation + 1 },
    };
    const shown = new ShownValues([value]).text(value);
    return { task, said: `task ${id} (${record.name}) goes on with ${shown} instead of waiting in ${record.effect}` };
  });
}

function triedAgain(kept: KeptTask): Changed {
  const { record } = kept;
  const { id, name } = record;
  if (record.standing !== Standing.Failed)
    throw new UsageError("horizon", "resume needs --with VALUE, the value to go on with; nil is one");
  const standing = requestOf(kept) === undefined ? Standing.Ready : Standing.Waiting;
  return {
    task: { ...kept, record: { ...record, standing, crashes: 0 } },
    said: `task ${id} (${name}) is tried again by the next run`,
  };
}
