// What the shards of a program and the thread that writes its `.wld` file share: a pipe from each shard, and a few words.
//
//   word        meaning                                             written by
//   STAMP       how many steps were begun, in all shards            any shard, by add
//   DURABLE     all steps up to this one are on the disk            whoever commits (M5)
//   STATE       see `WriterState`                                   writer
//   WAKE        counts up when the writer has something to do       anyone, by add
//   ASLEEP      1: the writer waits for WAKE                        writer
//   FLUSH       counts up when what there is is wanted on disk now  anyone, by add
//   CLOSE       1: no more steps come                               the thread that opened the file
//   LISTENING   1: tell that thread after the next commit           that thread sets, writer clears
//   SIZE        the file's size in pages; of one that has reached
//               its limit, how many of them hold something          whoever commits
//   COMMITS     commits so far                                      whoever commits
//   OPEN        1: the writer has the file open                     writer
//   REASON      bytes of the text that says why STATE is Failed     whoever sets that, before
//   per shard:
//   HEAD        where the writer reads next                         writer
//   TAIL        where the shard writes next                         shard
//   BUSY        1: the shard is between taking a stamp and TAIL     shard
//
//   pipe = per step: u32 length of what follows · u32 stamp · changes (journal.ts); a ring of CAPACITY bytes
//
// M1. Bytes in [HEAD, TAIL) belong to the writer, the others to the shard. Both words count bytes and wrap at 2^32; CAPACITY is
//     a power of two. TAIL is stored after the bytes, HEAD after they were copied.
// M2. A step's stamp is taken before anybody can learn of what it did: before a message leaves for another shard, before its task
//     is given away. So a step that saw another one's effect has the larger stamp, and so has a task's later step anywhere.
// M3. The writer takes STAMP as a cut, then waits for each shard until it is not BUSY or has delivered a later stamp. From then
//     on it has every step up to the cut, and commits exactly those, in the order of their stamps: a state that was.
// M4. Whoever waits reads the word before it looks whether it has to.
// M5. In `strict` whoever makes a step waits for it at once. So the only shard of a program commits its steps itself, in its own
//     thread, as soon as the file is open and all steps before are durable. It is BUSY meanwhile, so the writer, which has nothing
//     else to commit, sees no stamp before its step is durable.

import { PAGE } from "./pages.ts";

export enum WriterState {
  Running,
  /** Nothing more is written; the message says why. */
  Failed,
  Closed,
}

export enum Word {
  Stamp,
  Durable,
  State,
  Wake,
  Asleep,
  Flush,
  Close,
  Listening,
  Size,
  Commits,
  Open,
  Reason,
  /** Words of the first shard begin here. */
  Shards = 16,
}

/** A cache line of its own for each shard. */
const SHARD_WORDS = 16;

export enum ShardWord {
  Head,
  Tail,
  Busy,
}

/** Room for the reason of a failure. */
const REASON_BYTES = 1024;

export interface Space {
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly reason: Uint8Array;
  readonly pipes: readonly Pipe[];
}

/** One shard's pipe. */
export interface Pipe {
  readonly bytes: Uint8Array;
  /** Indices of its words. */
  readonly head: number;
  readonly tail: number;
  readonly busy: number;
}

const headLength = (shards: number): number => (Word.Shards + shards * SHARD_WORDS) * 4 + REASON_BYTES;

/** `capacity`: bytes of each shard's pipe, a power of two. */
export const makeSpace = (shards: number, capacity: number): SharedArrayBuffer =>
  new SharedArrayBuffer(headLength(shards) + shards * capacity);

export function spaceOf(memory: SharedArrayBuffer, shards: number): Space {
  const head = headLength(shards);
  const capacity = (memory.byteLength - head) / shards;
  const pipes = Array.from({ length: shards }, (_, shard) => {
    const first = Word.Shards + shard * SHARD_WORDS;
    return {
      bytes: new Uint8Array(memory, head + shard * capacity, capacity),
      head: first + ShardWord.Head,
      tail: first + ShardWord.Tail,
      busy: first + ShardWord.Busy,
    };
  });
  const reason = new Uint8Array(memory, head - REASON_BYTES, REASON_BYTES);
  return { memory, words: new Int32Array(memory, 0, (head - REASON_BYTES) / 4), reason, pipes };
}

/** Nothing is written any more: says why, and wakes everybody who waits. The first one to say so is heard. */
export function setFailed({ words, reason, pipes }: Space, why: string): void {
  if (Atomics.load(words, Word.State) !== WriterState.Running) return;
  Atomics.store(words, Word.Reason, new TextEncoder().encodeInto(why, reason).written);
  Atomics.store(words, Word.State, WriterState.Failed);
  Atomics.notify(words, Word.Durable);
  for (const { head } of pipes) Atomics.notify(words, head);
}

/** Why nothing is written any more. */
export const failureOf = ({ words, reason }: Space): string =>
  Buffer.from(reason.slice(0, Atomics.load(words, Word.Reason))).toString("utf8");

/** After a commit has returned: all steps up to this one are on the disk. `size`: bytes that the file holds. */
export function publishCommit(words: Int32Array, stamp: number, size: number): void {
  Atomics.store(words, Word.Durable, stamp);
  Atomics.notify(words, Word.Durable);
  Atomics.add(words, Word.Commits, 1);
  publishSize(words, size);
}

export function publishSize(words: Int32Array, size: number): void {
  Atomics.store(words, Word.Size, size / PAGE);
}

/** Whether stamp `a` is `b` or after it; stamps wrap, and no two that live are 2^31 apart. */
export const isAtOrAfter = (a: number, b: number): boolean => ((a - b) | 0) >= 0;

/** Tells the writer to look at once, also while it gathers. */
export function hurryWriter(words: Int32Array): void {
  Atomics.add(words, Word.Wake, 1);
  Atomics.notify(words, Word.Wake);
}

/** Tells the writer that there is something to do. */
export function wakeWriter(words: Int32Array): void {
  Atomics.add(words, Word.Wake, 1);
  // The writer sets ASLEEP after reading WAKE and before it waits (M4), so one of us sees the other.
  if (Atomics.load(words, Word.Asleep) === 1) Atomics.notify(words, Word.Wake);
}

/** Copies into the ring at a position. */
export function copyIn({ bytes }: Pipe, position: number, from: Uint8Array): void {
  const at = (position >>> 0) & (bytes.length - 1);
  const first = Math.min(from.length, bytes.length - at);
  bytes.set(first === from.length ? from : from.subarray(0, first), at);
  if (first < from.length) bytes.set(from.subarray(first), 0);
}

/** Copies out of the ring from a position. */
export function copyOut({ bytes }: Pipe, position: number, into: Uint8Array): void {
  const at = (position >>> 0) & (bytes.length - 1);
  const first = Math.min(into.length, bytes.length - at);
  into.set(bytes.subarray(at, at + first));
  if (first < into.length) into.set(bytes.subarray(0, into.length - first), first);
}
