// Queues: the run queue of a shard, and those who wait their turn at a descriptor or channel.

import type { Input } from "../engine/host.ts";
import { Cancellation, type LiveTask, TaskState } from "./task.ts";

const SMALLEST = 64;
/** How many tasks that stay are passed over in looking for some that may go. */
const LOOKED_AT = 256;

/** A task in the run queue, and what it goes on with. */
export interface Queued {
  readonly task: LiveTask;
  readonly input: Input;
}

/**
 * The run queue: a ring of tasks with the inputs they go on with, first in, first out. It grows by doubling and goes back
 * to its smallest size when it runs empty, so that a million tasks started at once leave nothing behind.
 */
export class RunQueue {
  #tasks: (LiveTask | undefined)[] = new Array(SMALLEST).fill(undefined);
  #inputs: (Input | undefined)[] = new Array(SMALLEST).fill(undefined);
  #head = 0;
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
    if (!task.isHome) this.#movable++;
    if (this.#length === this.#tasks.length) this.#resize(this.#length * 2);
    const at = (this.#head + this.#length++) & (this.#tasks.length - 1);
    this.#tasks[at] = task;
    this.#inputs[at] = input;
  }

  /** The input of the first task. Read before `shift`. */
  get firstInput(): Input | undefined {
    return this.#inputs[this.#head];
  }

  /** Takes the first task off. */
  shift(): LiveTask | undefined {
    if (this.#length === 0) return undefined;
    const task = this.#tasks[this.#head];
    this.#tasks[this.#head] = undefined;
    this.#inputs[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#tasks.length - 1);
    if (task?.isHome === false) this.#movable--;
    if (--this.#length === 0 && this.#tasks.length > SMALLEST) this.#resize(SMALLEST);
    return task;
  }

  /** Takes out up to `most` tasks that may move and are not being cancelled, the first ones first; the others keep their order. */
  takeMovable(most: number): Queued[] {
    const taken: Queued[] = [];
    const kept: Queued[] = [];
    while (taken.length < most && this.#length > 0 && kept.length < LOOKED_AT) {
      const input = this.#inputs[this.#head] as Input;
      const task = this.shift()!;
      const mayMove = !task.isHome && task.cancellation === Cancellation.None && task.state !== TaskState.Done;
      (mayMove ? taken : kept).push({ task, input });
    }
    for (const { task, input } of kept.reverse()) this.#unshift(task, input);
    return taken;
  }

  #unshift(task: LiveTask, input: Input): void {
    if (!task.isHome) this.#movable++;
    if (this.#length === this.#tasks.length) this.#resize(this.#length * 2);
    this.#head = (this.#head - 1) & (this.#tasks.length - 1);
    this.#tasks[this.#head] = task;
    this.#inputs[this.#head] = input;
    this.#length++;
  }

  clear(): void {
    this.#length = 0;
    this.#movable = 0;
    this.#resize(SMALLEST);
  }

  #resize(size: number): void {
    const tasks = new Array<LiveTask | undefined>(size).fill(undefined);
    const inputs = new Array<Input | undefined>(size).fill(undefined);
    for (let i = 0; i < this.#length; i++) {
      const from = (this.#head + i) & (this.#tasks.length - 1);
      tasks[i] = this.#tasks[from];
      inputs[i] = this.#inputs[from];
    }
    this.#tasks = tasks;
    this.#inputs = inputs;
    this.#head = 0;
  }
}

/** Those who wait their turn. Taking one from the middle (a cancelled task) is slow and rare. */
export class WaitQueue<T extends object> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    if (this.#head > 32 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  remove(item: T): void {
    const at = this.#items.indexOf(item, this.#head);
    if (at >= 0) this.#items.splice(at, 1);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i]!;
  }
}
