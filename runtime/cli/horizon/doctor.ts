// `walia horizon doctor`: what in the file can never go on as it is, why, and what to do about it.
//
//   --json   { version, file, tasks, findings [{ kind, task, descriptor, what, cure }] }; kind is "stuck", "failed", "unreadable",
//            "descriptor", "program" or "damaged"; task and descriptor are numbers, or null
//
// D1. Descriptors are tried out, and tasks are read with the program's code, only when no program runs with the file.

import { payloadOf, type Visit } from "../../horizon/check.ts";
import { readFile } from "../../horizon/store.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { readTask, Standing } from "../../horizon/task-record.ts";
import { damageText } from "../../horizon/trouble.ts";
import { isParcel } from "../../reactor/keep/dropping.ts";
import { type KeptDescriptor, type Reading, readDescriptor } from "../../reactor/keep/reading.ts";
import { namedIn } from "../../reactor/shards/parcel.ts";
import { oneLine } from "../excerpt.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { shownPath } from "../paths.ts";
import type { HorizonContext } from "./horizon.ts";
import { isInUse, type Opened, openFile } from "./opened.ts";
import { Progress } from "./progress.ts";
import { closedDescriptors } from "./reopening.ts";
import { type ChannelState, Waits } from "./waits.ts";
import { onlyName, whichFile } from "./which.ts";
import { countText } from "./words.ts";

interface Finding {
  readonly kind: "stuck" | "failed" | "unreadable" | "descriptor" | "program" | "damaged";
  readonly task?: number;
  readonly descriptor?: number;
  readonly what: string;
  readonly cure: string;
}

/** So many are shown in words; JSON has all. */
const SHOWN = 100;

export async function doctor(words: readonly string[], { folder, terminal, cache }: HorizonContext): Promise<number> {
  const { names, flags } = parseOptions("horizon", words, { flags: ["json"] });
  const path = whichFile(onlyName(names), folder);
  const progress = new Progress("examining", terminal);
  const isRunning = isInUse(path);
  const patient = new Patient();
  const opened = await openFile(path, cache, {
    tables: [Table.Tasks, Table.Frames, Table.Descriptors, Table.Monitors],
    visit: patient.visit,
    meter: progress,
  });
  const findings = [...patient.findings(opened)];
  if (!isRunning && !opened.program.hasEnded) {
    const known = new Set(findings.map(({ task }) => task));
    if (opened.reading !== null)
      findings.push(...(await unreadable(path, opened.reading, progress)).filter(({ task }) => !known.has(task)));
    for (const { fd, text, trouble } of await closedDescriptors(patient.descriptors))
      findings.push({
        kind: "descriptor",
        descriptor: fd,
        what: `${text} cannot be opened again: ${trouble}`,
        cure: "put that right before the next run; else every use of it is the fault IoError",
      });
  }
  progress.end();
  if (flags.has("json")) {
    const all = findings.map(({ kind, task = null, descriptor = null, what, cure }) => ({
      kind,
      task,
      descriptor,
      what,
      cure,
    }));
    terminal.print(JSON.stringify({ version: 1, file: shownPath(path, folder), tasks: patient.tasks, findings: all }));
  } else {
    for (const { what, cure } of findings.slice(0, SHOWN))
      terminal.print(`${oneLine(what)}\n  ${terminal.paint.dim(cure)}`);
    if (findings.length > SHOWN) terminal.print(`… and ${findings.length - SHOWN} more; --json has all`);
    const found = findings.length === 0 ? "nothing is wrong with them" : countText(findings.length, "finding");
    terminal.print(`${countText(patient.tasks, "task")} examined: ${found}`);
  }
  return findings.length === 0 ? ExitCode.Fine : ExitCode.Found;
}

/** What is gathered of a file on the way. */
class Patient {
  readonly waits = new Waits();
  readonly descriptors = new Map<number, KeptDescriptor>();
  tasks = 0;
  readonly #apart = new Map<number, ReturnType<typeof readTask>["task"]>();
  readonly #found: Finding[] = [];

  readonly visit: Visit = (table, key, part) => {
    const payload = payloadOf(part);
    const id = key as number;
    try {
      if (table === Table.Tasks) this.#task(id, payload);
      else if (table === Table.Frames) this.#frames(id, payload);
      else if (table === Table.Descriptors) this.#descriptor(id, payload);
      else this.waits.hasMonitors = true;
    } catch (error) {
      this.#found.push(table === Table.Descriptors ? unreadableDescriptor(id, error) : unreadableTask(id, error));
    }
  };

