// All tasks of a file, as much of each as a list is sorted and filtered by: a column for each fact, because there may be millions.
// What stands in a row besides is looked up for the rows that are shown.

import { Standing, type TaskRecord } from "../../../horizon/task-record.ts";
import type { Column, ListLook, TaskLink } from "../../../inspector/protocol.ts";
import { stateName } from "../words.ts";

/** What the index knows of a task. */
export type Indexed = Pick<
  TaskRecord,
  "id" | "name" | "standing" | "effect" | "on" | "deadline" | "since" | "crashes"
> & {
  readonly size: number;
};

/** Effects that wait for the task whose number they name. */
const AWAITING: ReadonlySet<string> = new Set(["await", "timeout", "cancel"]);

export class TaskIndex {
  readonly #ids: number[] = [];
  readonly #standings: Standing[] = [];
  /** A number that no task has where there is none. */
  readonly #on: number[] = [];
  readonly #deadlines: number[] = [];
  readonly #since: number[] = [];
  readonly #sizes: number[] = [];
  readonly #crashes: number[] = [];
  readonly #names = new Words();
  readonly #effects = new Words();
  readonly #counts = { waiting: 0, ready: 0, failed: 0 };
  /** The order that was asked for last. */
  #order: { readonly key: string; readonly positions: Uint32Array } | null = null;

  /** Takes the next task; they come in the order of their numbers. */
  add(task: TaskRecord, size: number): void {
    this.#ids.push(task.id);
    this.#standings.push(task.standing);
    this.#on.push(task.on ?? NONE);
    this.#deadlines.push(task.deadline ?? NONE);
    this.#since.push(task.since);
    this.#sizes.push(size);
    this.#crashes.push(task.crashes);
    this.#names.add(task.name);
    this.#effects.add(task.effect);
    this.#counts[stateName(task)]++;
  }

  get counts(): { readonly waiting: number; readonly ready: number; readonly failed: number } {
    return this.#counts;
  }

  get ids(): readonly number[] {
    return this.#ids;
  }

  /** The tasks that pass the filter, in the order that is asked for, by their positions. */
  positions({ filter, sort, isDescending }: Pick<ListLook, "filter" | "sort" | "isDescending">): Uint32Array {
    const key = JSON.stringify([filter, sort, isDescending]);
    if (this.#order?.key !== key)
      this.#order = { key, positions: this.#sorted(this.#matching(filter), sort, isDescending) };
    return this.#order.positions;
  }

  at(position: number): Indexed {
    const [on, deadline] = [this.#on[position]!, this.#deadlines[position]!];
    return {
      id: this.#ids[position]!,
      name: this.#names.at(position),
      standing: this.#standings[position]!,
      effect: this.#effects.at(position),
      on: on === NONE ? undefined : on,
      deadline: deadline === NONE ? undefined : deadline,
      since: this.#since[position]!,
      crashes: this.#crashes[position]!,
      size: this.#sizes[position]!,
    };
  }

  /** Where a task stands; -1 when there is none with this number. */
  positionOf(id: number): number {
    let [low, high] = [0, this.#ids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return this.#ids[low] === id ? low : -1;
  }

  link(id: number): TaskLink {
    const position = this.positionOf(id);
    return { id, function: position < 0 ? "" : this.#names.at(position) };
  }

  /** The first `most` tasks that wait for the end of this one. */
  awaiting(id: number, most: number): TaskLink[] {
    const found: TaskLink[] = [];
    for (let at = this.#on.indexOf(id); at >= 0 && found.length < most; at = this.#on.indexOf(id, at + 1))
      if (AWAITING.has(this.#effects.at(at)) && this.#standings[at] === Standing.Waiting)
        found.push(this.link(this.#ids[at]!));
    return found;
  }

  #matching(filter: string): Uint32Array {
    const positions = Uint32Array.from(this.#ids.keys());
    const words = filter
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    return words.reduce((left, word) => left.filter(this.#matcher(word)), positions);
  }

  /** Whether a word is in a task's function, effect, state or number. */
  #matcher(word: string): (position: number) => boolean {
    const names = this.#names.matching(word);
    const effects = this.#effects.matching(word);
    const states = STANDINGS.map((standing) => stateName({ standing }).includes(word));
    const isNumber = /^\d+$/.test(word);
    return (position) =>
      names[this.#names.numberAt(position)]! ||
      effects[this.#effects.numberAt(position)]! ||
      states[this.#standings[position]!]! ||
      (isNumber && String(this.#ids[position]).includes(word));
  }

  #sorted(positions: Uint32Array, sort: Column, isDescending: boolean): Uint32Array {
    const keys = this.#keys(sort);
    // Tasks are in the order of their numbers already, and so stay where nothing else tells them apart.
    if (keys !== null) positions.sort((a, b) => compareAll(keys, a, b) || a - b);
    return isDescending ? positions.reverse() : positions;
  }

  #keys(sort: Column): readonly ((position: number) => number)[] | null {
    switch (sort) {
      case "id":
        return null;
      case "function":
        return [this.#names.ranks()];
      case "waits":
        return [this.#effects.ranks(), (at) => this.#deadlines[at]!, (at) => this.#on[at]!];
      // The longest wait is the one that began first.
      case "since":
        return [(at) => -this.#since[at]!];
      case "size":
        return [(at) => this.#sizes[at]!];
    }
  }
}

const NONE = -1;
const STANDINGS: readonly Standing[] = [Standing.Ready, Standing.Waiting, Standing.Failed];

function compareAll(keys: readonly ((position: number) => number)[], a: number, b: number): number {
  for (const key of keys) {
    const difference = key(a) - key(b);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A column of texts of which few are different. */
class Words {
  readonly #numbers: number[] = [];
  readonly #texts: string[] = [];
  readonly #known = new Map<string, number>();
  /** The number of the text that was added last. */
  #last = 0;

  add(text: string): void {
    // Most are like the one before.
    if (text !== this.#texts[this.#last]) {
      this.#last = this.#known.get(text) ?? this.#texts.push(text) - 1;
      this.#known.set(text, this.#last);
    }
    this.#numbers.push(this.#last);
  }

  numberAt(position: number): number {
    return this.#numbers[position]!;
  }

  at(position: number): string {
    return this.#texts[this.#numbers[position]!]!;
  }

  /** By the number of a text, whether it has this word, which is in small letters. */
  matching(word: string): boolean[] {
    return this.#texts.map((text) => text.toLowerCase().includes(word));
  }

  /** The place of each position's text in the alphabet. */
  ranks(): (position: number) => number {
    const ranks: number[] = [];
    for (const [rank, text] of [...this.#texts].sort().entries()) ranks[this.#known.get(text)!] = rank;
    return (position) => ranks[this.#numbers[position]!]!;
  }
}
