// `walia horizon diff A B`: what the second file has that the first has not, and the other way round: tasks, and in each the frames and
// variables that changed; variables of the program; other records by their names.
//
// Tasks are printed one by one as they are compared: two files may differ in millions.
//
//   --json   { version, before, after, tasks [{ id, function, change, details }], variables [{ name, before, after }],
//            others [{ table, key, change }] }; change is "added", "gone" or "changed"

import type { Cache } from "../../../cache/cache.ts";
import { type Difference, type Differences, diffFiles } from "../../horizon/diff.ts";
import { type Key, Table, tableName } from "../../horizon/tables.ts";
import { damageText } from "../../horizon/trouble.ts";
import { oneLine } from "../excerpt.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { plain } from "../paint.ts";
import { shownPath } from "../paths.ts";
import { UsageError } from "../trouble.ts";
import { View } from "../view.ts";
import type { HorizonContext } from "./horizon.ts";
import { openFile, readStored } from "./opened.ts";
import { Progress } from "./progress.ts";
import { type FrameView, type TaskView, viewTask } from "./task-view.ts";
import { type NamedValue, ShownValues } from "./values.ts";
import { whichFile } from "./which.ts";
import { countText, stateName } from "./words.ts";

type Change = "added" | "gone" | "changed";

interface ChangedTask {
  readonly id: number;
  readonly function: string;
  readonly change: Change;
  readonly details: readonly string[];
}

interface ChangedVariable {
  readonly name: string;
  /** Null where there is none of this name. */
  readonly before: string | null;
  readonly after: string | null;
}

export async function diff(words: readonly string[], { folder, terminal, cache }: HorizonContext): Promise<number> {
  const { names, flags } = parseOptions("horizon", words, { flags: ["json"] });
  if (names.length !== 2) throw new UsageError("horizon", "diff compares two files");
  const [before, after] = names.map((name) => whichFile(name, folder)) as [string, string];
  const progress = new Progress("comparing", terminal);
  const found = await diffFiles(before, after, progress);
  progress.end();
  const { differences, damage } = found;
  const first = await look(before, cache, folder);
  const second = await look(after, cache, folder);
  const variables = compareVariables(first.variables, second.variables);
  const others = differences
    .filter((one) => !isOfTask(one) && one.table !== Table.Globals)
    .map(({ table, key, before: was, after: is }) => ({ table: tableName(table), key, change: changeOf(was, is) }));
  const counts = { added: 0, gone: 0, changed: 0 };
  const isJson = flags.has("json");
  if (isJson) {
    const files = { before: shownPath(before, folder), after: shownPath(after, folder) };
    terminal.print(`${JSON.stringify({ version: 1, ...files }).slice(0, -1)},"tasks":[`);
  }
  let tasks = 0;
  for (const { id, was, is } of storedTasks(found)) {
    const task = compareTasks(id, first.view(id, was), second.view(id, is));
    counts[task.change]++;
    if (isJson) terminal.print(`${tasks === 0 ? "" : ","}${JSON.stringify(task)}`);
    else for (const line of taskLines(task)) terminal.print(oneLine(line));
    tasks++;
  }
  if (isJson) terminal.print(`],${JSON.stringify({ variables, others }).slice(1)}`);
  else {
    for (const variable of variables) terminal.print(oneLine(variableText(variable)));
    for (const { table, key, change } of others) terminal.print(oneLine(`${table} ${key} ${WORDS[change]}`));
    terminal.print(summary(counts, variables, others.length));
  }
  for (const one of damage) terminal.complain(`${terminal.errorPaint.error("not compared")} ${damageText(one)}`);
  if (damage.length > 0) return ExitCode.FileTrouble;
  return tasks + variables.length + others.length === 0 ? ExitCode.Fine : ExitCode.Found;
}

const WORDS: Readonly<Record<Change, string>> = { added: "is new", gone: "is gone", changed: "has changed" };

const isOfTask = ({ table }: Difference): boolean => table === Table.Tasks || table === Table.Frames;

const changeOf = (before: unknown, after: unknown): Change =>
  before === undefined ? "added" : after === undefined ? "gone" : "changed";

function taskLines({ id, function: name, change, details }: ChangedTask): string[] {
  return [`task ${id} (${name}) ${WORDS[change]}`, ...details.map((line) => `  ${line}`)];
}

function variableText({ name, before, after }: ChangedVariable): string {
  if (after === null) return `variable ${name} is gone, was ${before}`;
  return `variable ${name} = ${after}${before === null ? " is new" : `, was ${before}`}`;
}

function summary(
  tasks: Readonly<Record<Change, number>>,
  variables: readonly ChangedVariable[],
  others: number,
): string {
  const changes = `${tasks.added} added, ${tasks.gone} gone, ${tasks.changed} changed`;
  return `tasks: ${changes}; ${countText(variables.length, "variable")} and ${countText(others, "other record")} differ`;
}

// ---- One file ----

/** What is compared of a file. */
interface Looked {
  /** A task of it as it is shown; undefined for one that it does not have. */
  view(id: number, records: TaskRecords): TaskView | undefined;
  readonly variables: ReadonlyMap<string, string>;
}

