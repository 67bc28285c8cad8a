// The memory that the shards of a program share: one SharedArrayBuffer of 32-bit words and rings of bytes.
//
//   words 0…15            of the program: HUNGRY, JUDGING, STARTED, STOPPING, FAULTS, OUTPUT, CROWDED, CUT, WANTED, STAMP, and
//                         FLOOR in two (one cache line, which is read all the time and written seldom)
//   then for each shard   3 cache lines of 16 words:
//     line 0              MAIL BELL WAKER         written by whoever has something for the shard; WAKER once, by the shard
//     line 1              APPETITE                written by the shard (1) and by whoever feeds it (0)
//     line 2              IDLE EPOCH UNDERWAY SENT RECEIVED ROOM STANDING BEGUN ENDED    written by the shard alone
//   then for each pair    a ring (ring.ts) from one shard to another: HEAD, TAIL and FULL on lines of their own, then its bytes
//   then                  slots of shared numbers (numbers.ts): a count of holders and 64 bits each
//
// Every word is read and written by Atomics, whose operations are sequentially consistent: all threads see them in one
// order. The places that rest on that order say so (A1 here, D1 and Q1 in peer.ts, B1 in ring.ts).
//
// A1. Nobody sleeps through a message. A sender first publishes its bytes (ring.ts), then stores 1 in MAIL, then rings the
//     shard's BELL, which keeps a shard from going to sleep and wakes one that has (drivers/waker.ts).
// A2. How many tasks live is what all shards have begun less what all have ended. Both only grow, and those that have ended are
//     added up first: when the difference is 0, there was a moment between the two sums at which no task lived.

import { halt, type Waker, wake } from "../drivers/waker.ts";
import { RING_BYTES, Ring } from "./ring.ts";

/** Words of the program. */
const HUNGRY = 0;
const JUDGING = 1;
const STARTED = 2;
const STOPPING = 3;
const FAULTS = 4;
const OUTPUT = 5;
/** How many shards have ROOM set. */
const CROWDED = 6;
const CUT = 7;
const WANTED = 8;
const STAMP = 9;
const FLOOR = 10;
/** FLOOR is low part plus this times high part. */
const FLOOR_BASE = 2 ** 31;

const LINE = 16;
const SHARD_LINES = 3;
const MAIL = 0;
/** Two words (drivers/waker.ts). */
const BELL = 1;
const BELL_WORDS = 2;
/** 0: the shard has not started; 1: it sleeps in Node's loop; else the number of its event descriptor, and 2. */
const WAKER = 3;
const APPETITE = LINE;
const IDLE = 2 * LINE;
const EPOCH = IDLE + 1;
const UNDERWAY = IDLE + 2;
const SENT = IDLE + 3;
const RECEIVED = IDLE + 4;
const ROOM = IDLE + 5;
const STANDING = IDLE + 6;
/** Tasks; they wrap round. */
const BEGUN = IDLE + 7;
const ENDED = IDLE + 8;

/** More would need more than a bit each elsewhere, and no machine of today asks for it. */
export const MOST_SHARDS = 64;
/** Atomics that more than one shard knows. */
export const NUMBERS = 1 << 16;

export class SharedMemory {
  readonly #words: Int32Array;
  readonly #bells: readonly Int32Array[];
  /** Of each shared number, how many hold it; and its value, as the bits of a double. */
  readonly holders: Int32Array;
  readonly numbers: BigInt64Array;

  constructor(
    readonly buffer: SharedArrayBuffer,
    readonly shards: number,
  ) {
    const { rings, holders, numbers } = places(shards);
    this.#words = new Int32Array(buffer, 0, rings / 4);
    this.#bells = Array.from({ length: shards }, (_, shard) => this.bell(shard));
    this.holders = new Int32Array(buffer, holders, NUMBERS);
    this.numbers = new BigInt64Array(buffer, numbers, NUMBERS);
  }

  /** For a program of 1 to MOST_SHARDS shards. What is never used is never taken from the system. */
  static create(shards: number): SharedMemory {
    const memory = new SharedMemory(new SharedArrayBuffer(places(shards).end), shards);
    // A shard that has not started is idle.
    for (let shard = 0; shard < shards; shard++) Atomics.store(memory.#words, memory.#at(shard, IDLE), 1);
    return memory;
  }

  /** The ring that carries bytes from one shard to another. */
  ring(from: number, to: number): Ring {
    const { rings } = places(this.shards);
    return new Ring(this.buffer, rings + (from * this.shards + to) * RING_BYTES);
  }

  #at(shard: number, word: number): number {
    return LINE + shard * SHARD_LINES * LINE + word;
  }

  // ---- The program ----

