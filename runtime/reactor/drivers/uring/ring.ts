// A ring: the queue of entries that go to the kernel and the queue of completions that come back, in memory that both see.
//
//   begin ──> submission queue ── enter ──> kernel ──> completion queue ── reap ──> operation.completed
//                                                            └─ (in need of room) ──> spilled ─┘
//
//   word of shared memory        written by     published by                      seen by
//   submission queue's tail      us             store in `enter`                  the kernel, when it takes entries
//   submission queue's flags     the kernel     the kernel's store                load in `isPending`
//   completion queue's head      us             store in `enter` and `reap`       the kernel, when it looks for room
//   completion queue's tail      the kernel     the kernel's release store        load in `reap` and `#spill`
//   an entry                     us             the tail after it                 the kernel
//   a completion                 the kernel     the tail after it                 us
//
// R1. Entries collect until `enter` takes all of them to the kernel in one call, or until the queue is full.
// R2. An operation has a slot from `begin` until its last completion; the slot's number is the entry's user_data. The kernel
//     gives exactly one completion without CQE_MORE for each, also when it was cancelled, so no slot is ever in doubt.
// R3. No completion is lost: before entries go out that might fill the completion queue it is emptied into `#spilled`, and
//     what overflows all the same the kernel keeps (FEAT_NODROP) and puts out in the next `enter`.
// R4. A ring belongs to the thread that made it (SINGLE_ISSUER).
// R5. Entries of `patient` may wait for others. All else is urgent: it is due at the end of the turn, and takes with it what
//     waits, in order.

import { DriverError } from "../driver.ts";
import {
  ASYNC_CANCEL_ALL,
  ASYNC_CANCEL_ANY,
  CQE_BYTES,
  CQE_MORE,
  EAGAIN,
  EBUSY,
  EINTR,
  EINVAL,
  ENOMEM,
  ENTER_EXT_ARG,
  ENTER_GETEVENTS,
  ETIME,
  FEAT_CQE_SKIP,
  FEAT_EXT_ARG,
  FEAT_FAST_POLL,
  FEAT_NODROP,
  FEAT_RW_CUR_POS,
  FEAT_SINGLE_MMAP,
  FEAT_SUBMIT_STABLE,
  GETEVENTS_ARG_BYTES,
  OFF_SQ_RING,
  OFF_SQES,
  OP_ASYNC_CANCEL,
  PARAMS_BYTES,
  PARAMS_CQ_CQES,
  PARAMS_CQ_ENTRIES,
  PARAMS_CQ_HEAD,
  PARAMS_CQ_MASK,
  PARAMS_CQ_TAIL,
  PARAMS_FEATURES,
  PARAMS_FLAGS,
  PARAMS_SQ_ARRAY,
  PARAMS_SQ_ENTRIES,
  PARAMS_SQ_FLAGS,
  PARAMS_SQ_HEAD,
  PARAMS_SQ_MASK,
  PARAMS_SQ_TAIL,
  SETUP_CLAMP,
  SETUP_COOP_TASKRUN,
  SETUP_CQSIZE,
  SETUP_DEFER_TASKRUN,
  SETUP_SINGLE_ISSUER,
  SETUP_SUBMIT_ALL,
  SETUP_TASKRUN_FLAG,
  SQ_CQ_OVERFLOW,
  SQ_TASKRUN,
  SQE_BYTES,
  SQE_CQE_SKIP_SUCCESS,
} from "./abi.ts";
import { addressOf, close, type Mapping, map, ringEnter, ringSetup, systemError } from "./system.ts";

/** Told of the completions of its entries. `role` is what `begin` was given, for those that have entries of several kinds. */
export interface Operation {
  /** `result` is what the system call would have given, an error as a negative number; `flags` are CQE_ bits. */
  completed(result: number, flags: number, role: number): void;
}

/** For entries whose completion tells nothing. */
export const NOBODY = -1;
/** Entries that the submission queue has room for; completions: twice as many. The kernel allows no more. */
const ENTRIES = 32768;
const FEWEST = 256;
/** Offset of a file that has no positions: where it is now (FEAT_RW_CUR_POS). */
export const NO_POSITION = -1;

const NEEDED_FEATURES =
  FEAT_SINGLE_MMAP | FEAT_NODROP | FEAT_SUBMIT_STABLE | FEAT_RW_CUR_POS | FEAT_FAST_POLL | FEAT_EXT_ARG | FEAT_CQE_SKIP;

