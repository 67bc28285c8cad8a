// What a start reads of a `.wld` file: its records, but of a task that only waits for its time no more than when that is. Such
// a task is *cold* (cold.ts): its record is read when it goes on. So a start takes no longer for what the tasks hold.
//
// I1. Cold is a task whose record says that it waits in TIMER and is trusted (trials.ts). The program's own code is not, and nothing
//     is of a program that has ended, nor when the file has older sources than today's: how many tasks finish with those is said.
// I2. Of a cold task it is noted which pending futures its continuation names: when one settles, the task is read and written
//     again (scribe.ts, P2).
// I3. Of a program that has ended by itself only keys are kept of the tasks that do not count any more.

import {
  type Collector,
  checkFile,
  helpReading,
  payloadOf,
  type Report,
  readForStart,
  type Shared,
  type Sharing,
  type StartReader,
} from "../../horizon/check.ts";
import type { Part } from "../../horizon/record.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { type Sleep, Standing, sleepIn, standingOf } from "../../horizon/task-record.ts";
import { pendingIn } from "../shards/parcel.ts";
import { isPending, type ProgramState, readProgram, UNKNOWN_PROGRAM } from "./reading.ts";

/** Records of a file, by table and key; plain data, for another thread. */
export type Image = ReadonlyMap<Table, ReadonlyMap<number | string, Uint8Array>>;

/** The cold tasks of an earlier run; plain data, for another thread. */
export interface Sleepers {
  /** In ascending order. */
  readonly ids: Float64Array;
  /** When each goes on: Unix milliseconds. */
  readonly deadlines: Float64Array;
  /** How many of them run beside the program's variables. */
  readonly home: number;
  /** By the number of a pending future: those whose records name it (I2). */
  readonly namers: ReadonlyMap<number, readonly number[]>;
}

export interface Started {
  readonly image: Image;
  readonly sleepers: Sleepers;
  /** Tasks that go on, and such as have failed. */
  readonly going: number;
  readonly failed: number;
}

/** What of the program is known before its tasks are read (I1). Plain data, for another thread. */
export interface TaskRules {
  readonly program: ProgramState;
  readonly someMayBeCold: boolean;
  readonly accused: ReadonlySet<number>;
}

/** What was read of some tasks, in the order of their ids. Plain data, for another thread. */
export interface TaskPart {
  /** Cold tasks, and when each goes on. */
  readonly ids: Float64Array;
  readonly deadlines: Float64Array;
  readonly home: number;
  /** Numbers of pending futures, each with the task whose record names it. */
  readonly named: readonly (readonly [future: number, task: number])[];
  /** The others. Without content when they do not count (I3). */
  readonly records: ReadonlyMap<number, Uint8Array>;
  readonly failed: number;
}

/** What a thread that helps with reading is asked (check.ts, C4). Plain data. */
export interface HelpRequest {
  readonly sharing: Sharing;
  readonly rules: TaskRules;
}

/** Has another thread help; null when it cannot. */
export type AskForHelp = (request: HelpRequest) => Promise<Shared<TaskPart> | null>;

/** For that thread. */
export const help = ({ sharing, rules }: HelpRequest): Shared<TaskPart> | null =>
  helpReading(sharing, () => new TaskCollector(rules));

/**
 * Reads and checks a file for a start. `sources`: by what those of this run are known; `accused`: tasks that are not trusted.
 * Nothing was started when the report has damage. HorizonError as checkFile.
 */
export async function readImage(
  path: string,
  sources: string,
  accused: ReadonlySet<number>,
  ask: AskForHelp | null,
): Promise<{ readonly report: Report; readonly started: Started | null }> {
  for (const asked of new Set([ask, null])) {
    const reader = new ImageReader(sources, accused);
    const helping = (sharing: Sharing): ReturnType<AskForHelp> | null =>
      asked === null || sharing.tree.entries < MANY ? null : asked({ sharing, rules: reader.rules });
    const report = await readForStart(path, reader, helping);
    if (report !== undefined) return { report, started: reader.end() };
  }
  // Says what is wrong.
  return { report: checkFile(path), started: null };
}

/** Fewer tasks are read before another thread has heard of them. */
const MANY = 20_000;

const NOTHING = new Uint8Array(0);

/** Takes all records but those of tasks, of which it has collectors. */
export class ImageReader implements StartReader<TaskPart> {
  readonly #records = new Map<Table, Map<Key, Uint8Array>>();
  readonly #sources: string;
  readonly #accused: ReadonlySet<number>;
  #program = UNKNOWN_PROGRAM;
  #rules: TaskRules | undefined;
  #sleepers: Sleepers = { ids: new Float64Array(0), deadlines: new Float64Array(0), home: 0, namers: new Map() };
  readonly #namers = new Map<number, number[]>();
  #going = 0;
  #failed = 0;

