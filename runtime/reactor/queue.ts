// The run queue of a shard.

import type { Input } from "../engine/host.ts";
import { Cancellation, type LiveTask, TaskState, UNARMED } from "./task.ts";

const SMALLEST = 64;
/** How many tasks are looked at to find some that may go. */
const LOOKED_AT = 256;

/** A task in the run queue, and what it goes on with. */
export interface Queued {
  readonly task: LiveTask;
  readonly input: Input;
}

/** Why a task is in the run queue, the most urgent first. */
export enum Urgency {
  /** Something from outside has come for it: a completion, its time. */
  Event,
  /** It was started, or another task has done something that it waited for. */
  Ready,
  /** It has used up its time, and only wants to go on. */
  Spent,
}

/**
 * The run queue of a shard. The most urgent tasks run first, each kind in its order; but after a turn whose time was used
 * up, the next begins with one of the less urgent ones. So no loop, and no crowd of new tasks, delays an event by more than
 * a turn or two, and no flood of events stops the others.
 */
export class RunQueue {
  readonly #rings: readonly [TaskRing, TaskRing, TaskRing] = [new TaskRing(), new TaskRing(), new TaskRing()];
  /** Who is served first in this turn; then, and in most turns, it goes by urgency. */
  #owed: Urgency = Urgency.Event;
  /** Whom the next used-up turn owes: Ready and Spent in turns. */
  #nextOwed: Urgency = Urgency.Ready;
  #hasPaid = true;
  #length = 0;
  /** Of the task taken last: what it goes on with. */
  input: Input | undefined = undefined;

  get length(): number {
    return this.#length;
  }

  /** How many of them something from outside has come for. */
  get urgent(): number {
    return this.#rings[Urgency.Event].length;
  }

  /** How many of them may go to another shard. */
  get movable(): number {
    const [event, ready, spent] = this.#rings;
    return event.movable + ready.movable + spent.movable;
  }

  push(task: LiveTask, input: Input, urgency: Urgency): void {
    this.#rings[urgency].push(task, input);
    this.#length++;
  }

  /** Puts a task before all others. */
  pushFirst(task: LiveTask, input: Input): void {
    this.#rings[Urgency.Event].unshift(task, input);
    this.#length++;
  }

