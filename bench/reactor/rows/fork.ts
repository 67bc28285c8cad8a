// Fibonacci forked down to a cut: how much two cores bring, and what a fork costs on one.

import { go, side, walia } from "../processes.ts";
import { atLeast, atMost, type Figures, type Row, ratio, type Size } from "../row.ts";

const CUT = 12;
const n = (size: Size): number => (size === "full" ? 32 : 25);

function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

/** The tasks that forked_fib(n) starts, the first included. */
export function taskCount(n: number): number {
  return n <= CUT ? 1 : 1 + taskCount(n - 1) + taskCount(n - 2);
}

export const fork: Row = {
  name: "fork",
  title: (size) => `fib(${n(size)}) forked down to ${CUT}: ${taskCount(n(size)).toLocaleString("en")} tasks`,
  rounds: (size) => (size === "full" ? 5 : 2),
  columns: [{ figure: "ms", title: "ms", best: "least", digits: 1 }],
  async sides(size) {
    const result = fib(n(size));
    const check = (figures: Figures): void => {
      if (figures.result !== result) throw new Error(`computed ${figures.result}, not ${result}`);
    };
    // The first ones are those in which V8 compiles, and in which the second core starts.
    const rounds = size === "full" ? 12 : 3;
    const forked = [n(size), CUT, rounds];
    const plain = [n(size), n(size), rounds];
    return [
      side("Walia, no forks", walia("fork", ["--shards", "1"], plain), check),
      side("Walia, 1 shard", walia("fork", ["--shards", "1"], forked), check),
      side("Walia, 2 shards", walia("fork", ["--shards", "2"], forked), check),
      side("Go, no forks", go("fork", plain, 1), check),
      side("Go, 1 core", go("fork", forked, 1), check),
      side("Go, 2 cores", go("fork", forked, 2), check),
    ];
  },
  claims(best, size) {
    const ms = (side: string): number | null => best(side, "ms");
    const goes = ratio(ms("Go, 1 core"), ms("Go, 2 cores"));
    const forkCost = (forked: string, plain: string): number | null => {
      const [a, b] = [ms(forked), ms(plain)];
      return a === null || b === null ? null : ((a - b) * 1e6) / taskCount(n(size));
    };
    const goForks = forkCost("Go, 1 core", "Go, no forks");
    return [
      atLeast(
        `speed-up by the second shard at least Go's${goes === null ? "" : ` (${goes.toFixed(2)} ×)`}`,
        ratio(ms("Walia, 1 shard"), ms("Walia, 2 shards")),
        goes,
      ),
      atMost(
        `a fork on one shard at most 1,000 ns${goForks === null ? "" : ` (Go ${goForks.toFixed(0)})`}`,
        forkCost("Walia, 1 shard", "Walia, no forks"),
        1000,
      ),
    ];
  },
};
