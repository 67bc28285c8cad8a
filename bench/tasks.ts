// A million tasks asleep: memory for each, and the time from their common deadline until the last is done.
//
// The program is programs/sleepers.wal, run through the reactor in this process. Memory is measured between "started" and the
// deadline, after a full collection, against that before the program began; so it counts the tasks' stacks, futures,
// requests and timers, and not the garbage of starting them.

import { join } from "node:path";
import { benchFolder, loadWalia, type Measured, runToEnd } from "./program.ts";

/** Milliseconds for starting a million tasks and for weighing them. */
const LEAD = { full: 20_000, quick: 4_000 };

export async function measureTasks(quick: boolean): Promise<Measured> {
  const size = quick ? 100_000 : 1_000_000;
  const program = loadWalia(join(benchFolder, "programs", "sleepers.wal"));
  const empty = used();
  const began = Date.now();
  const deadline = began + LEAD[quick ? "quick" : "full"];
  let started = 0;
  let heap = 0;
  let done = "";
  const weigh = (): void => {
    heap = used();
    if (Date.now() >= deadline) throw new Error("the deadline passed before the tasks were weighed");
  };
  await runToEnd(program, {
    args: [String(size), String(deadline)],
    print: (line) => {
      if (line === "started") {
        started = Date.now() - began;
        // The tasks have been started, not run: they go to sleep first.
        setTimeout(weigh, (deadline - Date.now()) / 2);
      }
      done = line;
    },
    onUnhandledFault: (fault) => {
      throw new Error(`${fault.kind}: ${fault.message}`);
    },
  });
  if (done !== String(size)) throw new Error(`the program ended with "${done}"`);
  const ms = Date.now() - deadline;
  const bytesPerOperation = (heap - empty) / size;
  return {
    ...{ size, isFull: !quick, walia: { min: ms, median: ms }, js: null, ratio: null, bySize: {}, bytesPerOperation },
    nsPerOperation: (ms * 1e6) / size,
    cost: `${bytesPerOperation.toFixed(0)} bytes a task; started in ${(started / 1000).toFixed(1)} s`,
  };
}

function used(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