  /** A turn's time was used up. */
  turnIsOver(): void {
    // One that was owed, and has filled the turn, owes nothing to the others of its kind.
    this.#owed = this.#owed === Urgency.Event ? this.#nextOwed : Urgency.Event;
    if (this.#owed !== Urgency.Event) this.#nextOwed = this.#owed === Urgency.Ready ? Urgency.Spent : Urgency.Ready;
    this.#hasPaid = false;
  }

  /** Takes the task off that is next; its `input` is then that of the queue. */
  take(): LiveTask | undefined {
    if (this.#length === 0) return undefined;
    this.#length--;
    const ring = this.#nextRing();
    this.input = ring.firstInput;
    return ring.shift();
  }

  /** Takes out a task that was started, if it is still to begin. */
  takeOut(task: LiveTask): boolean {
    const wasThere = this.#rings[Urgency.Ready].remove(task);
    if (wasThere) this.#length--;
    return wasThere;
  }

  #nextRing(): TaskRing {
    const [event, ready, spent] = this.#rings;
    if (!this.#hasPaid) {
      this.#hasPaid = true;
      if (this.#rings[this.#owed].length > 0) return this.#rings[this.#owed];
    }
    return event.length > 0 ? event : ready.length > 0 ? ready : spent;
  }

  /**
   * Takes out tasks that may move, at most `most`; the others keep their order. If some have used up their time, they are of those:
   * they have more to do than it costs to move them.
   */
  takeMovable(most: number): Queued[] {
    const [event, ready, spent] = this.#rings;
    for (const ring of [spent, event, ready]) {
      const taken = ring.takeOldest(most);
      this.#length -= taken.length;
      if (taken.length > 0) return taken;
    }
    return [];
  }

  clear(): void {
    for (const ring of this.#rings) ring.clear();
    this.#length = 0;
  }

  *[Symbol.iterator](): Iterator<Queued> {
    for (const ring of this.#rings) yield* ring;
  }
}

/**
 * A ring of tasks with the inputs they go on with, first in, first out. It grows by doubling and goes back to its smallest
 * size when it runs empty, so that a million tasks started at once leave nothing behind.
 *
 *   first          next          places count up, and a task knows its own (`armed`), so that it may be taken from the middle:
 *   [t][t][ ][t][t]              the hole it leaves is passed over. The first place and the last are never holes.
 */
class TaskRing {
  #tasks: (LiveTask | undefined)[] = new Array(SMALLEST).fill(undefined);
  #inputs: (Input | undefined)[] = new Array(SMALLEST).fill(undefined);
  /** Places are whole numbers of 32 bits, which wrap round. */
  #first = 0;
  #next = 0;
  #length = 0;
  #movable = 0;

  get length(): number {
    return this.#length;
  }

  /** How many of them may go to another shard. */
  get movable(): number {
    return this.#movable;
  }

  push(task: LiveTask, input: Input): void {
    if (((this.#next - this.#first) | 0) === this.#tasks.length) this.#makeRoom();
    this.#put(this.#next, task, input);
    this.#next = (this.#next + 1) | 0;
  }

  #put(place: number, task: LiveTask, input: Input): void {
    const at = place & (this.#tasks.length - 1);
    this.#tasks[at] = task;
    this.#inputs[at] = input;
    task.armed = place;
    this.#length++;
    if (!task.isHome) this.#movable++;
  }

  *[Symbol.iterator](): Iterator<Queued> {
    for (let place = this.#first; place !== this.#next; place = (place + 1) | 0) {
      const at = place & (this.#tasks.length - 1);
      const task = this.#tasks[at];
      if (task !== undefined) yield { task, input: this.#inputs[at]! };
    }
  }

  /** The input of the first task. Read before `shift`. */
  get firstInput(): Input | undefined {
    return this.#inputs[this.#first & (this.#tasks.length - 1)];
  }

  /** Takes the first task off. */
  shift(): LiveTask | undefined {
    const task = this.#tasks[this.#first & (this.#tasks.length - 1)];
    if (task !== undefined) this.#take(task);
    return task;
  }

  /** Takes a task off, wherever it is. False when it is not in this ring. */
  remove(task: LiveTask): boolean {
    if (this.#length === 0 || this.#tasks[task.armed & (this.#tasks.length - 1)] !== task) return false;
    this.#take(task);
    return true;
  }

  #take(task: LiveTask): void {
    const mask = this.#tasks.length - 1;
    const at = task.armed & mask;
    this.#tasks[at] = undefined;
    this.#inputs[at] = undefined;
    task.armed = UNARMED;
    if (!task.isHome) this.#movable--;
    this.#length--;
    if (this.#length === 0) this.clear();
    while (this.#first !== this.#next && this.#tasks[this.#first & mask] === undefined)
      this.#first = (this.#first + 1) | 0;
    while (this.#first !== this.#next && this.#tasks[(this.#next - 1) & mask] === undefined)
      this.#next = (this.#next - 1) | 0;
  }

  /**
   * Takes off half of those tasks that may move, are not being cancelled, and are of the oldest generation among the first ones, in
   * their order: in a tree of forks one of them is as much work as all of the next, and in a flat crowd they are all.
   */
  takeOldest(most: number): Queued[] {
    if (this.#movable === 0) return [];
    let oldest: Queued[] = [];
    const end = Math.min((this.#next - this.#first) | 0, LOOKED_AT);
    for (let i = 0; i < end; i++) {
      const at = (this.#first + i) & (this.#tasks.length - 1);
      const task = this.#tasks[at];
      const mayMove = task !== undefined && !task.isHome && task.cancellation === Cancellation.None;
      if (!mayMove || task.state === TaskState.Done) continue;
      const older = (oldest[0]?.task.generation ?? Number.POSITIVE_INFINITY) - task.generation;
      if (older > 0) oldest = [];
      if (older >= 0) oldest.push({ task, input: this.#inputs[at]! });
    }
    const taken = oldest.slice(0, Math.min(most, Math.ceil(oldest.length / 2)));
    for (const { task } of taken) this.#take(task);
    return taken;
  }

  /** Puts a task before the first. */
  unshift(task: LiveTask, input: Input): void {
    if (((this.#next - this.#first) | 0) === this.#tasks.length) this.#makeRoom();
    this.#first = (this.#first - 1) | 0;
    this.#put(this.#first, task, input);
  }

  clear(): void {
    if (this.#length > 0 || this.#tasks.length > SMALLEST) this.#resize(SMALLEST);
    this.#first = this.#next = 0;
    this.#length = 0;
    this.#movable = 0;
  }

  /** Closes the holes, and doubles the ring unless they were half of it. */
  #makeRoom(): void {
    const tasks = this.#tasks;
    const inputs = this.#inputs;
    const [first, next, size] = [this.#first, this.#next, tasks.length];
    const grown = this.#length * 2 > size ? size * 2 : size;
    this.clear();
    this.#resize(grown);
    for (let place = first; place !== next; place = (place + 1) | 0) {
      const at = place & (size - 1);
      const task = tasks[at];
      if (task !== undefined) this.push(task, inputs[at]!);
    }
  }

  #resize(size: number): void {
    this.#tasks = new Array<LiveTask | undefined>(size).fill(undefined);
    this.#inputs = new Array<Input | undefined>(size).fill(undefined);
  }
}
