// The timers of a shard: a hierarchical timing wheel (Varghese & Lauck, SOSP 1987, scheme 7) in flat arrays. Arming and
// disarming cost the same however many there are, and a timer is 24 bytes and no object.
//
//   level    0: 32 slots of 1 ms    1: 32 slots of 32 ms    …    5: 32 slots of 9.3 hours       a window of 12.4 days
//   far      whatever is after the window
//   near     what has been reached, in the order in which it comes out
//
// A tick is a whole millisecond of a deadline. `current` is the tick up to which the wheel has turned, counted from the
// start of the window. A timer goes to the level of the highest five bits in which its tick differs from `current`; as the
// wheel turns to a slot of an upper level, its timers go down to the levels below.
//
//   entry    deadline[e], next[e], previous[e], task[e]        keeps its number from `add` to `remove`
//   lists    the first entries stand for the lists (slots, near, far): rings, so that an entry leaves without knowing its list
//
// W1. Timers come out by deadline, to the fraction of a millisecond; equal ones in the order in which they were added.
// W2. Ticks in `near` are at most `current`, those on the wheel are later, those in `far` are after the window. On the wheel,
//     a slot of a lower level comes before all of the levels above, and a slot's number is greater than that of `current`.
// W3. Every list but `near` is in the order in which its timers were added: a slot has gone down before anything can be
//     added to the slots below it. So equal deadlines stay in order, and sorting by deadline need only be stable.
// W4. `deadline` of a list other than `near` is not later than any in it; earlier ones may have been removed. `occupied` has
//     the bit of every slot that is not empty; a slot that has become empty keeps it until it is next met.

import type { LiveTask } from "./task.ts";

const BITS = 5;
const SLOTS = 1 << BITS;
const LEVELS = 6;
/** Ticks in a window. */
const WINDOW = 2 ** (BITS * LEVELS);

const NEAR = SLOTS * LEVELS;
const FAR = NEAR + 1;
/** Entries of timers begin here. */
const FIRST = FAR + 1;
const SMALLEST = 256;
const END = -1;
/** Of a tick: as fine as the clock of our days is as a double. */
const PARTS = 4096;

/** Of tasks, or of whatever stands for them. */
export class Timers<Sleeper = LiveTask> {
  #deadline = new Float64Array(SMALLEST);
  #next = new Int32Array(SMALLEST);
  #previous = new Int32Array(SMALLEST);
  #tasks: (Sleeper | undefined)[] = new Array(SMALLEST).fill(undefined);
  /** For each level, a bit for each slot (W4). */
  readonly #occupied = new Int32Array(LEVELS);
  /** The millisecond at which the window starts, and the tick in it. */
  #start: number;
  #current = 0;
  /** Entries ever used; those below it that are in no list are in the chain of free ones, by `next`. */
  #used = FIRST;
  #free = END;
  #length = 0;

  /** `now`: from when on deadlines are expected. Others are in order too, they only cost more. */
  constructor(now = 0) {
    this.#start = Math.floor(now);
    for (let list = 0; list < FIRST; list++) this.#empty(list);
  }

  get length(): number {
    return this.#length;
  }

  /** Not later than the earliest deadline, and exactly that when nothing was removed (W4); Infinity when there is none. */
  get earliest(): number {
    const near = this.#next[NEAR]!;
    if (near !== NEAR) return this.#deadline[near]!;
    const slot = this.#firstSlot();
    if (slot !== END) return this.#deadline[slot]!;
    return this.#next[FAR] === FAR ? Number.POSITIVE_INFINITY : this.#deadline[FAR]!;
  }

  /** Adds a timer, in milliseconds of the clock that `takeDue` is given; its entry is for `remove`. */
  add(deadline: number, task: Sleeper): number {
    const entry = this.#newEntry();
    this.#deadline[entry] = deadline;
    this.#tasks[entry] = task;
    this.#length++;
    this.#file(entry);
    return entry;
  }