/** Best first. Each kernel takes those that it knows; completions wait for our own `enter` instead of interrupting us. */
const MODES = [
  SETUP_SUBMIT_ALL | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN | SETUP_TASKRUN_FLAG, // 6.1
  SETUP_SUBMIT_ALL | SETUP_COOP_TASKRUN | SETUP_TASKRUN_FLAG, // 5.19
] as const;

const WORDS = SQE_BYTES / 4;
const CQE_WORDS = CQE_BYTES / 4;
/** Numbers of a spilled completion: slot, result, flags. */
const SPILLED = 3;

export interface RingCounts {
  /** io_uring_enter called. */
  enters: number;
  /** Entries taken to the kernel, completions that came back, and those of them that had to be spilled (R3). */
  submitted: number;
  completed: number;
  spilled: number;
}

export class Ring {
  readonly fd: number;
  readonly counts: RingCounts = { enters: 0, submitted: 0, completed: 0, spilled: 0 };

  readonly #rings: Mapping;
  readonly #entriesMap: Mapping;
  /** Both queues' words, the entries, and a struct io_uring_getevents_arg with its timespec behind it. */
  #words: Int32Array;
  #entries: Int32Array;
  readonly #wait = new BigInt64Array(GETEVENTS_ARG_BYTES / 8 + 2);
  readonly #waitAddress: number;
  readonly #sqTail: number;
  readonly #sqFlags: number;
  readonly #sqMask: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqMask: number;
  readonly #completions: number;

  /** Our ends of the queues, ahead of what is published; they count on for ever and wrap at 32 bits. */
  #tail: number;
  #head: number;
  #unsubmitted = 0;
  /** R5 */
  #urgent = 0;

  /** R2. Roles are small; slots not in use wait in `#free`. */
  readonly #operations: (Operation | null)[] = [];
  readonly #roles: number[] = [];
  readonly #free: number[] = [];
  #spilled: number[] = [];

  /** A ring, or why the system gives none. */
  static create(entries = ENTRIES): Ring | DriverError {
    let refused = EINVAL;
    for (const mode of MODES) {
      // Kernels that count a ring's memory as locked may have too little of that for the largest.
      for (let size = entries; size >= Math.min(entries, FEWEST); size >>= 1) {
        const params = new ArrayBuffer(PARAMS_BYTES);
        const words = new Int32Array(params);
        words[PARAMS_FLAGS] = mode | SETUP_CLAMP | SETUP_CQSIZE;
        words[PARAMS_CQ_ENTRIES] = size * 2;
        const fd = ringSetup(size, params);
        if (fd >= 0) return Ring.#map(fd, words);
        refused = fd;
        if (fd !== ENOMEM) break;
      }
      if (refused !== EINVAL) break;
    }
    return systemError(refused);
  }

