// Collects what is young in memory while nobody waits. V8 does it when there is no more room, which is in the middle of one
// keystroke of ten or so, and who types waits for it.
//
// C1. A collection begins when for QUIET milliseconds no message has come and nothing was done. A timer that is late was kept waiting
//     by work: then there is an answer that the client has hardly read yet, and the time begins again, once.
// C2. It takes place only when half of the room is taken: what a collection finds alive twice is old from then on, so there must not
//     be many. And there is at most one for each message, so who does nothing costs nothing.

import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nextTurn } from "./projects.ts";

/** In milliseconds: less than lies between the keystrokes of a key that is held down. */
export const QUIET = 12;

/** Where V8 makes what is new. */
export interface YoungSpace {
  isHalfFull(): boolean;
  collect(): void;
}

/** So much later a timer may come than it was set for, in milliseconds. */
const LATE = 2;

/** What is to be called for each message that comes. */
export function collector(space: YoungSpace): () => void {
  let messages = 0;
  let since = performance.now();
  /** How often the time has begun since the last message. */
  let begins = 0;
  const timer = setTimeout(() => void rest(), QUIET).unref();
  const wait = (): void => {
    begins++;
    since = performance.now();
    timer.refresh();
  };
  async function rest(): Promise<void> {
    if (performance.now() - since > QUIET + LATE && begins < 2) return wait();
    const before = messages;
    // In the first turn what has come is read, in the second its handlers run.
    await nextTurn();
    await nextTurn();
    if (messages === before && space.isHalfFull()) space.collect();
  }
  return () => {
    messages++;
    begins = 0;
    wait();
  };
}

/** Null where V8 does not let its collector be called. */
export function youngSpace(): YoungSpace | null {
  const collect = collectorOfV8();
  if (collect === null) return null;
  return {
    isHalfFull: () => {
      let used = 0;
      let free = 0;
      for (const { space_name, space_used_size, space_available_size } of getHeapSpaceStatistics()) {
        if (space_name === "new_space") free = space_available_size;
        if (space_name === "new_space" || space_name === "new_large_object_space") used += space_used_size;
      }
      return used > free;
    },
    collect: () => collect({ type: "minor" }),
  };
}

function collectorOfV8(): ((options: { readonly type: "minor" }) => void) | null {
  try {
    // A context that is made while the flag is set has `gc`.
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    setFlagsFromString("--no-expose-gc");
    return typeof collect === "function" ? (collect as (options: object) => void) : null;
  } catch {
    return null;
  }
}