  constructor(sources: string, accused: ReadonlySet<number>) {
    this.#sources = sources;
    this.#accused = accused;
  }

  take(table: Table, key: Key, part: Part): void {
    if (table === Table.Frames) this.#frames(key as number, part);
    else this.#of(table).set(key, payloadOf(part));
    if (table === Table.Globals && key === "program") this.#program = readProgram(payloadOf(part)) ?? UNKNOWN_PROGRAM;
  }

  /** I1 */
  get rules(): TaskRules {
    if (this.#rules === undefined) {
      const sources = this.#of(Table.Sources);
      const someMayBeCold = !this.#program.hasEnded && sources.size === 1 && sources.has(this.#sources);
      this.#rules = { program: this.#program, someMayBeCold, accused: this.#accused };
    }
    return this.#rules;
  }

  collector(): TaskCollector {
    return new TaskCollector(this.rules);
  }

  join(parts: readonly TaskPart[]): void {
    const home = parts.reduce((sum, part) => sum + part.home, 0);
    const ids = joined(parts.map((part) => part.ids));
    this.#sleepers = { ids, deadlines: joined(parts.map((part) => part.deadlines)), home, namers: this.#namers };
    const tasks = this.#of(Table.Tasks);
    let counted = ids.length;
    for (const { records, named, failed } of parts) {
      for (const [id, record] of records) {
        tasks.set(id, record);
        if (record.length > 0) counted++;
      }
      for (const [future, task] of named) this.#note(future, task);
      this.#failed += failed;
    }
    this.#going = counted - this.#failed;
  }

  end(): Started {
    return { image: this.#records, sleepers: this.#sleepers, going: this.#going, failed: this.#failed };
  }

  #of(table: Table): Map<Key, Uint8Array> {
    let records = this.#records.get(table);
    if (records === undefined) {
      records = new Map();
      this.#records.set(table, records);
    }
    return records;
  }

  #frames(id: number, part: Part): void {
    const task = this.#of(Table.Tasks).get(id);
    if (task === undefined)
      for (const future of pendingOrNone(part.bytes, part.at, part.length)) this.#note(future, id);
    else this.#of(Table.Frames).set(id, task.length === 0 ? NOTHING : payloadOf(part));
  }

  /** I2 */
  #note(future: number, task: number): void {
    const namers = this.#namers.get(future);
    if (namers === undefined) this.#namers.set(future, [task]);
    else namers.push(task);
  }
}

/** Takes records of the table `tasks`. */
class TaskCollector implements Collector<TaskPart> {
  readonly #rules: TaskRules;
  readonly #ids = new Column();
  readonly #deadlines = new Column();
  readonly #sleep: Sleep = { deadline: 0, isHome: false, framesAt: 0 };
  #home = 0;
  readonly #named: [future: number, task: number][] = [];
  readonly #records = new Map<number, Uint8Array>();
  #failed = 0;

  constructor(rules: TaskRules) {
    this.#rules = rules;
  }

  take(key: Key, part: Part): void {
    const id = key as number;
    const sleep = this.#sleep;
    if (!isPending(this.#rules.program, id)) {
      // I3
      this.#records.set(id, NOTHING);
    } else if (!this.#mayBeCold(id) || !sleepIn(part, sleep)) {
      const record = payloadOf(part);
      if (standingOf(record) === Standing.Failed) this.#failed++;
      this.#records.set(id, record);
    } else {
      this.#ids.push(id);
      this.#deadlines.push(sleep.deadline);
      if (sleep.isHome) this.#home++;
      const { framesAt } = sleep;
      if (framesAt < 0) return;
      const pending = pendingOrNone(part.bytes, framesAt, part.at + part.length - framesAt);
      if (pending.length > 0) this.#named.push(...pending.map((future): [number, number] => [future, id]));
    }
  }

  end(): TaskPart {
    const columns = { ids: this.#ids.take(), deadlines: this.#deadlines.take() };
    return { ...columns, home: this.#home, named: this.#named, records: this.#records, failed: this.#failed };
  }

  /** I1 */
  #mayBeCold(id: number): boolean {
    const { someMayBeCold, program, accused } = this.#rules;
    return someMayBeCold && id !== program.main && !accused.has(id);
  }
}

/** One after the other; in shared memory, because another thread is given them. */
function joined(columns: readonly Float64Array[]): Float64Array {
  const length = columns.reduce((sum, column) => sum + column.length, 0);
  const all = new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}

/** Numbers that are collected one by one. */
class Column {
  #numbers = new Float64Array(1024);
  #length = 0;

  push(n: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = n;
  }

  take(): Float64Array {
    return this.#numbers.slice(0, this.#length);
  }
}

/** A continuation that makes no sense is reported when it is read. */
function pendingOrNone(bytes: Uint8Array, at: number, length: number): readonly number[] {
  try {
    return pendingIn(bytes, at, length);
  } catch {
    return [];
  }
}
