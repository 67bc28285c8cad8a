// A `.wld` file as text: the program's variables, what it has open, its channels, and its tasks with their frames. For `show` without a
// task, and for whoever wants to read such a file as a document.

import type { Cache } from "../../../cache/cache.ts";
import { readMeta } from "../../horizon/check.ts";
import { decodeFormat, FORMAT_KEY } from "../../horizon/format.ts";
import { isRunning } from "../../horizon/owner.ts";
import { ownerOf } from "../../horizon/store.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import type { StoredTask } from "../../horizon/task-record.ts";
import { damageText, HorizonError } from "../../horizon/trouble.ts";
import { isPending } from "../../reactor/keep/reading.ts";
import { oneLine } from "../excerpt.ts";
import type { Paint } from "../paint.ts";
import { shownPath } from "../paths.ts";
import { View } from "../view.ts";
import { type Opened, openFile, storedTask } from "./opened.ts";
import { taskLines, valueLines } from "./task-lines.ts";
import { sizeOf, viewTask } from "./task-view.ts";
import { ShownValues } from "./values.ts";
import { countText, describer, descriptorText } from "./words.ts";

/** So many tasks, channels and descriptors are shown; of the others there is only their number. */
const SHOWN = 1000;

export interface WldTextOptions {
  /** From which paths are shown. */
  readonly folder: string;
  readonly cache: Cache;
  /** Unix milliseconds. */
  readonly now: number;
  readonly paint: Paint;
}

/** The text of a file, without a line end after the last line. HorizonError when there is nothing to read. */
export async function wldText(path: string, { folder, cache, now, paint }: WldTextOptions): Promise<string> {
  const ids = new Set<number>();
  const isWanted = (id: number): boolean => ids.has(id) || (ids.size < SHOWN && ids.add(id).has(id));
  const counts = new Map<Table, number>();
  const tables = [Table.Tasks, Table.Frames, Table.Descriptors, Table.Monitors];
  const opened = await openFile(path, cache, { tables, isWanted, counts });
  const describe = describer(opened.image.get(Table.Descriptors));
  const view = new View(paint, opened.textOf, folder);
  const title = (text: string): string[] => ["", paint.bold(text)];
  const lines = [...headLines(path, opened, folder)];

  const variables = [...(opened.reading?.variables ?? [])];
  if (variables.length > 0) {
    const shown = new ShownValues(variables.map(([, value]) => value));
    const named = variables.map(([name, value]) => shown.named(name.replace(/^.*#/, ""), value));
    lines.push(...title("variables"), ...valueLines(named, "  ", paint));
  }
  const handlers = opened.reading?.handlers ?? [];
  if (handlers.length > 0)
    lines.push(...title("handlers of the whole program"), ...handlers.map(({ code }) => `  ${oneLine(code.name)}`));
  const descriptors = someOf(
    opened,
    Table.Descriptors,
    (fd) => `  ${descriptorText(fd as number, describe(fd as number))}`,
  );
  if (descriptors.length > 0) lines.push(...title("descriptors"), ...descriptors);
  const channels = someOf(opened, Table.Channels, (id) => `  ${channelText(opened, id as number)}`);
  if (channels.length > 0) lines.push(...title("channels"), ...channels);

  const { program } = opened;
  const tasks = program.hasEnded ? program.left.size : (counts.get(Table.Tasks) ?? 0);
  if (program.hasEnded) lines.push("", "the program has ended by itself");
  if (tasks > 0 || !program.hasEnded) {
    const shown = [...ids].filter((id) => isPending(program, id));
    lines.push(...title(countText(tasks, "task")));
    for (const id of shown) {
      const stored = attemptTask(opened, id);
      if (typeof stored === "string") lines.push("", stored);
      else
        lines.push("", ...taskLines(viewTask(stored, sizeOf(opened, id), opened.reading, view), now, describe, paint));
    }
    if (tasks > shown.length)
      lines.push("", `… and ${countText(tasks - shown.length, "more task")}; walia horizon list has all`);
  }
  return lines.join("\n");
}

/** A task, or a line about one that is damaged. */
function attemptTask(opened: Opened, id: number): StoredTask | string {
  try {
    return storedTask(opened, id) ?? `task ${id} is damaged`;
  } catch (error) {
    if (error instanceof HorizonError)
      return `task ${id} is damaged: ${error.damage.map(({ what }) => what).join("; ")}`;
    throw error;
  }
}

function headLines(path: string, { image, program, damage, troubles }: Opened, folder: string): string[] {
  const format = readMeta(path).records.get(FORMAT_KEY);
  const known = format === undefined ? undefined : decodeFormat(format);
  const owner = ownerOf(path);
  const used =
    owner !== undefined && isRunning(owner)
      ? `process ${owner.pid} runs it, since ${new Date(owner.since).toISOString()}`
      : "no program runs with it";
  const versions = image.get(Table.Sources)?.size ?? 0;
  return [
    `${shownPath(path, folder)}: ${used}`,
    `format ${known?.format ?? "unknown"}, made by Walia ${known?.by ?? "unknown"}; ${countText(versions, "version")} of its sources`,
    ...(program.main === undefined ? [] : [`the program's own code is task ${program.main}`]),
    ...damage.map((one) => oneLine(`damaged: ${damageText(one)}`)),
    ...troubles.map(oneLine),
  ];
}

/** A line for each of the first records of a table. */
function someOf({ image }: Opened, table: Table, line: (key: Key) => string): string[] {
  const keys = [...(image.get(table)?.keys() ?? [])];
  const lines = keys.slice(0, SHOWN).map((key) => oneLine(line(key)));
  return keys.length > SHOWN ? [...lines, `  … and ${keys.length - SHOWN} more`] : lines;
}

function channelText({ reading }: Opened, id: number): string {
  if (reading === null) return `channel ${id}`;
  try {
    const { capacity, closed, items } = reading.channel(id)!;
    const shown = items.length === 0 ? "" : `: ${new ShownValues([items]).text(items)}`;
    return `channel ${id}: ${items.length} of ${capacity}${closed ? ", closed" : ""}${shown}`;
  } catch (error) {
    return `channel ${id} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