  /** Adds very many, as `add` does. Those that are due already come in order, for which `near` is quick. */
  addAll(deadlines: Float64Array, tasks: ArrayLike<Sleeper>): void {
    const { length } = deadlines;
    let size = this.#next.length;
    while (size < this.#used + length) size *= 2;
    if (size > this.#next.length) this.#resize(size);
    const due: number[] = [];
    for (let i = 0; i < length; i++) {
      if (Math.floor(deadlines[i]!) - this.#start <= this.#current) due.push(i);
      else this.add(deadlines[i]!, tasks[i]!);
    }
    due.sort((a, b) => deadlines[a]! - deadlines[b]!);
    for (const i of due) this.add(deadlines[i]!, tasks[i]!);
  }

  deadlineOf(entry: number): number {
    return this.#deadline[entry]!;
  }

  /** Somebody else stands for it from now on. */
  replace(entry: number, by: Sleeper): void {
    this.#tasks[entry] = by;
  }

  remove(entry: number): void {
    const before = this.#previous[entry]!;
    const after = this.#next[entry]!;
    this.#next[before] = after;
    this.#previous[after] = before;
    this.#tasks[entry] = undefined;
    this.#next[entry] = this.#free;
    this.#free = entry;
    if (--this.#length === 0) this.#reset();
  }

  /** Takes off the earliest timer if its deadline is not after `now` (W1). */
  takeDue(now: number): Sleeper | undefined {
    if (this.#length === 0) return undefined;
    // The wheel turns no further than to the first timer: a million that are due at once come down a slot at a time.
    while (this.#next[NEAR] === NEAR) if (!this.#turn(now)) return undefined;
    const entry = this.#next[NEAR]!;
    if (this.#deadline[entry]! > now) return undefined;
    const task = this.#tasks[entry];
    this.remove(entry);
    return task;
  }

  // ---- The wheel ----

  #tickOf(entry: number): number {
    return Math.floor(this.#deadline[entry]!) - this.#start;
  }

  /** Puts an entry into the list where it belongs (W2). */
  #file(entry: number): void {
    const tick = this.#tickOf(entry);
    if (tick <= this.#current) this.#insertNear(entry);
    else if (tick >= WINDOW) this.#append(FAR, entry);
    else {
      const level = ((31 - Math.clz32(tick ^ this.#current)) / BITS) | 0;
      const slot = (tick >> (level * BITS)) & (SLOTS - 1);
      this.#occupied[level]! |= 1 << slot;
      this.#append(level * SLOTS + slot, entry);
    }
  }

  /** Turns to the next occupied slot, or to a new window, if that is not after `now`. False: there is none. */
  #turn(now: number): boolean {
    const list = this.#firstSlot();
    if (list === END) return this.#turnToFar(now);
    const level = (list / SLOTS) | 0;
    const slot = list % SLOTS;
    // The bits of `current` above the level stay, those below it are zero at the slot's start.
    const above = -1 << ((level + 1) * BITS);
    const tick = (this.#current & above) | (slot << (level * BITS));
    if (this.#start + tick > now) return false;
    this.#current = tick;
    this.#lower(list);
    return true;
  }

  /** The wheel is empty: starts a window with the earliest of the far timers if `now` has come to it. */
  #turnToFar(now: number): boolean {
    if (this.#next[FAR] === FAR || this.#deadline[FAR]! > now) return false;
    this.#start = Math.floor(this.#deadline[FAR]!);
    this.#current = 0;
    this.#lower(FAR);
    return true;
  }

  /** The list of the first slot that is not empty, or END (W2). */
  #firstSlot(): number {
    for (let level = 0; level < LEVELS; level++) {
      for (let bits = this.#occupied[level]!; bits !== 0; bits &= bits - 1) {
        const slot = 31 - Math.clz32(bits & -bits);
        const list = level * SLOTS + slot;
        if (this.#next[list] !== list) return list;
        this.#occupied[level]! &= ~(1 << slot);
      }
    }
    return END;
  }

  // ---- Lists ----

  #empty(list: number): void {
    this.#next[list] = list;
    this.#previous[list] = list;
    this.#deadline[list] = Number.POSITIVE_INFINITY;
  }

  #append(list: number, entry: number): void {
    if (this.#next[list] === list || this.#deadline[entry]! < this.#deadline[list]!)
      this.#deadline[list] = this.#deadline[entry]!;
    this.#insertAfter(this.#previous[list]!, entry);
  }

  #insertAfter(before: number, entry: number): void {
    const after = this.#next[before]!;
    this.#next[entry] = after;
    this.#previous[entry] = before;
    this.#next[before] = entry;
    this.#previous[after] = entry;
  }

  /** W1. What is added late has the latest deadline as a rule, so its place is looked for from the end. */
  #insertNear(entry: number): void {
    const deadline = this.#deadline[entry]!;
    let before = this.#previous[NEAR]!;
    while (before !== NEAR && this.#deadline[before]! > deadline) before = this.#previous[before]!;
    this.#insertAfter(before, entry);
  }

  /** Files the entries of a list anew, now that the wheel has come to it: to lower lists, and to `near`, which is empty. */
  #lower(list: number): void {
    const reached: number[] = [];
    let entry = this.#next[list]!;
    this.#empty(list);
    while (entry >= FIRST) {
      const after = this.#next[entry]!;
      if (this.#tickOf(entry) <= this.#current) reached.push(entry);
      else this.#file(entry);
      entry = after;
    }
    // All of one tick may be very many, so they are sorted at once (W1, W3).
    for (const next of this.#sorted(reached)) this.#insertAfter(this.#previous[NEAR]!, next);
  }

  /** Entries of one tick by their deadlines, equal ones in their order. Very many are first sorted by parts of the tick. */
  #sorted(entries: number[]): number[] {
    const deadline = this.#deadline;
    const isSorted = (list: readonly number[]): boolean => {
      for (let i = 1; i < list.length; i++) if (deadline[list[i - 1]!]! > deadline[list[i]!]!) return false;
      return true;
    };
    if (isSorted(entries)) return entries;
    let sorted = entries;
    if (entries.length >= PARTS) {
      const tick = this.#start + this.#current;
      const partOf = (entry: number): number => ((deadline[entry]! - tick) * PARTS) | 0;
      const ends = new Int32Array(PARTS + 1);
      for (const entry of entries) ends[partOf(entry) + 1]!++;
      for (let part = 1; part <= PARTS; part++) ends[part]! += ends[part - 1]!;
      sorted = new Array(entries.length);
      for (const entry of entries) sorted[ends[partOf(entry)]!++] = entry;
      if (isSorted(sorted)) return sorted;
    }
    return sorted.sort((a, b) => deadline[a]! - deadline[b]!);
  }

  // ---- Entries ----

  #newEntry(): number {
    if (this.#free !== END) {
      const entry = this.#free;
      this.#free = this.#next[entry]!;
      return entry;
    }
    if (this.#used === this.#next.length) this.#resize(this.#used * 2);
    return this.#used++;
  }

  /** Without timers, the arrays go back to their smallest size. */
  #reset(): void {
    this.#used = FIRST;
    this.#free = END;
    if (this.#next.length > SMALLEST) this.#resize(SMALLEST);
  }

  #resize(size: number): void {
    const resized = <A extends Float64Array | Int32Array>(old: A, fresh: A): A => {
      fresh.set(old.length > size ? old.subarray(0, size) : old);
      return fresh;
    };
    this.#deadline = resized(this.#deadline, new Float64Array(size));
    this.#next = resized(this.#next, new Int32Array(size));
    this.#previous = resized(this.#previous, new Int32Array(size));
    const tasks = new Array<Sleeper | undefined>(size).fill(undefined);
    for (let i = 0; i < Math.min(size, this.#tasks.length); i++) tasks[i] = this.#tasks[i];
    this.#tasks = tasks;
  }
}
