// Cold tasks: those that wait for their time and are in the `.wld` file only. In memory there is a number in the timing wheel, with
// the time; the rest is read when it is needed.
//
//   record in the file, number in the wheel ── its time has come, or somebody needs the task ──> a parked task like any other
//                                           <── memory is scarce (warm.ts) ──
//
// F1. The record of a cold task is the task: nothing about it changes until it is read. Once read it is written again with the next
//     cut, which takes note of what it shares (scribe.ts).
// F2. It is read when its time has come; when it is cancelled, which is asked of its future; and when a future settles that its
//     record names as pending (scribe.ts, P2).
// F3. What the records of an earlier run name by number is kept as long as there are cold tasks of that run: channels, atomics,
//     futures (recall.ts, B2), and as long as there is one that runs at home, pinned objects (scribe.ts, P1). In this run only tasks
//     become cold whose records name nothing.
// F4. The number of one that was read before its time stays in the wheel, and is passed over when its time comes. Until then the
//     task does not become cold again.
// F5. One that cannot be read is reported and stays in the file; the others are not disturbed.

import type { Future } from "../../engine/values.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { readTask } from "../../horizon/task-record.ts";
import type { Reactor } from "../shard.ts";
import type { LiveTask, TaskFuture } from "../task.ts";
import type { Sleepers } from "./image.ts";
import type { Recall } from "./recall.ts";

/** Reads what was committed; HorizonError for a record that is damaged. */
export interface KeptRecords {
  get(table: Table, key: Key): Uint8Array | undefined;
}

export interface ColdOptions {
  readonly recall: Recall;
  /** Those of an earlier run; null when there are none. */
  readonly sleepers: Sleepers | null;
  readonly records: KeptRecords;
  /** A task was read, which was written so often, in an earlier run or in this one. */
  woken(task: LiveTask, generation: number, isEarlier: boolean): void;
  complain(text: string): void;
}

export class ColdTasks {
  readonly #reactor: Reactor;
  readonly #options: ColdOptions;
  readonly #ids: Float64Array;
  /** By the place of its number among `ids`: 1 when a task is not cold any more. */
  readonly #isRead: Uint8Array;
  readonly #namers: Map<number, readonly number[]>;
  #left: number;
  #leftAtHome: number;
  /** How many there are that have become cold in this run. */
  #cooled = 0;
  /** F4 */
  readonly #passedOver = new Set<number>();
  readonly #unreadable = new Set<number>();

  constructor(reactor: Reactor, options: ColdOptions) {
    const { ids, home, namers } = options.sleepers ?? NO_SLEEPERS;
    this.#reactor = reactor;
    this.#options = options;
    this.#ids = ids;
    this.#isRead = new Uint8Array(ids.length);
    this.#left = ids.length;
    this.#leftAtHome = home;
    this.#namers = new Map(namers);
  }

  /** How many of an earlier run there are, whose records may name something, and how many of them pinned objects (F3). */
  get left(): number {
    return this.#left;
  }

  get leftAtHome(): number {
    return this.#leftAtHome;
  }

  /** How many numbers there are in the wheel for which nothing will happen (F4). */
  get passedOver(): number {
    return this.#passedOver.size;
  }

  get someAre(): boolean {
    return this.#left + this.#cooled > 0;
  }

  /** Sets the timers of those of the earlier run. */
  arm(): void {
    const { deadlines } = this.#options.sleepers ?? NO_SLEEPERS;
    this.#reactor.sleepUntil(deadlines, this.#ids);
  }

  /** A task that sleeps, alone in its record, which is on the disk: it is cold from now on, if it may be. */
  cool(task: LiveTask): boolean {
    if (this.#passedOver.has(task.id)) return false;
    this.#cooled++;
    this.#reactor.coolDown(task);
    this.#options.recall.forgetUnlessUsed(task.future as TaskFuture);
    return true;
  }

  /** Its time has come: the task, parked, without a timer. Undefined when there is nothing to wake. */
  due(id: number): LiveTask | undefined {
    return this.#passedOver.delete(id) ? undefined : this.#read(id)?.task;
  }

  /** A task of the earlier run that is still cold. */
  isLeft(id: number): boolean {
    return this.#isRead[placeOf(id, this.#ids)] === 0;
  }

  /** Somebody needs the task of a pending future (F2): from now on the future knows it, if it was cold and can be read. */
  need(future: TaskFuture): void {
    if (future.task !== null) return;
    if (this.isLeft(future.id) || this.#options.recall.isOfCold(future)) this.#awaken(future.id);
  }

  /** F2 */
  settled(future: Future): void {
    const namers = this.#namers.get(future.id);
    this.#namers.delete(future.id);
    for (const namer of namers ?? []) if (this.isLeft(namer)) this.#awaken(namer);
    this.#options.recall.settled(future);
  }

  #awaken(id: number): void {
    if (this.#unreadable.has(id)) return;
    this.#passedOver.add(id);
    const read = this.#read(id);
    if (read !== undefined) this.#reactor.arm(read.task, read.deadline);
  }

  #read(id: number): { readonly task: LiveTask; readonly deadline: number } | undefined {
    const { recall, records, woken, complain } = this.#options;
    let name = "";
    try {
      const record = records.get(Table.Tasks, id);
      if (record === undefined) throw new Error("its record is missing");
      const { task: stored, frames = records.get(Table.Frames, id) } = readTask(id, record);
      name = ` (${stored.name})`;
      const { task, request } = recall.task(stored, frames ?? new Uint8Array(0));
      recall.fillChannels();
      task.request = request ?? null;
      woken(task, stored.generation, this.#noteRead(id, stored.home));
      return { task, deadline: stored.deadline! };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      complain(`task ${id}${name} cannot go on: ${why}. It stays in the file.`);
      this.#unreadable.add(id);
      this.#reactor.sleeperIsLost();
      return undefined;
    }
  }

  /** True for a task of the earlier run. */
  #noteRead(id: number, isHome: boolean): boolean {
    if (!this.isLeft(id)) {
      this.#cooled--;
      return false;
    }
    this.#isRead[placeOf(id, this.#ids)] = 1;
    this.#left--;
    if (isHome) this.#leftAtHome--;
    return true;
  }
}

/** Where a number stands among others, which ascend; -1 when it is not there. */
function placeOf(id: number, ids: Float64Array): number {
  let from = 0;
  let to = ids.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ids[middle]! < id) from = middle + 1;
    else to = middle;
  }
  return ids[from] === id ? from : -1;
}

const NO_SLEEPERS: Sleepers = { ids: new Float64Array(0), deadlines: new Float64Array(0), home: 0, namers: new Map() };
