// `walia horizon list`: a line for each task that the file holds.
//
//   --json   {"version":1,"file":…,"tasks":[task, …],"count":…,"failed":…}, a task a line:
//            { id, function, state ("ready", "waiting", "failed"), effect, on, deadline, since, home, steps, crashes, bytes };
//            times are Unix milliseconds; effect, on and deadline are null where there is none
//
// L1. Of a program that has ended by itself only tasks count that had failed; others are not shown (reactor/keep/keeper.ts, G5).
// L2. Tasks are printed as they are read: a file may hold millions. So columns are as wide as the first tasks need.

import { listTasks } from "../../horizon/list.ts";
import { Standing, type TaskRecord } from "../../horizon/task-record.ts";
import { damageText } from "../../horizon/trouble.ts";
import {
  isPending,
  type KeptDescriptor,
  readDescriptor,
  readProgram,
  UNKNOWN_PROGRAM,
} from "../../reactor/keep/reading.ts";
import { oneLine } from "../excerpt.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { shownPath } from "../paths.ts";
import { UsageError } from "../trouble.ts";
import type { HorizonContext } from "./horizon.ts";
import { Progress } from "./progress.ts";
import { onlyName, whichFile } from "./which.ts";
import { countText, durationText, readDuration, sizeText, stateName, waitText } from "./words.ts";

export async function list(words: readonly string[], context: HorizonContext): Promise<number> {
  const { folder, terminal, now } = context;
  const { names, flags, values } = parseOptions("horizon", words, {
    flags: ["failed", "json"],
    values: ["effect", "function", "older"],
  });
  const isWanted = filterOf(values, flags.has("failed"), now());
  const path = whichFile(onlyName(names), folder);
  const shown = shownPath(path, folder);
  const output = flags.has("json") ? new Json(shown, terminal.print.bind(terminal)) : new Lines(terminal, now());
  // Lines that go to a terminal show by themselves how far it is.
  const progress = new Progress("reading", terminal, process.stdout.isTTY !== true);
  let state = UNKNOWN_PROGRAM;
  const damage = await listTasks(
    path,
    {
      program: (payload) => {
        state = readProgram(payload) ?? UNKNOWN_PROGRAM;
      },
      descriptor: (fd, payload) => output.descriptor(fd, payload),
      task: (task, size) => {
        if (isPending(state, task.id) && isWanted(task)) output.task(task, size);
      },
    },
    { meter: progress },
  );
  progress.end();
  output.end();
  for (const one of damage) terminal.complain(`${terminal.errorPaint.error("damaged")} ${damageText(one)}`);
  return damage.length === 0 ? ExitCode.Fine : ExitCode.FileTrouble;
}

function filterOf(
  values: ReadonlyMap<string, string>,
  onlyFailed: boolean,
  now: number,
): (task: TaskRecord) => boolean {
  const effect = values.get("effect");
  const name = values.get("function");
  const older = values.get("older");
  const age = older === undefined ? 0 : readDuration(older);
  if (age === undefined)
    throw new UsageError("horizon", `--older is a duration such as 30s, 10min, 2h or 3d, not ${older}`);
  return (task) =>
    (effect === undefined || task.effect === effect) &&
    (name === undefined || task.name === name) &&
    (older === undefined || now - task.since >= age) &&
    (!onlyFailed || task.standing === Standing.Failed);
}

/** What `list` and others say of a task in JSON. */
export function taskJson(task: TaskRecord, size: number): object {
  const { id, name, effect, on, deadline, since, home, generation, crashes } = task;
  return {
    id,
    function: name,
    state: stateName(task),
    effect: effect === "" ? null : effect,
    on: on ?? null,
    deadline: deadline ?? null,
    since,
    home,
    steps: generation,
    crashes,
    bytes: size,
  };
}

class Json {
  #count = 0;
  #failed = 0;

  constructor(
    readonly file: string,
    readonly print: (line: string) => void,
  ) {
    print(`{"version":1,"file":${JSON.stringify(file)},"tasks":[`);
  }

  descriptor(): void {}

  task(task: TaskRecord, size: number): void {
    if (task.standing === Standing.Failed) this.#failed++;
    this.print(`${this.#count++ === 0 ? "" : ","}${JSON.stringify(taskJson(task, size))}`);
  }

  end(): void {
    this.print(`],"count":${this.#count},"failed":${this.#failed}}`);
  }
}

/** Lines that are looked at before the first is printed (L2). */
const LOOKED_AT = 500;
const HEAD = ["TASK", "FUNCTION", "EFFECT", "WAITS FOR", "SINCE", "SIZE"];
/** Numbers stand at the right of their column. */
const IS_RIGHT = [true, false, false, false, true, true];
const WIDEST = 60;

class Lines {
  readonly #descriptors = new Map<number, KeptDescriptor>();
  readonly #counts = { ready: 0, waiting: 0, failed: 0 };
  #first: (readonly string[])[] | null = [HEAD];
  #widths: readonly number[] = [];

  constructor(
    readonly terminal: Pick<HorizonContext["terminal"], "print" | "paint">,
    readonly now: number,
  ) {}

  descriptor(fd: number, payload: Uint8Array): void {
    const what = readDescriptor(payload);
    if (what !== undefined) this.#descriptors.set(fd, what);
  }

  task(task: TaskRecord, size: number): void {
    this.#counts[stateName(task)]++;
    const { id, name, effect, since } = task;
    const waits = waitText(task, this.now, (fd) => this.#descriptors.get(fd));
    const cells = [id, name, effect, waits, durationText(this.now - since), sizeText(size)].map((cell) =>
      oneLine(String(cell)),
    );
    if (this.#first === null) this.#print(cells);
    else if (this.#first.push(cells) > LOOKED_AT) this.#printFirst();
  }

  #printFirst(): void {
    const first = this.#first!;
    this.#first = null;
    this.#widths = HEAD.map((_, i) => Math.min(WIDEST, Math.max(...first.map((cells) => cells[i]!.length))));
    const [head, ...rows] = first;
    if (rows.length > 0) this.terminal.print(this.terminal.paint.dim(this.#line(head!)));
    for (const cells of rows) this.#print(cells);
  }

  #print(cells: readonly string[]): void {
    this.terminal.print(this.#line(cells));
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((cell, i) =>
      IS_RIGHT[i] ? cell.padStart(this.#widths[i]!) : cell.padEnd(this.#widths[i]!),
    );
    return padded.join("  ").trimEnd();
  }

  end(): void {
    if (this.#first !== null) this.#printFirst();
    const { ready, waiting, failed } = this.#counts;
    const parts = [`${waiting} waiting`, `${ready} ready`, ...(failed > 0 ? [`${failed} failed`] : [])];
    this.terminal.print(`${countText(ready + waiting + failed, "task")}: ${parts.join(", ")}`);
  }
}
