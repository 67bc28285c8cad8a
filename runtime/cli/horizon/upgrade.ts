// `walia horizon upgrade`: moves suspended tasks to the source as it is on disk, and says which stay with theirs, and why.
//
//   --json   {"version":1,"file":…,"dryRun":…,"moved":…,"tasks":[task, …],"shared":[{ name, outcome, reasons }, …]}
//            a task is { id, function, outcome ("moved", "stays", "current"), reasons: [{ reason, before, now }, …] },
//            a place { file, line, column, text } or null
//
// U1. The program is the one that is named; else the files that the last run had, as far as they are still there, or all of the
//     folder that the file is named after.

import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { lineIndex, offset, toLineColumn } from "../../../language/positions.ts";
import { LimitError } from "../../compile/limits.ts";
import { payloadOf, type Visit } from "../../horizon/check.ts";
import { readFile, Store } from "../../horizon/store.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { damageText } from "../../horizon/trouble.ts";
import type { Image } from "../../reactor/keep/image.ts";
import { readProgram } from "../../reactor/keep/reading.ts";
import type { Obstacle } from "../../upgrade/match.ts";
import { type Outcome, planUpgrade, type Upgrade } from "../../upgrade/upgrade.ts";
import type { Place } from "../../upgrade/version.ts";
import { excerpt } from "../excerpt.ts";
import { ExitCode } from "../exit-codes.ts";
import { expandNames, textReader } from "../files.ts";
import { textsOf } from "../kept.ts";
import { parseOptions } from "../options.ts";
import { shownPath } from "../paths.ts";
import { refuse } from "../run.ts";
import { FileTrouble } from "../trouble.ts";
import { version } from "../version.ts";
import { analysed, olderVersions } from "../versions.ts";
import { View } from "../view.ts";
import type { HorizonContext } from "./horizon.ts";
import { requireIdle } from "./opened.ts";
import { Progress } from "./progress.ts";
import { onlyName, whichFile } from "./which.ts";
import { countText } from "./words.ts";

/** What an upgrade reads. */
const WANTED: ReadonlySet<Table> = new Set([
  Table.Sources,
  Table.Globals,
  Table.Tasks,
  Table.Frames,
  Table.Channels,
  Table.Descriptors,
]);

export async function upgrade(words: readonly string[], context: HorizonContext): Promise<number> {
  const { folder, terminal, cache } = context;
  const { names, flags } = parseOptions("horizon", words, { flags: ["dry-run", "json"] });
  const isTask = (name: string): boolean => /^\d{1,15}$/.test(name);
  const tasks = names.filter(isTask).map(Number);
  const name = onlyName(names.filter((each) => !isTask(each)));
  const path = whichFile(name, folder);
  const isDry = flags.has("dry-run");

  const { image, store } = await open(path, isDry, context);
  try {
    const files = programFiles(name, path, image, folder);
    const read = await textReader(files, folder);
    const now = analysed(files, read, cache);
    if (now.source === null) return refuse(now.diagnostics, new View(terminal.errorPaint, read, folder), context);
    const sources = now.sources(path);
    const { older, unreadable } = olderVersions(image, path, sources.key, cache);
    if (unreadable > 0)
      terminal.complain(
        `walia: ${countText(unreadable, "version")} of the source in the file cannot be compiled by this release; tasks in them stay`,
      );
    requireTasks(tasks, image, path);
    const only = tasks.length === 0 ? null : new Set(tasks);
    const progress = new Progress("comparing", terminal);
    progress.begin(image.get(Table.Tasks)?.size ?? 0);
    const step = (): void => progress.step();
    const plan = plannedFor(path, { folder: dirname(path), image, older, now: now.source, sources, only, step });
    progress.end();
    if (plan.changes.length > 0) store?.commit(plan.changes);
    if (flags.has("json")) terminal.print(JSON.stringify(jsonOf(plan, shownPath(path, folder), isDry, folder)));
    else for (const line of new Report(context, isDry).lines(plan)) terminal.print(line);
    return ExitCode.Fine;
  } finally {
    await store?.close();
  }
}

/** Reads the file; takes it, unless it is only looked at. */
async function open(
  path: string,
  isDry: boolean,
  { terminal }: HorizonContext,
): Promise<{ readonly image: Image; readonly store: Store | null }> {
  const image = new Map<Table, Map<Key, Uint8Array>>();
  const meter = new Progress("reading", terminal);
  const visit: Visit = (table, key, part) => {
    if (!WANTED.has(table)) return;
    const records = image.get(table) ?? new Map<Key, Uint8Array>();
    image.set(table, records);
    records.set(key, Uint8Array.from(payloadOf(part)));
  };
  try {
    if (isDry) {
      const { damage } = await readFile(path, visit, { meter });
      if (damage.length > 0) throw new FileTrouble(path, damage.map(damageText).join("; "));
      return { image, store: null };
    }
    requireIdle(path);
    return { image, store: await Store.open(path, { by: version, visit, meter }) };
  } finally {
    meter.end();
  }
}

/** U1 */
function programFiles(name: string | undefined, path: string, image: Image, folder: string): string[] {
  if (name !== undefined && !name.endsWith(".wld")) return expandNames([name], folder);
  const home = dirname(path);
  if (basename(path, ".wld") === basename(home)) return expandNames([home], folder);
  const program = image.get(Table.Globals)?.get("program");
  const last = program === undefined ? undefined : readProgram(program)?.sources;
  const records = image.get(Table.Sources) ?? new Map<Key, Uint8Array>();
  const record = (last === undefined ? undefined : records.get(last)) ?? [...records.values()].at(-1);
  const known = record === undefined ? [] : [...textsOf(record, path).keys()];
  const files = known.filter((file) => existsSync(file));
  if (files.length > 0) return files;
  const names = known.map((file) => shownPath(file, folder)).join(", ");
  const what = known.length === 0 ? "the file does not say which program it is of" : `${names} is not there any more`;
  throw new FileTrouble(path, `${what}; say where the program is: walia horizon upgrade PROGRAM`);
}

