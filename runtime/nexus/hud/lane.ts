// The time line of one shard, cut into cells of equal length: how long it was busy in each, how many events it reaped, and
// whether it took tasks from another. Made of the marks of its flight (flight.ts); where marks were lost, of what its
// counters say of the time between two looks.

import { Mark } from "../flight.ts";

/** Milliseconds in a cell. */
export const CELL = 50;
/** Cells that are kept: more than the widest terminal shows. */
const KEPT = 1024;

export interface Cell {
  /** Of its time, from 0 to 1. */
  readonly busy: number;
  readonly events: number;
  readonly stolen: boolean;
}

/** What happened since the last look. */
export interface Passage {
  readonly times: readonly number[];
  readonly kinds: readonly Mark[];
  /** Marks that are missing before these. */
  readonly lost: number;
  /** The same by the counters: milliseconds, and counts. */
  readonly busy: number;
  readonly events: number;
  readonly stolen: number;
}

export class Lane {
  readonly #busy = new Float64Array(KEPT);
  readonly #events = new Uint32Array(KEPT);
  readonly #stolen = new Uint8Array(KEPT);
  /** Up to where time has been filled in, and the cell of that. */
  #now: number;
  #last: number;
  /** Since when it has been busy, or null. */
  #busySince: number | null = null;

  constructor(now: number) {
    this.#now = now;
    this.#last = Math.floor(now / CELL);
  }

  /** Since when the shard has been in its turn, or null between turns. */
  get busySince(): number | null {
    return this.#busySince;
  }

  pass(passage: Passage, now: number): void {
    const before = this.#now;
    this.#clearTo(now);
    if (passage.lost > 0) this.#spread(passage, before, now);
    else for (const [i, time] of passage.times.entries()) this.#mark(passage.kinds[i]!, Math.min(time, now));
    if (passage.lost === 0 && this.#busySince !== null) this.#fill(Math.max(this.#busySince, before), now);
    this.#now = now;
  }

  /** The newest cells that are over, oldest first; those before the beginning are empty. */
  cells(count: number): Cell[] {
    return Array.from({ length: Math.min(count, KEPT - 2) }, (_, i) => {
      const at = (this.#last - Math.min(count, KEPT - 2) + i + KEPT) % KEPT;
      return { busy: Math.min(1, this.#busy[at]! / CELL), events: this.#events[at]!, stolen: this.#stolen[at] === 1 };
    });
  }

  #mark(kind: Mark, time: number): void {
    switch (kind) {
      case Mark.Busy:
        this.#busySince = time;
        break;
      case Mark.Idle:
        // What lies before the last look has been filled in then.
        if (this.#busySince !== null) this.#fill(Math.max(this.#busySince, this.#now), time);
        this.#busySince = null;
        break;
      case Mark.Event:
        this.#events[this.#indexOf(time)]!++;
        break;
      case Mark.Stolen:
        this.#stolen[this.#indexOf(time)] = 1;
    }
  }

  /** Without marks, everything is spread evenly; the last mark still says how it stands now. */
  #spread({ kinds, times, busy, events, stolen }: Passage, from: number, to: number): void {
    const cells = Math.max(1, Math.floor(to / CELL) - Math.floor(from / CELL));
    const share = Math.min(1, busy / Math.max(1, to - from));
    for (let cell = 0; cell < cells; cell++) {
      const at = this.#indexOf(to - cell * CELL);
      this.#busy[at] = share * CELL;
      this.#events[at] = Math.ceil(events / cells);
      if (stolen > 0) this.#stolen[at] = 1;
    }
    const last = kinds.findLastIndex((kind) => kind === Mark.Busy || kind === Mark.Idle);
    if (last >= 0) this.#busySince = kinds[last] === Mark.Busy ? times[last]! : null;
  }

  #fill(from: number, to: number): void {
    for (let start = from; start < to; ) {
      const end = Math.min(to, (Math.floor(start / CELL) + 1) * CELL);
      this.#busy[this.#indexOf(start)]! += end - start;
      start = end;
    }
  }

  #indexOf(time: number): number {
    return Math.max(Math.floor(time / CELL), this.#last - KEPT + 1) % KEPT;
  }

  /** Makes the cells up to `now` empty. */
  #clearTo(now: number): void {
    const last = Math.floor(now / CELL);
    for (let cell = Math.max(this.#last + 1, last - KEPT + 1); cell <= last; cell++) {
      this.#busy[cell % KEPT] = 0;
      this.#events[cell % KEPT] = 0;
      this.#stolen[cell % KEPT] = 0;
    }
    this.#last = Math.max(this.#last, last);
  }
}