/** A task's record, and that of its frames where these stand apart; undefined where there is none. */
interface TaskRecords {
  readonly task: Uint8Array | undefined;
  readonly frames: Uint8Array | undefined;
}

/** Tasks with a record that differs, as both files have them. */
function* storedTasks({ differences, before }: Differences): Iterable<{
  readonly id: number;
  readonly was: TaskRecords;
  readonly is: TaskRecords;
}> {
  const apart = new Map<Key, Difference>();
  for (const one of differences) if (one.table === Table.Frames) apart.set(one.key, one);
  const both = (id: number, task: Difference | undefined): { id: number; was: TaskRecords; is: TaskRecords } => {
    const frames = apart.get(id);
    apart.delete(id);
    const wasTask = before(Table.Tasks, id);
    const wasFrames = before(Table.Frames, id);
    return {
      id,
      was: { task: wasTask, frames: wasFrames },
      is: { task: task === undefined ? wasTask : task.after, frames: frames === undefined ? wasFrames : frames.after },
    };
  };
  for (const one of differences) if (one.table === Table.Tasks) yield both(one.key as number, one);
  for (const id of [...apart.keys()]) yield both(id as number, undefined);
}

async function look(path: string, cache: Cache, folder: string): Promise<Looked> {
  const opened = await openFile(path, cache);
  const view = new View(plain, opened.textOf, folder);
  const variables = opened.reading?.variables ?? new Map<string, undefined>();
  const shown = new ShownValues(variables.values());
  return {
    view: (id, { task, frames }) => {
      const size = (task?.length ?? 0) + (frames?.length ?? 0);
      return task === undefined ? undefined : viewTask(readStored(path, id, task, frames), size, opened.reading, view);
    },
    variables: new Map([...variables].map(([name, value]) => [name.replace(/^.*#/, ""), shown.text(value)])),
  };
}

function compareVariables(before: Looked["variables"], after: Looked["variables"]): ChangedVariable[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((variable) => variable.before !== variable.after);
}

// ---- One task ----

function compareTasks(id: number, before: TaskView | undefined, after: TaskView | undefined): ChangedTask {
  const { name } = (after ?? before)!.record;
  const details = before === undefined || after === undefined ? [] : detailsOf(before, after);
  return { id, function: name, change: changeOf(before, after), details };
}

function detailsOf(before: TaskView, after: TaskView): string[] {
  const problem = before.problem ?? after.problem;
  const details = waitsOf(before) === waitsOf(after) ? [] : [`${waitsOf(after)}, before it ${waitsOf(before)}`];
  if (problem !== null) return [...details, `its frames cannot be compared: ${problem}`];
  if (before.input !== after.input && after.input !== null) details.push(`it goes on with ${after.input}`);
  details.push(...changesOf(before.payload, after.payload).map((text) => `of what it waits for: ${text}`));
  // What is called comes and goes at the innermost end, so frames belong together from the other.
  const common = Math.min(before.frames.length, after.frames.length);
  for (const { number, function: name } of before.frames.slice(0, before.frames.length - common))
    details.push(`frame ${number} (${name}) has returned`);
  for (const frame of after.frames.slice(0, after.frames.length - common))
    details.push(`frame ${frame.number} (${placeOf(frame)}) is new`);
  const older = before.frames.slice(before.frames.length - common);
  for (const [i, frame] of after.frames.slice(after.frames.length - common).entries())
    details.push(...compareFrames(older[i]!, frame));
  return details.length > 0 ? details : ["it was written again; nothing that is shown has changed"];
}

function waitsOf({ record }: TaskView): string {
  const { effect, on, deadline } = record;
  const state = stateName(record);
  if (state !== "waiting") return state === "ready" ? "is ready" : "has failed";
  const until = deadline === undefined ? "" : ` until ${new Date(deadline).toISOString()}`;
  return `waits in ${effect}${on === undefined ? "" : ` ${on}`}${until}`;
}

function compareFrames(before: FrameView, after: FrameView): string[] {
  const head = `frame ${after.number} (${placeOf(after)})`;
  if (before.function !== after.function) return [`${head} is another, was ${placeOf(before)}`];
  const moved =
    placeOf(before) === placeOf(after) ? [] : [`${head} has moved on, was at ${before.file}:${before.line}`];
  return [...moved, ...changesOf(before.locals, after.locals).map((text) => `${head}: ${text}`)];
}

const placeOf = ({ function: name, file, line }: FrameView): string =>
  file === null ? name : `${name} at ${file}:${line}`;

/** `name = after, was before` for each that differs. */
function changesOf(before: readonly NamedValue[], after: readonly NamedValue[]): string[] {
  const was = new Map(before.map(({ name, value }) => [name, value]));
  const is = new Map(after.map(({ name, value }) => [name, value]));
  const names = [...new Set([...is.keys(), ...was.keys()])];
  return names
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => {
      if (!is.has(name)) return `${name} is not needed any more, was ${was.get(name)}`;
      return `${name} = ${is.get(name)}${was.has(name) ? `, was ${was.get(name)}` : " is new"}`;
    });
}