function requireTasks(tasks: readonly number[], image: Image, path: string): void {
  const missing = tasks.filter((task) => !image.get(Table.Tasks)?.has(task));
  if (missing.length > 0)
    throw new FileTrouble(path, `there is no task ${missing.join(", ")}; walia horizon list shows which there are`);
}

function plannedFor(path: string, options: Parameters<typeof planUpgrade>[0]): Upgrade {
  try {
    return planUpgrade(options);
  } catch (error) {
    if (error instanceof LimitError) throw new FileTrouble(path, error.message);
    throw error;
  }
}

// ---- What is said ----

/** Tasks that are named in one line. */
const MOST_NAMED = 8;

class Report {
  readonly #context: HorizonContext;
  readonly #isDry: boolean;

  constructor(context: HorizonContext, isDry: boolean) {
    this.#context = context;
    this.#isDry = isDry;
  }

  lines({ outcomes }: Upgrade): string[] {
    const tasks = outcomes.filter(({ subject }) => subject.kind === "task");
    const lines = [...this.#reasons(outcomes), ...this.#summary(tasks)];
    if (tasks.some(({ kind }) => kind === "stays"))
      lines.push("A task that stays finishes with the source that it was suspended in, which is in the file.");
    return lines;
  }

  #summary(tasks: readonly Outcome[]): string[] {
    const count = (kind: Outcome["kind"]): number => tasks.filter((task) => task.kind === kind).length;
    const [moved, stay, current] = [count("moved"), count("stays"), count("current")];
    if (tasks.length === 0) return ["No task is suspended."];
    const verb = this.#isDry ? "would move" : "moved";
    const parts = [
      ...(moved + stay > 0 ? [`${countText(moved, "task")} ${verb} to the new source`] : []),
      ...(stay > 0 ? [`${stay} ${stay === 1 ? "stays" : "stay"} with the old one`] : []),
      ...(current > 0 ? [`${countText(current, "task")} ${current === 1 ? "has" : "have"} it already`] : []),
    ];
    return [`${parts.join(", ")}.`];
  }

  /** Each reason once, with those that stay for it. */
  #reasons(outcomes: readonly Outcome[]): string[] {
    const subjects = new Map<Obstacle, Outcome["subject"][]>();
    for (const { subject, obstacles } of outcomes)
      for (const obstacle of obstacles) {
        const known = subjects.get(obstacle);
        if (known === undefined) subjects.set(obstacle, [subject]);
        else known.push(subject);
      }
    return [...subjects].flatMap(([obstacle, those]) => [
      `${this.#context.terminal.paint.bold(nameOf(those))}: ${obstacle.what}`,
      ...this.#place("then", obstacle.before),
      ...this.#place("now", obstacle.now),
      "",
    ]);
  }

  #place(when: string, place: Place | null): string[] {
    if (place === null) return [];
    const { terminal, folder } = this.#context;
    const { line, column } = toLineColumn(lineIndex(place.text), offset(place.start));
    const where = `${shownPath(place.path, folder)}:${line}:${column}`;
    return [`  ${when.padEnd(4)} ${where}`, ...excerpt(place.text, place, { paint: terminal.paint, color: "info" })];
  }
}

/** "task 3 (work)", "tasks 3, 7 (work)", "12 tasks (work, other)". */
function nameOf(subjects: readonly Outcome["subject"][]): string {
  const tasks = subjects.flatMap((subject) => (subject.kind === "task" ? [subject.task] : []));
  const shared = subjects.flatMap((subject) => (subject.kind === "shared" ? [subject.name] : []));
  if (tasks.length === 0) return shared.join(", ");
  const functions = [...new Set(tasks.map(({ name }) => name))].join(", ");
  const ids = tasks.map(({ id }) => id).join(", ");
  const many = tasks.length > MOST_NAMED ? `${tasks.length} tasks` : `tasks ${ids}`;
  return [`${tasks.length === 1 ? `task ${ids}` : many} (${functions})`, ...shared].join(", ");
}

function jsonOf({ outcomes }: Upgrade, file: string, dryRun: boolean, folder: string): object {
  const reasonsOf = ({ obstacles }: Outcome): object[] =>
    obstacles.map(({ what, before, now }) => ({
      reason: what,
      before: placeJson(before, folder),
      now: placeJson(now, folder),
    }));
  return {
    version: 1,
    file,
    dryRun,
    moved: outcomes.filter(({ subject, kind }) => subject.kind === "task" && kind === "moved").length,
    tasks: outcomes.flatMap((outcome) =>
      outcome.subject.kind === "task"
        ? [
            {
              id: outcome.subject.task.id,
              function: outcome.subject.task.name,
              outcome: outcome.kind,
              reasons: reasonsOf(outcome),
            },
          ]
        : [],
    ),
    shared: outcomes.flatMap((outcome) =>
      outcome.subject.kind === "shared"
        ? [{ name: outcome.subject.name, outcome: outcome.kind, reasons: reasonsOf(outcome) }]
        : [],
    ),
  };
}

function placeJson(place: Place | null, folder: string): object | null {
  if (place === null) return null;
  const index = lineIndex(place.text);
  const { line, column } = toLineColumn(index, offset(place.start));
  const text = place.text.slice(index.starts[line - 1]!, index.ends[line - 1]!);
  return { file: shownPath(place.path, folder), line, column, text };
}