  /** Tasks that have begun and not ended, those under way between shards too (A2). */
  get live(): number {
    let live = 0;
    for (let shard = 0; shard < this.shards; shard++) live -= Atomics.load(this.#words, this.#at(shard, ENDED));
    for (let shard = 0; shard < this.shards; shard++) live += Atomics.load(this.#words, this.#at(shard, BEGUN));
    return live | 0;
  }

  /** The shard has connections to accept when there are fewer tasks. */
  wantRoom(shard: number, wants: boolean): void {
    Atomics.store(this.#words, this.#at(shard, ROOM), wants ? 1 : 0);
    Atomics.add(this.#words, CROWDED, wants ? 1 : -1);
  }
  wakeThoseWhoWantRoom(): void {
    if (Atomics.load(this.#words, CROWDED) === 0) return;
    for (let shard = 0; shard < this.shards; shard++)
      if (Atomics.load(this.#words, this.#at(shard, ROOM)) === 1) this.wake(shard);
  }

  /** Shard 0 waits for the others to have nothing to do, to decide whether the program has ended. */
  get judging(): boolean {
    return Atomics.load(this.#words, JUDGING) === 1;
  }
  set judging(is: boolean) {
    Atomics.store(this.#words, JUDGING, is ? 1 : 0);
  }

  /** The shards after the first have been asked for. True for whoever asks first. */
  askForShards(): boolean {
    return Atomics.compareExchange(this.#words, STARTED, 0, 1) === 0;
  }

  /** The program is being ended from outside: whoever sees it closes. */
  get stopping(): boolean {
    return Atomics.load(this.#words, STOPPING) === 1;
  }
  stop(): void {
    Atomics.store(this.#words, STOPPING, 1);
  }

  /** Some shard has reported a fault that nobody handled. */
  get someUnhandled(): boolean {
    return Atomics.load(this.#words, FAULTS) === 1;
  }
  unhandled(): void {
    Atomics.store(this.#words, FAULTS, 1);
  }

  /** Runs `write` while no other shard does, so that lines of output stay whole. */
  whileWriting(write: () => void): void {
    while (Atomics.compareExchange(this.#words, OUTPUT, 0, 1) !== 0) Atomics.wait(this.#words, OUTPUT, 1);
    try {
      write();
    } finally {
      Atomics.store(this.#words, OUTPUT, 0);
      Atomics.notify(this.#words, OUTPUT, 1);
    }
  }

  // ---- Cuts (keep/stand.ts) ----

  /** 0 while the shards run; while they stand still for a cut, its number, and from when on they write. */
  get cut(): number {
    return Atomics.load(this.#words, CUT);
  }
  set cut(state: number) {
    Atomics.store(this.#words, CUT, state);
    Atomics.notify(this.#words, CUT);
  }
  /** Waits a moment for the cut to go on. */
  awaitCut(state: number, milliseconds: number): void {
    Atomics.wait(this.#words, CUT, state, milliseconds);
  }

  /** Some shard other than the first has something to keep. */
  get cutWanted(): boolean {
    return Atomics.load(this.#words, WANTED) === 1;
  }
  set cutWanted(is: boolean) {
    Atomics.store(this.#words, WANTED, is ? 1 : 0);
  }

  /** Under which stamp all shards write their parts of a cut. */
  get cutStamp(): number {
    return Atomics.load(this.#words, STAMP);
  }
  set cutStamp(stamp: number) {
    Atomics.store(this.#words, STAMP, stamp);
  }

  /** The number of the cut that a shard stands still for; 0 for none. */
  standing(shard: number): number {
    return Atomics.load(this.#words, this.#at(shard, STANDING));
  }
  stand(shard: number, cut: number): void {
    Atomics.store(this.#words, this.#at(shard, STANDING), cut);
  }

  get othersAreWanted(): boolean {
    return Atomics.load(this.#words, STARTED) === 1;
  }
  hasStarted(shard: number): boolean {
    return Atomics.load(this.#words, this.#at(shard, WAKER)) !== 0;
  }

  /** Every message has been received. Meaningful while all shards stand still, and then it stays so. */
  get isDelivered(): boolean {
    let unread = 0;
    for (let shard = 0; shard < this.shards; shard++) unread -= Atomics.load(this.#words, this.#at(shard, RECEIVED));
    for (let shard = 0; shard < this.shards; shard++) unread += Atomics.load(this.#words, this.#at(shard, SENT));
    return (unread | 0) === 0;
  }

  /** What has a number up to this one was there when the program started, and is the first shard's. */
  get floor(): number {
    // Plain: written before the first message to another shard, which publishes it; asked for at each use of a channel.
    return this.#words[FLOOR + 1]! * FLOOR_BASE + this.#words[FLOOR]!;
  }
  set floor(id: number) {
    Atomics.store(this.#words, FLOOR, id % FLOOR_BASE);
    Atomics.store(this.#words, FLOOR + 1, Math.floor(id / FLOOR_BASE));
  }
  /** The shard that has made what has this number, or has taken it over from an earlier run. */
  creatorOf(id: number): number {
    if (this.shards === 1) return 0;
    return id <= this.floor ? 0 : id % this.shards;
  }

  // ---- One shard ----

  /** The shard's bell, for its driver. */
  bell(shard: number): Int32Array {
    const at = this.#at(shard, BELL);
    return this.#words.subarray(at, at + BELL_WORDS);
  }
  /** How others wake the shard, from now on. */
  setWaker(shard: number, waker: Waker): void {
    Atomics.store(this.#words, this.#at(shard, WAKER), waker.kind === "loop" ? 1 : waker.fd + 2);
  }
  /** Has the shard look around, soon. One that has not started yet does when it starts. */
  wake(shard: number): void {
    const waker = this.#waker(shard);
    if (waker !== null) wake(waker);
  }
  /** Has the shard's driver close at once (drivers/waker.ts, K5). */
  halt(shard: number): void {
    const waker = this.#waker(shard);
    if (waker !== null) halt(waker);
  }
  #waker(shard: number): Waker | null {
    const how = Atomics.load(this.#words, this.#at(shard, WAKER));
    const bell = this.#bells[shard]!;
    if (how === 0) return null;
    return how === 1 ? { kind: "loop", bell } : { kind: "eventfd", bell, fd: how - 2 };
  }

  /** A1 */
  deliver(shard: number): void {
    // Still unread since somebody else stored it: the look through the rings is to come, and so is, or was, the ring for it.
    if (Atomics.load(this.#words, this.#at(shard, MAIL)) === 1) return;
    Atomics.store(this.#words, this.#at(shard, MAIL), 1);
    this.wake(shard);
  }
  hasMail(shard: number): boolean {
    return Atomics.load(this.#words, this.#at(shard, MAIL)) === 1;
  }
  /** Before looking through the rings, so that what comes meanwhile is mail again. */
  clearMail(shard: number): void {
    Atomics.store(this.#words, this.#at(shard, MAIL), 0);
  }

  /** The shard would take tasks. */
  beHungry(shard: number): void {
    if (Atomics.compareExchange(this.#words, this.#at(shard, APPETITE), 0, 1) === 0)
      Atomics.add(this.#words, HUNGRY, 1);
  }
  get someHungry(): boolean {
    // Plain: asked before each task. A wish that is seen late is met late; it is taken off by compare-and-swap.
    return this.#words[HUNGRY]! > 0;
  }
  /** Takes the shard's wish off the list: true for exactly one of those who try, who then feeds it or is the shard itself. */
  takeWish(shard: number): boolean {
    if (Atomics.compareExchange(this.#words, this.#at(shard, APPETITE), 1, 0) !== 1) return false;
    Atomics.sub(this.#words, HUNGRY, 1);
    return true;
  }

  /** The shard has nothing to run; `underway` operations and timers may give it something. */
  beIdle(shard: number, underway: number): void {
    Atomics.store(this.#words, this.#at(shard, UNDERWAY), underway);
    Atomics.store(this.#words, this.#at(shard, IDLE), 1);
  }
  /** Whether it has nothing to run: a hint, which may be old when it is read. */
  isIdle(shard: number): boolean {
    return Atomics.load(this.#words, this.#at(shard, IDLE)) === 1;
  }
  beBusy(shard: number): void {
    Atomics.add(this.#words, this.#at(shard, EPOCH), 1);
    Atomics.store(this.#words, this.#at(shard, IDLE), 0);
  }
  tasksStarted(shard: number, tasks: number): void {
    Atomics.add(this.#words, this.#at(shard, BEGUN), tasks);
  }
  taskEnded(shard: number): void {
    Atomics.add(this.#words, this.#at(shard, ENDED), 1);
  }
  sent(shard: number): void {
    Atomics.add(this.#words, this.#at(shard, SENT), 1);
  }
  received(shard: number): void {
    Atomics.add(this.#words, this.#at(shard, RECEIVED), 1);
  }

  /**
   * Whether no shard has anything to run, nor anything under way that could give it something, and no message is between
   * them (Q1 in peer.ts). Asked by a shard that is idle itself.
   */
  isQuiet(): boolean {
    const before = this.#epochs();
    let unread = 0;
    for (let shard = 0; shard < this.shards; shard++) {
      if (Atomics.load(this.#words, this.#at(shard, IDLE)) === 0) return false;
      if (Atomics.load(this.#words, this.#at(shard, UNDERWAY)) > 0) return false;
      unread += Atomics.load(this.#words, this.#at(shard, SENT)) - Atomics.load(this.#words, this.#at(shard, RECEIVED));
    }
    return (unread | 0) === 0 && before === this.#epochs();
  }

  /** Grows whenever some shard becomes busy; wraps round. */
  #epochs(): number {
    let sum = 0;
    for (let shard = 0; shard < this.shards; shard++) sum += Atomics.load(this.#words, this.#at(shard, EPOCH));
    return sum | 0;
  }
}

/** Offsets in bytes. */
function places(shards: number): { rings: number; holders: number; numbers: number; end: number } {
  const rings = (LINE + shards * SHARD_LINES * LINE) * 4;
  const holders = rings + shards * shards * RING_BYTES;
  const numbers = holders + NUMBERS * 4;
  return { rings, holders, numbers, end: numbers + NUMBERS * 8 };
}
