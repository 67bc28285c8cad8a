// Collects what is young in memory while nobody waits. V8 does it when there is no more room, which is in the middle of one
// keystroke of ten or so, and who types waits for it.
//
// C1. A collection begins QUIET milliseconds after the last message has come, and not if another one comes meanwhile.
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

/** What is to be called for each message that comes. */
export function collector(space: YoungSpace): () => void {
  let messages = 0;
  const timer = setTimeout(() => void rest(), QUIET).unref();
  async function rest(): Promise<void> {
    const before = messages;
    // In the first turn what has come is read, in the second its handlers run.
    await nextTurn();
    await nextTurn();
    if (messages === before && space.isHalfFull()) space.collect();
  }
  return () => {
    messages++;
    timer.refresh();
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
