// Queues: the run queue of a shard, and those who wait their turn at a descriptor or channel.

import type { Input } from "../engine/host.ts";
import type { LiveTask } from "./task.ts";

const SMALLEST = 64;

/**
 * The run queue: a ring of tasks with the inputs they go on with, first in, first out. It grows by doubling and goes back
 * to its smallest size when it runs empty, so that a million tasks started at once leave nothing behind.
 */
export class RunQueue {
  #tasks: (LiveTask | undefined)[] = new Array(SMALLEST).fill(undefined);
  #inputs: (Input | undefined)[] = new Array(SMALLEST).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(task: LiveTask, input: Input): void {
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
    if (--this.#length === 0 && this.#tasks.length > SMALLEST) this.#resize(SMALLEST);
    return task;
  }

  clear(): void {
    this.#length = 0;
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