  static #map(fd: number, params: Int32Array): Ring | DriverError {
    const refuse = (error: DriverError): DriverError => {
      close(fd);
      return error;
    };
    if ((params[PARAMS_FEATURES]! & NEEDED_FEATURES) !== NEEDED_FEATURES) {
      return refuse(new DriverError("ENOSYS", "the kernel's io_uring lacks something; Linux 5.19 has all of it"));
    }
    const entries = params[PARAMS_SQ_ENTRIES]!;
    const bytes = Math.max(
      params[PARAMS_SQ_ARRAY]! + entries * 4,
      params[PARAMS_CQ_CQES]! + params[PARAMS_CQ_ENTRIES]! * CQE_BYTES,
    );
    const rings = map(fd, bytes, OFF_SQ_RING);
    if (typeof rings === "number") return refuse(systemError(rings));
    const entriesMap = map(fd, entries * SQE_BYTES, OFF_SQES);
    if (typeof entriesMap === "number") {
      rings.unmap();
      return refuse(systemError(entriesMap));
    }
    return new Ring(fd, params, rings, entriesMap);
  }

  private constructor(fd: number, params: Int32Array, rings: Mapping, entriesMap: Mapping) {
    const at = (param: number): number => params[param]! / 4;
    this.fd = fd;
    this.#rings = rings;
    this.#entriesMap = entriesMap;
    this.#words = new Int32Array(rings.view);
    this.#entries = new Int32Array(entriesMap.view);
    this.#waitAddress = addressOf(this.#wait.buffer);
    this.#wait[2] = BigInt(this.#waitAddress + GETEVENTS_ARG_BYTES);
    this.#sqTail = at(PARAMS_SQ_TAIL);
    this.#sqFlags = at(PARAMS_SQ_FLAGS);
    this.#sqMask = this.#words[at(PARAMS_SQ_MASK)]!;
    this.#cqHead = at(PARAMS_CQ_HEAD);
    this.#cqTail = at(PARAMS_CQ_TAIL);
    this.#cqMask = this.#words[at(PARAMS_CQ_MASK)]!;
    this.#completions = at(PARAMS_CQ_CQES);
    this.#tail = this.#words[at(PARAMS_SQ_HEAD)]!;
    this.#head = this.#words[this.#cqHead]!;
    // The array between queue and entries is left as the identity: entries are taken in the order of their places.
    const array = at(PARAMS_SQ_ARRAY);
    for (let place = 0; place <= this.#sqMask; place++) this.#words[array + place] = place;
  }

  /** Operations in the kernel's hands, or on their way. */
  get inFlight(): number {
    return this.#operations.length - this.#free.length;
  }

  // ---- Submitting ----

  /** A slot for `operation` (R2), to be given to `entry` at once. */
  begin(operation: Operation, role = 0): number {
    const slot = this.#free.pop() ?? this.#operations.length;
    this.#operations[slot] = operation;
    this.#roles[slot] = role;
    return slot;
  }

  /**
   * Queues an entry (abi.ts has its layout). `head`: opcode and flags. `offset`: also a second address or a length, by opcode.
   * `last`: buf_group.
   */
  entry(
    slot: number,
    head: number,
    fd: number,
    address: number,
    length: number,
    offset: number,
    flags: number,
    last: number,
  ): void {
    this.#urgent++;
    this.#put(slot, head, fd, address, length, offset, flags, last);
  }

  /** Queues an entry on a file, without flags (R5). */
  patient(slot: number, head: number, fd: number, address: number, length: number, offset: number): void {
    this.#put(slot, head, fd, address, length, offset, 0, 0);
  }

  #put(
    slot: number,
    head: number,
    fd: number,
    address: number,
    length: number,
    offset: number,
    flags: number,
    last: number,
  ): void {
    if (this.#unsubmitted > this.#sqMask) this.#makeRoom();
    const words = this.#entries;
    const at = (this.#tail & this.#sqMask) * WORDS;
    words[at] = head;
    words[at + 1] = fd;
    words[at + 2] = offset;
    words[at + 3] = Math.floor(offset / 0x1_0000_0000);
    words[at + 4] = address;
    words[at + 5] = Math.floor(address / 0x1_0000_0000);
    words[at + 6] = length;
    words[at + 7] = flags;
    words[at + 8] = slot;
    words[at + 9] = 0;
    words[at + 10] = last;
    words[at + 11] = 0;
    // The rest is zero since the ring was made: no entry of ours uses it.
    this.#tail = (this.#tail + 1) | 0;
    this.#unsubmitted++;
  }

  /** Asks the kernel to give up the operation in `slot`. It still completes, as cancelled or as what it was by then. */
  cancel(slot: number): void {
    this.entry(NOBODY, OP_ASYNC_CANCEL | SQE_CQE_SKIP_SUCCESS, -1, slot, 0, 0, 0, 0);
  }

  cancelAll(): void {
    const flags = ASYNC_CANCEL_ALL | ASYNC_CANCEL_ANY;
    this.entry(NOBODY, OP_ASYNC_CANCEL | SQE_CQE_SKIP_SUCCESS, -1, 0, 0, 0, flags, 0);
  }

  // ---- Waiting ----

  /** True when `enter` has something to do besides waiting. */
  get isPending(): boolean {
    return this.#unsubmitted > 0 || this.#isKernelWaiting;
  }

  /** True when that is something that should not wait (R5). */
  get isUrgent(): boolean {
    return this.#urgent > 0 || this.#isKernelWaiting;
  }

  /** True when `reap` would find something. */
  get hasArrived(): boolean {
    // Pairs with the kernel's release store of the tail, as in `reap`.
    return this.#spilled.length > 0 || Atomics.load(this.#words, this.#cqTail) !== this.#head;
  }

  get #isKernelWaiting(): boolean {
    // Pairs with the kernel's store: work that it has put off, or completions that it could not put out (R3).
    return (Atomics.load(this.#words, this.#sqFlags) & (SQ_TASKRUN | SQ_CQ_OVERFLOW)) !== 0;
  }

  /** Takes what has collected to the kernel. `wait`: until a completion is there, or for this many milliseconds. */
  enter(wait: number | null): void {
    const isWaiting = wait !== null && this.#spilled.length === 0;
    this.#call(isWaiting ? wait : null);
  }

  #call(wait: number | null): void {
    const words = this.#words;
    for (;;) {
      // Publishes the entries written before it; pairs with the kernel's load of the tail.
      Atomics.store(words, this.#sqTail, this.#tail);
      // Says which completions have been read; pairs with the kernel's load of the head.
      Atomics.store(words, this.#cqHead, this.#head);
      let flags = ENTER_GETEVENTS;
      let argument = 0;
      if (wait !== null && wait !== Number.POSITIVE_INFINITY) {
        const nanoseconds = Math.ceil(wait * 1e6);
        this.#wait[3] = BigInt(Math.floor(nanoseconds / 1e9));
        this.#wait[4] = BigInt(nanoseconds % 1e9);
        flags |= ENTER_EXT_ARG;
        argument = this.#waitAddress;
      }
      const bytes = argument === 0 ? 0 : GETEVENTS_ARG_BYTES;
      const result = ringEnter(this.fd, this.#unsubmitted, wait === null ? 0 : 1, flags, argument, bytes);
      this.counts.enters++;
      if (result >= 0) {
        this.#unsubmitted -= result;
        if (this.#unsubmitted === 0) this.#urgent = 0;
        this.counts.submitted += result;
        return;
      }
      // A signal, or the end of the time. Had entries been taken, their number would be the result.
      if (result === EINTR || result === ETIME) return;
      // The kernel is short of memory, or of room for completions: make some, and try again.
      if (result !== EAGAIN && result !== EBUSY) throw new Error(`broken R1: io_uring_enter gave ${result}`);
      this.#spill();
    }
  }

  /** R1, R3: the submission queue is full. */
  #makeRoom(): void {
    this.#spill();
    while (this.#unsubmitted > this.#sqMask) this.#call(null);
  }

  // ---- Reaping ----

  /** R3 */
  #spill(): void {
    // Pairs with the kernel's release store of the tail: the completions before it are complete.
    const tail = Atomics.load(this.#words, this.#cqTail);
    for (; this.#head !== tail; this.#head = (this.#head + 1) | 0) {
      const at = this.#completions + (this.#head & this.#cqMask) * CQE_WORDS;
      this.#spilled.push(this.#words[at]!, this.#words[at + 2]!, this.#words[at + 3]!);
      this.counts.spilled++;
    }
  }

  /** Tells of all completions that are there, in the order in which they came; returns how many. */
  reap(): number {
    const before = this.counts.completed;
    while (this.#spilled.length > 0) {
      const spilled = this.#spilled;
      this.#spilled = [];
      for (let at = 0; at < spilled.length; at += SPILLED) {
        this.#complete(spilled[at]!, spilled[at + 1]!, spilled[at + 2]!);
      }
    }
    const words = this.#words;
    // Pairs with the kernel's release store of the tail, as in `#spill`.
    let tail = Atomics.load(words, this.#cqTail);
    while (this.#head !== tail) {
      const at = this.#completions + (this.#head & this.#cqMask) * CQE_WORDS;
      // Before telling: whoever is told may submit, and so come to `#spill`.
      this.#head = (this.#head + 1) | 0;
      this.#complete(words[at]!, words[at + 2]!, words[at + 3]!);
      if (this.#spilled.length > 0) break; // The queue has been emptied under us; what it held comes next time.
      if (this.#head === tail) tail = Atomics.load(words, this.#cqTail);
    }
    return this.counts.completed - before;
  }

  #complete(slot: number, result: number, flags: number): void {
    if (slot === NOBODY) return;
    this.counts.completed++;
    const operation = this.#operations[slot]!;
    const role = this.#roles[slot]!;
    if ((flags & CQE_MORE) === 0) {
      this.#operations[slot] = null;
      this.#free.push(slot);
    }
    operation.completed(result, flags, role);
  }

  /** Gives the ring back. Nothing may be in flight, except what its memory is kept for (memory.ts, B4). */
  close(): void {
    // Whoever still writes an entry writes it nowhere.
    this.#entries = new Int32Array(0);
    this.#words = new Int32Array(0);
    this.#entriesMap.unmap();
    this.#rings.unmap();
    close(this.fd);
  }
}
