// A thousand tasks that never wait, and one that sleeps: how late its timer is.

import { go, side, walia } from "../processes.ts";
import { atMost, type Row, type Size } from "../row.ts";

const BUSY = 1000;
const sleeps = (size: Size): number => (size === "full" ? 500 : 50);

export const fairness: Row = {
  name: "fairness",
  title: (size) => `${BUSY.toLocaleString("en")} busy tasks and one that sleeps 10 ms, ${sleeps(size)} times`,
  rounds: (size) => (size === "full" ? 3 : 1),
  columns: [
    { figure: "p50", title: "late p50, ms", best: "least", digits: 2 },
    { figure: "p99", title: "late p99, ms", best: "least", digits: 2 },
    { figure: "most", title: "most, ms", best: "least", digits: 2 },
  ],
  async sides(size) {
    const args = [BUSY, sleeps(size)];
    const check = (): void => undefined;
    return [
      side("Walia, uring", walia("fairness", ["--driver", "uring", "--shards", "1"], args), check),
      side("Walia, libuv", walia("fairness", ["--driver", "libuv", "--shards", "1"], args), check),
      side("Go, 1 core", go("fairness", args, 1), check),
    ];
  },
  claims: (best) => [atMost("p99 at most 50 ms late", best("Walia, uring", "p99"), 50, 2)],
};
