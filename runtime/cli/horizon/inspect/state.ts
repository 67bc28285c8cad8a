// A `.wld` file as it was when it was read: an index of its tasks, its program loaded, and what is looked up record by record.
//
// S1. Reading goes once through the whole file (horizon/check.ts), so damage of any kind is found then and named; continuations
//     are looked up when somebody looks at their tasks.

import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Cache } from "../../../../cache/cache.ts";
import { payloadOf, readMeta } from "../../../horizon/check.ts";
import { decodeFormat, FORMAT_KEY } from "../../../horizon/format.ts";
import { tasksIn } from "../../../horizon/list.ts";
import { isRunning } from "../../../horizon/owner.ts";
import { ownerOf, readRecords } from "../../../horizon/store.ts";
import { type Key, Table } from "../../../horizon/tables.ts";
import type { StoredTask, TaskRecord } from "../../../horizon/task-record.ts";
import { damageText, HorizonError } from "../../../horizon/trouble.ts";
import type { Overview, Standing } from "../../../inspector/protocol.ts";
import {
  isPending,
  type KeptDescriptor,
  readDescriptor,
  readProgram,
  UNKNOWN_PROGRAM,
} from "../../../reactor/keep/reading.ts";
import { oneLine } from "../../excerpt.ts";
import { type Opened, openFile, readStored } from "../opened.ts";
import { framesOf } from "../task-view.ts";
import { sizeText } from "../words.ts";
import { TaskIndex } from "./task-index.ts";
import type { KeptChannel } from "./tree.ts";

/** Of a file with more tasks it is not counted how many run older code: each would have to be read for it. */
const MOST_READ = 20_000;
/** So many damaged places are named. */
const MOST_NAMED = 100;

/** A task's record with its continuation, and the bytes of both. */
export interface Looked {
  readonly stored: StoredTask;
  readonly size: number;
}

export class FileState {
  readonly #channels = new Map<number, KeptChannel | undefined>();

  private constructor(
    readonly path: string,
    readonly opened: Opened,
    readonly index: TaskIndex,
    readonly descriptors: ReadonlyMap<number, KeptDescriptor>,
    readonly overview: Overview,
  ) {}

  /** HorizonError when there is nothing to read. */
  static async read(path: string, cache: Cache): Promise<FileState> {
    const index = new TaskIndex();
    const descriptors = new Map<number, KeptDescriptor>();
    let program = UNKNOWN_PROGRAM;
    const { visit, unknown } = tasksIn({
      task: (task, size) => {
        if (isPending(program, task.id)) index.add(task, size);
      },
      program: (payload) => {
        program = readProgram(payload) ?? UNKNOWN_PROGRAM;
      },
      descriptor: (fd, payload) => {
        const what = readDescriptor(payload);
        if (what !== undefined) descriptors.set(fd, what);
      },
    });
    // How far the program is must be known before the first task comes.
    await readRecords(path, new Map([[Table.Globals, ["program"]]]), visit);
    const opened = await openFile(path, cache, { tables: [Table.Descriptors, Table.Frames, Table.Tasks], visit });
    const damage = [...opened.damage, ...unknown].map(damageText);
    const older = await countOlder(path, opened, index);
    const overview = {
      ...overviewOf(path, opened, index, damage),
      descriptors: descriptors.size,
      older,
    };
    return new FileState(path, opened, index, descriptors, overview);
  }

  /** The records of these tasks; of those that are gone, or damaged, none. */
  lookUp(ids: readonly number[]): Promise<ReadonlyMap<number, Looked>> {
    return lookUp(this.path, ids);
  }

  /** Undefined for a channel that the file does not have, or that cannot be read. */
  channel(id: number): KeptChannel | undefined {
    if (!this.#channels.has(id)) this.#channels.set(id, this.#readChannel(id));
    return this.#channels.get(id);
  }

  #readChannel(id: number): KeptChannel | undefined {
    try {
      return this.opened.reading?.channel(id);
    } catch {
      return undefined;
    }
  }
}

async function lookUp(path: string, ids: readonly number[]): Promise<ReadonlyMap<number, Looked>> {
  const records = new Map<Table, Map<Key, Uint8Array>>([
    [Table.Tasks, new Map()],
    [Table.Frames, new Map()],
  ]);
  const wanted = new Map([...records.keys()].map((table) => [table, ids]));
  await readRecords(path, wanted, (table, key, part) => records.get(table)!.set(key, payloadOf(part)));
  const found = new Map<number, Looked>();
  for (const id of ids) {
    const record = records.get(Table.Tasks)!.get(id);
    const frames = records.get(Table.Frames)!.get(id);
    const stored = record === undefined ? undefined : attempt(() => readStored(path, id, record, frames));
    if (stored !== undefined) found.set(id, { stored, size: record!.length + (frames?.length ?? 0) });
  }
  return found;
}

/** Undefined for what is damaged: it was named when the file was read. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof HorizonError) return undefined;
    throw error;
  }
}

/** How many tasks run code of older sources; null when they are too many to look at each. */
async function countOlder(
  path: string,
  { reading, texts, isCurrent }: Opened,
  index: TaskIndex,
): Promise<number | null> {
  if (reading === null || texts.length < 2) return 0;
  if (index.ids.length > MOST_READ) return null;
  const found = await lookUp(path, index.ids);
  return [...found.values()].filter(({ stored: { task, frames } }) => frames !== undefined && isOlder(task, frames))
    .length;

  function isOlder(task: TaskRecord, frames: Uint8Array): boolean {
    try {
      return framesOf(reading!.task(task, frames).stack).some(({ frame }) => !isCurrent(frame.code.id));
    } catch {
      return false;
    }
  }
}

function overviewOf(
  path: string,
  opened: Opened,
  index: TaskIndex,
  damage: readonly string[],
): Omit<Overview, "descriptors" | "older"> {
  const { image, reading } = opened;
  const format = readMeta(path).records.get(FORMAT_KEY);
  const lines = damage.map(oneLine);
  return {
    file: basename(path),
    size: sizeText(statSync(path).size),
    standing: standingOf(path, opened),
    madeBy: oneLine((format === undefined ? undefined : decodeFormat(format)?.by) ?? ""),
    tasks: index.counts,
    variables: reading?.variables.size ?? 0,
    handlers: reading?.handlers.length ?? 0,
    channels: image.get(Table.Channels)?.size ?? 0,
    versions: image.get(Table.Sources)?.size ?? 0,
    troubles: opened.troubles.map(oneLine),
    damage:
      lines.length > MOST_NAMED ? [...lines.slice(0, MOST_NAMED), `… and ${lines.length - MOST_NAMED} more`] : lines,
  };
}

function standingOf(path: string, { program }: Opened): Standing {
  const owner = ownerOf(path);
  if (owner !== undefined && isRunning(owner)) return { kind: "running", process: owner.pid };
  if (program.hasEnded) return { kind: "ended" };
  return owner === undefined ? { kind: "stopped" } : { kind: "killed", process: owner.pid };
}
