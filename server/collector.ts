// Collects what is in memory and not used any more while nobody waits. V8 does it when there is no more room: what is young in the
// middle of one keystroke of ten or so; everything every few hundred keystrokes, in steps that make several of them wait.
//
// C1. A collection begins when for QUIET milliseconds no message has come and nothing was done. A timer that is late was kept waiting
//     by work: then there is an answer that the client has hardly read yet, and the time begins again, once.
// C2. What is young is collected only when half of its room is taken: what a collection finds alive twice is old from then on, so there
//     must not be many. And there is at most one for each message, so who does nothing costs nothing.
// C3. Everything is collected when for PAUSE milliseconds no message has come, and GROWTH bytes have become old since the last time. It
//     takes some 0.1 s: people who have stopped for so long seldom go on in just that moment.

import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nextTurn } from "./projects.ts";

/** In milliseconds: less than lies between the keystrokes of a key that is held down. */
export const QUIET = 12;
/** In milliseconds: longer than who types thinks of the next word. */
export const PAUSE = 3000;
/** In bytes. */
const GROWTH = 6 * 2 ** 20;

/** Where V8 keeps everything. */
export interface Heap {
  /** Half of the room for what is young is taken. */
  isHalfFull(): boolean;
  collectYoung(): void;
  /** Since `collectAll` as much as GROWTH has become old. */
  hasGrown(): boolean;
  collectAll(): void;
}

/** So much later a timer may come than it was set for, in milliseconds. */
const LATE = 2;

/** What is to be called for each message that comes. */
export function collector(heap: Heap): () => void {
  let messages = 0;
  let since = performance.now();
  /** How often the time has begun since the last message. */
  let begins = 0;
  const quiet = setTimeout(() => void rest(), QUIET).unref();
  const pause = setTimeout(() => void restLong(), PAUSE).unref();
  const wait = (): void => {
    begins++;
    since = performance.now();
    quiet.refresh();
  };
  /** In the first turn what has come is read, in the second its handlers run. */
  const nothingComes = async (): Promise<boolean> => {
    const before = messages;
    await nextTurn();
    await nextTurn();
    return messages === before;
  };
  async function rest(): Promise<void> {
    if (performance.now() - since > QUIET + LATE && begins < 2) wait();
    else if ((await nothingComes()) && heap.isHalfFull()) heap.collectYoung();
  }
  async function restLong(): Promise<void> {
    if ((await nothingComes()) && heap.hasGrown()) heap.collectAll();
  }
  return () => {
    messages++;
    begins = 0;
    wait();
    pause.refresh();
  };
}

/** Null where V8 does not let its collector be called. */
export function heapOfV8(): Heap | null {
  const collect = collectorOfV8();
  if (collect === null) return null;
  /** Bytes that were old after everything was collected. */
  let old = 0;
  return {
    isHalfFull: () => {
      const { used, free } = youngSpace();
      return used > free;
    },
    collectYoung: () => collect({ type: "minor" }),
    hasGrown: () => oldBytes() - old >= GROWTH,
    collectAll: () => {
      collect();
      old = oldBytes();
    },
  };
}

const YOUNG = new Set(["new_space", "new_large_object_space"]);

/** In bytes; `free` without what large objects could take. */
function youngSpace(): { readonly used: number; readonly free: number } {
  let used = 0;
  let free = 0;
  for (const { space_name, space_used_size, space_available_size } of getHeapSpaceStatistics()) {
    if (space_name === "new_space") free = space_available_size;
    if (YOUNG.has(space_name)) used += space_used_size;
  }
  return { used, free };
}

const oldBytes = (): number => getHeapStatistics().used_heap_size - youngSpace().used;

function collectorOfV8(): ((options?: { readonly type: "minor" }) => void) | null {
  try {
    // A context that is made while the flag is set has `gc`.
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    setFlagsFromString("--no-expose-gc");
    return typeof collect === "function" ? (collect as (options?: object) => void) : null;
  } catch {
    return null;
  }
}
