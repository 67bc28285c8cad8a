// `walia horizon diff A B`: what the second file has that the first has not, and the other way round: tasks, and in each the frames and
// variables that changed; variables of the program; other records by their names.
//
//   --json   { version, before, after, tasks [{ id, function, change, details }], variables [{ name, before, after }],
//            others [{ table, key, change }] }; change is "added", "gone" or "changed"

import type { Cache } from "../../../cache/cache.ts";
import { type Difference, diffFiles } from "../../horizon/diff.ts";
import { Table, tableName } from "../../horizon/tables.ts";
import { damageText } from "../../horizon/trouble.ts";
import { oneLine } from "../excerpt.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { plain } from "../paint.ts";
import { shownPath } from "../paths.ts";
import { UsageError } from "../trouble.ts";
import { View } from "../view.ts";
import type { HorizonContext } from "./horizon.ts";
import { openFile, storedTask } from "./opened.ts";
import { Progress } from "./progress.ts";
import { type FrameView, sizeOf, type TaskView, viewTask } from "./task-view.ts";
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
  const { differences, damage } = await diffFiles(before, after, progress);
  progress.end();
  const ids = new Set(differences.filter(isOfTask).map(({ key }) => key as number));
  const first = await look(before, ids, cache, folder);
  const second = await look(after, ids, cache, folder);
  const tasks = [...ids].sort((a, b) => a - b).map((id) => compareTasks(id, first.tasks.get(id), second.tasks.get(id)));
  const variables = compareVariables(first.variables, second.variables);
  const others = differences
    .filter((one) => !isOfTask(one) && one.table !== Table.Globals)
    .map(({ table, key, before: was, after: is }) => ({ table: tableName(table), key, change: changeOf(was, is) }));
  if (flags.has("json")) {
    const files = { before: shownPath(before, folder), after: shownPath(after, folder) };
    terminal.print(JSON.stringify({ version: 1, ...files, tasks, variables, others }));
  } else {
    for (const task of tasks) for (const line of taskLines(task)) terminal.print(oneLine(line));
    for (const variable of variables) terminal.print(oneLine(variableText(variable)));
    for (const { table, key, change } of others) terminal.print(oneLine(`${table} ${key} ${WORDS[change]}`));
    terminal.print(summary(tasks, variables, others.length));
  }
  for (const one of damage) terminal.complain(`${terminal.errorPaint.error("not compared")} ${damageText(one)}`);
  if (damage.length > 0) return ExitCode.FileTrouble;
  return tasks.length + variables.length + others.length === 0 ? ExitCode.Fine : ExitCode.Found;
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

function summary(tasks: readonly ChangedTask[], variables: readonly ChangedVariable[], others: number): string {
  const count = (change: Change): number => tasks.filter((task) => task.change === change).length;
  const changes = `${count("added")} added, ${count("gone")} gone, ${count("changed")} changed`;
  return `tasks: ${changes}; ${countText(variables.length, "variable")} and ${countText(others, "other record")} differ`;
}

// ---- One file ----

interface Looked {
  readonly tasks: ReadonlyMap<number, TaskView>;
  readonly variables: ReadonlyMap<string, string>;
}

/** What is compared of a file: these tasks, and the program's variables. */
async function look(path: string, ids: ReadonlySet<number>, cache: Cache, folder: string): Promise<Looked> {
  const opened = await openFile(path, cache, { tables: [Table.Tasks, Table.Frames], isWanted: (id) => ids.has(id) });
  const view = new View(plain, opened.textOf, folder);
  const tasks = new Map<number, TaskView>();
  for (const id of ids) {
    const stored = storedTask(opened, id);
    if (stored !== undefined) tasks.set(id, viewTask(stored, sizeOf(opened, id), opened.reading, view));
  }
  const variables = opened.reading?.variables ?? new Map<string, undefined>();
  const shown = new ShownValues(variables.values());
  return {
    tasks,
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