  #task(id: number, payload: Uint8Array): void {
    this.tasks++;
    const { task, frames } = readTask(id, payload);
    if (task.standing === Standing.Failed) {
      this.waits.addTask(task, []);
      this.#found.push({
        kind: "failed",
        task: id,
        what: `task ${id} (${task.name}) crashed ${countText(task.crashes, "time")} and was put aside`,
        cure: `walia horizon show ${id} tells where it is; then resume it, edit it, or drop it`,
      });
    } else if (frames === undefined) this.#apart.set(id, task);
    else this.waits.addTask(task, namedIn(frames));
  }

  #descriptor(fd: number, payload: Uint8Array): void {
    this.waits.addCommon(namedIn(payload));
    const what = readDescriptor(payload);
    if (what !== undefined) this.descriptors.set(fd, what);
  }

  #frames(id: number, payload: Uint8Array): void {
    const task = this.#apart.get(id);
    if (task !== undefined) this.waits.addTask(task, namedIn(payload));
    this.#apart.delete(id);
  }

  /** What belongs to the whole program, and the channels; yields what of it cannot be read. */
  #addShared(image: Opened["image"]): string[] {
    const unread: string[] = [];
    const attempt = (what: string, add: () => void): void => {
      try {
        add();
      } catch (error) {
        unread.push(`${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    for (const [key, payload] of image.get(Table.Globals) ?? [])
      if (isParcel(key)) attempt(`the record ${key}`, () => this.waits.addCommon(namedIn(payload)));
    for (const [id, payload] of image.get(Table.Channels) ?? [])
      attempt(`channel ${id}`, () => this.waits.addChannel(id as number, namedIn(payload)));
    return unread;
  }

  *findings({ image, reading, program, troubles, damage }: Opened): Generator<Finding> {
    for (const one of damage)
      yield {
        kind: "damaged",
        what: `the file is damaged: ${damageText(one)}`,
        cure: "walia horizon verify names all that is; put back a copy, or start over with --fresh",
      };
    if (program.hasEnded) {
      this.tasks = program.left.size;
      yield* this.#found.filter(({ task }) => task !== undefined && program.left.has(task));
      return;
    }
    yield* this.#found;
    for (const id of this.#apart.keys()) yield unreadableTask(id, new Error("the record of its frames is missing"));
    for (const what of this.tasks === 0 ? [] : troubles)
      yield {
        kind: "program",
        what,
        cure: "run it with the release of Walia that has written the file, or start over with --fresh",
      };
    const unread = this.#addShared(image);
    for (const what of unread)
      yield { kind: "program", what, cure: "put back a copy of the file, or start over with --fresh" };
    // Who knows what is only known when everything can be read.
    if (damage.length + unread.length > 0 || this.#found.some(({ kind }) => kind !== "failed")) return;
    for (const { id, name, why } of this.waits.stuck((channel) => stateOf(reading, channel)))
      yield {
        kind: "stuck",
        task: id,
        what: `task ${id} (${name}) can never go on: ${why}`,
        cure: `walia horizon resume ${id} --with VALUE, or walia horizon drop ${id}`,
      };
  }
}

/** Undefined when that is not known. */
function stateOf(reading: Reading | null, id: number): ChannelState | undefined {
  if (reading === null) return undefined;
  try {
    const channel = reading.channel(id);
    if (channel === undefined) return { hasItems: false, hasRoom: false, closed: false };
    const { items, capacity, closed } = channel;
    return { hasItems: items.length > 0, hasRoom: items.length < capacity, closed };
  } catch {
    return undefined;
  }
}

const unreadableTask = (id: Key, error: unknown): Finding => ({
  kind: "unreadable",
  task: Number(id),
  what: `task ${id} cannot be read, so no run can go on with it: ${error instanceof Error ? error.message : String(error)}`,
  cure: `run it with the release of Walia that has written it, or walia horizon drop ${id}`,
});

const unreadableDescriptor = (fd: number, error: unknown): Finding => ({
  kind: "descriptor",
  descriptor: fd,
  what: `descriptor ${fd} cannot be read, so no run can open it: ${error instanceof Error ? error.message : String(error)}`,
  cure: "put back a copy of the file, or start over with --fresh",
});

/** Tasks that cannot be read with the program's code. */
async function unreadable(path: string, reading: Reading, progress: Progress): Promise<Finding[]> {
  const findings: Finding[] = [];
  const visit: Visit = (table, key, part) => {
    try {
      const payload = payloadOf(part);
      const frames = table === Table.Frames ? payload : readTask(key as number, payload).frames;
      if (frames !== undefined) reading.checkStack(frames);
    } catch (error) {
      findings.push(unreadableTask(key, error));
    }
  };
  await readFile(path, visit, { tables: [Table.Tasks, Table.Frames], meter: progress });
  return findings;
}
