// A cut of a program that runs on several shards: all of them stand still between two turns, until no message is under way; then
// each writes down what it has, and goes on.
//
//   first   CUT = n ── rings ── all stand, all messages received ── takes a stamp ── CUT = n + 1 ── writes ── all have written ── CUT = 0
//   other                 prepares its journal, STANDING = n, receives ············· writes its part ── STANDING = 0, goes on
//
// N1. A shard stands still with its stack empty and without going to its driver, so nothing begins that no message brings. When as
//     many messages were received as sent while all stand, none is under way and none will be. What it has borrowed of channels
//     it gives back before (shards/loans.ts), so that their owners have all of them.
// N2. All parts have one stamp and every journal is prepared before it is taken, so they are in one commit (horizon/journal.ts).
// N3. A shard that has written its part may send messages again: who gets one writes its own part before it receives.
// N4. Cuts have odd numbers. A shard takes part in each at most once: it stands only for a number that is not its last.

import type { Change } from "../../horizon/change.ts";
import type { Journal, Stamp } from "../../horizon/journal.ts";
import type { Peer } from "../shards/peer.ts";

/** Milliseconds after which those who wait look again by themselves. */
const LOOK = 1;
/** Numbers of cuts begin again here. */
const MOST = 2 ** 30;

export type PartJournal = Pick<Journal, "prepare" | "takeStamp" | "part" | "abandon">;

export class Stand {
  readonly #peer: Peer;
  readonly #journal: PartJournal;
  #last = 0;

  constructor(peer: Peer, journal: PartJournal) {
    this.#peer = peer;
    this.#journal = journal;
  }

  /** Others than the first shard have been asked for. */
  get othersRun(): boolean {
    return this.#peer.memory.othersAreWanted;
  }

  /** The first shard may make a cut: no other one is still about to start, or writing for the last cut. */
  get isReady(): boolean {
    const { memory } = this.#peer;
    if (!memory.othersAreWanted) return true;
    return this.#others.every((shard) => memory.hasStarted(shard) && memory.standing(shard) === 0);
  }

  get isWanted(): boolean {
    return this.#peer.memory.cutWanted;
  }

  /** Asks the first shard for a cut. */
  want(): void {
    const { memory } = this.#peer;
    if (memory.cutWanted) return;
    memory.cutWanted = true;
    memory.wake(0);
  }

  get #others(): number[] {
    return Array.from({ length: this.#peer.shards - 1 }, (_, i) => i + 1);
  }

  /** The first shard: makes a cut, with its own part made by `make`. Null when the program is being ended. */
  lead(make: () => Change[]): Stamp | null {
    this.#peer.standsStill = true;
    try {
      return this.#lead(make);
    } finally {
      this.#peer.standsStill = false;
    }
  }

  #lead(make: () => Change[]): Stamp | null {
    const { memory } = this.#peer;
    const cut = this.#last >= MOST ? 1 : this.#last + 2 - ((this.#last + 1) % 2);
    this.#last = cut;
    memory.cutWanted = false;
    memory.cut = cut;
    for (const shard of this.#others) memory.wake(shard);
    const allStand = (): boolean => this.#others.every((shard) => memory.standing(shard) === cut);
    if (!this.#receiveUntil(cut, () => allStand() && memory.isDelivered)) return null;
    this.#journal.prepare();
    const stamp = this.#journal.takeStamp();
    memory.cutStamp = stamp;
    memory.cut = cut + 1;
    this.#write(make, stamp);
    // Those who have not written yet are at it.
    for (const shard of this.#others)
      while (memory.standing(shard) === cut && !memory.stopping) memory.awaitCut(cut + 1, LOOK);
    memory.cut = 0;
    return stamp;
  }

  /** The first shard waits for this one. */
  get isAwaited(): boolean {
    const { cut } = this.#peer.memory;
    return cut % 2 === 1 && cut !== this.#last;
  }

  /** Another shard: writes its part of a cut. Null when the program is being ended. */
  takePart(make: () => readonly Change[]): Stamp | null {
    const { memory, shard } = this.#peer;
    const { cut } = memory;
    this.#last = cut;
    this.#journal.prepare();
    this.#peer.standsStill = true;
    memory.stand(shard, cut);
    try {
      if (!this.#receiveUntil(cut, () => memory.cut !== cut)) {
        this.#journal.abandon();
        return null;
      }
      const stamp = memory.cutStamp;
      this.#write(make, stamp);
      return stamp;
    } finally {
      memory.stand(shard, 0);
      this.#peer.standsStill = false;
    }
  }

  #write(make: () => readonly Change[], stamp: Stamp): void {
    try {
      this.#journal.part(make(), stamp);
    } catch (error) {
      this.#journal.abandon();
      throw error;
    }
  }

  /** N1. False when the program is being ended. */
  #receiveUntil(cut: number, isOver: () => boolean): boolean {
    const { memory } = this.#peer;
    while (!isOver()) {
      if (memory.stopping) return false;
      if (this.#peer.hasMail) this.#peer.receive();
      else memory.awaitCut(cut, LOOK);
    }
    return true;
  }
}
