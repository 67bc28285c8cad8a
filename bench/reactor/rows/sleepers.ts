// A million tasks that sleep until one deadline: what each weighs, how long it takes to start them, and when the last is done.
//
// Weighed is the process's resident memory between "ready" and "spawned", the garbage of starting them included. What is
// alive after a full collection is in the row `tasks` of `npm run bench:engine`.

import { type Command, figuresOf, go, node, residentBytes, start, walia } from "../processes.ts";
import { atMost, type Row, type Side, type Size } from "../row.ts";

const count = (size: Size): number => (size === "full" ? 1_000_000 : 20_000);
/** Milliseconds from the start to the deadline: a side that has not started them all by then fails. */
const lead = (size: Size): number => (size === "full" ? 15_000 : 3000);

function sleeping(name: string, size: Size, command: Command | null): Side | null {
  if (command === null) return null;
  return {
    name,
    async run() {
      const started = start(command);
      await started.line("ready");
      const empty = residentBytes(started.pid);
      await started.line("spawned");
      const bytes = (residentBytes(started.pid) - empty) / count(size);
      const { spawn, late, done } = await figuresOf(started);
      if (done !== 2 * count(size)) throw new Error(`${done} of ${2 * count(size)} steps were made`);
      if (spawn! >= lead(size)) throw new Error(`starting them took ${spawn} ms, longer than they were to sleep`);
      return { bytes, spawn: spawn!, late: late! };
    },
  };
}

export const sleepers: Row = {
  name: "sleepers",
  title: (size) => `${count(size).toLocaleString("en")} tasks parked on timers with one deadline`,
  rounds: (size) => (size === "full" ? 3 : 1),
  columns: [
    { figure: "spawn", title: "started in, ms", best: "least", digits: 0 },
    { figure: "bytes", title: "bytes each", best: "least", digits: 0 },
    { figure: "late", title: "last one done, ms after the deadline", best: "least", digits: 0 },
  ],
  async sides(size) {
    const args = [count(size), lead(size)];
    const heap = ["--max-old-space-size=6000"];
    return [
      sleeping("Walia, 1 shard", size, walia("sleepers", ["--shards", "1"], args)),
      sleeping("Walia, 2 shards", size, walia("sleepers", ["--shards", "2"], args)),
      sleeping("Go", size, go("sleepers", args)),
      sleeping("Node", size, node("sleepers", args, heap)),
    ];
  },
  claims: (best) => [
    atMost("at most 400 bytes each", best("Walia, 1 shard", "bytes"), 400),
    atMost("started in at most 1,500 ms on two shards", best("Walia, 2 shards", "spawn"), 1500),
    atMost("all done at most 1,000 ms after the deadline", best("Walia, 1 shard", "late"), 1000),
  ],
};
