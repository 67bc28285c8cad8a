// What a start reads of a `.wld` file: its records, but of a task that only waits for its time no more than when that is. Such
// a task is *cold* (cold.ts): its record is read when it goes on. So a start takes no longer for what the tasks hold.
//
// I1. Cold is a task whose record says that it waits in TIMER and is trusted (trials.ts). The program's own code is not, and nothing
//     is of a program that has ended, nor when the file has older sources than today's: how many tasks finish with those is said.
// I2. Of a cold task it is noted which pending futures its continuation names: when one settles, the task is read and written
//     again (scribe.ts, P2).
// I3. Of a program that has ended by itself only keys are kept of the tasks that do not count any more.

import { payloadOf } from "../../horizon/check.ts";
import type { Part } from "../../horizon/record.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { type Sleep, Standing, sleepIn, standingOf } from "../../horizon/task-record.ts";
import { pendingIn } from "../shards/parcel.ts";
import { isPending, readProgram, UNKNOWN_PROGRAM } from "./reading.ts";

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

const NOTHING = new Uint8Array(0);

export class ImageReader {
  readonly #records = new Map<Table, Map<Key, Uint8Array>>();
  #program = UNKNOWN_PROGRAM;
  /** Whether tasks may be cold at all (I1); undefined before the first task. */
  #someMayBeCold: boolean | undefined;
  readonly #ids = new Column();
  readonly #deadlines = new Column();
  readonly #sleep: Sleep = { deadline: 0, isHome: false, framesAt: 0 };
  #home = 0;
  readonly #namers = new Map<number, number[]>();
  #counted = 0;
  #failed = 0;

  /** `sources`: by what those of this run are known; `accused`: tasks that are not trusted. */
  constructor(
    readonly sources: string,
    readonly accused: ReadonlySet<number>,
  ) {}

  /** Takes a record: table by table in the order of their numbers, by ascending keys. */
  take(table: Table, key: Key, part: Part): void {
    if (table === Table.Tasks) this.#task(key as number, part);
    else if (table === Table.Frames) this.#frames(key as number, part);
    else this.#of(table).set(key, payloadOf(part));
    if (table === Table.Globals && key === "program") this.#program = readProgram(payloadOf(part)) ?? UNKNOWN_PROGRAM;
  }

  end(): Started {
    const sleepers = { ids: this.#ids.take(), deadlines: this.#deadlines.take(), home: this.#home };
    return {
      image: this.#records,
      sleepers: { ...sleepers, namers: this.#namers },
      going: this.#counted - this.#failed,
      failed: this.#failed,
    };
  }

  #of(table: Table): Map<Key, Uint8Array> {
    let records = this.#records.get(table);
    if (records === undefined) {
      records = new Map();
      this.#records.set(table, records);
    }
    return records;
  }

  #task(id: number, part: Part): void {
    // I3
    if (!isPending(this.#program, id)) {
      this.#of(Table.Tasks).set(id, NOTHING);
      return;
    }
    this.#counted++;
    const sleep = this.#sleep;
    if (!this.#mayBeCold(id) || !sleepIn(part, sleep)) {
      const record = payloadOf(part);
      if (standingOf(record) === Standing.Failed) this.#failed++;
      this.#of(Table.Tasks).set(id, record);
      return;
    }
    this.#ids.push(id);
    this.#deadlines.push(sleep.deadline);
    if (sleep.isHome) this.#home++;
    const { framesAt } = sleep;
    if (framesAt >= 0) this.#notePending(id, part.bytes, framesAt, part.at + part.length - framesAt);
  }

  #frames(id: number, part: Part): void {
    const task = this.#of(Table.Tasks).get(id);
    if (task === undefined) this.#notePending(id, part.bytes, part.at, part.length);
    else this.#of(Table.Frames).set(id, task === NOTHING ? NOTHING : payloadOf(part));
  }

  /** I1 */
  #mayBeCold(id: number): boolean {
    if (this.#someMayBeCold === undefined) {
      const sources = this.#of(Table.Sources);
      this.#someMayBeCold = !this.#program.hasEnded && sources.size === 1 && sources.has(this.sources);
    }
    return this.#someMayBeCold && id !== this.#program.main && !this.accused.has(id);
  }

  /** I2 */
  #notePending(id: number, bytes: Uint8Array, at: number, length: number): void {
    for (const future of pendingOrNone(bytes, at, length)) {
      const namers = this.#namers.get(future);
      if (namers === undefined) this.#namers.set(future, [id]);
      else namers.push(id);
    }
  }
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
