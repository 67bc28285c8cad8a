// `npm run bench:reactor [row …] [--quick]`: what the reactor does, each row beside what one would use instead.
//
//   reactor.ts            reads the command line and goes through the rows
//   reactor/row.ts        what a row is; its sides in turn; its table
//   reactor/processes.ts  sides as processes: Walia programs through the command, C, Go, Node
//   reactor/rows/         a file for each subject
//   reactor/walia/        the programs; reactor/peers/ the same in C, Go and Node
//
// B1. The sides of a row run alternately, A B C A B C …: the machine's speed changes in phases longer than a run, so only
//     neighbours can be compared. The best run of each counts, and the first is among them, in which V8 still compiles.
// B2. Every side's result is checked; a wrong one is a failure of the side, not a figure.
// B3. Times are taken inside the programs: starting Node, compiling and loading are not in them.

import { availableParallelism, loadavg } from "node:os";
import { isMainThread, workerData } from "node:worker_threads";
import { measureRow, type Row } from "./reactor/row.ts";
import { busyShards, sameShard, waitingShards } from "./reactor/rows/channels.ts";
import { fairness } from "./reactor/rows/fairness.ts";
import { fork } from "./reactor/rows/fork.ts";
import { http } from "./reactor/rows/http.ts";
import { idle } from "./reactor/rows/idle.ts";
import { reads } from "./reactor/rows/reads.ts";
import { sleepers } from "./reactor/rows/sleepers.ts";
import { sleeper, wake } from "./reactor/rows/wake.ts";
import { wheel } from "./reactor/rows/wheel.ts";

const rows: readonly Row[] = [
  ...[reads, fork, http, idle, sameShard, busyShards, waitingShards],
  ...[sleepers, wake, fairness, wheel],
];

if (isMainThread) await main(process.argv.slice(2));
else await sleeper(workerData);

async function main(args: readonly string[]): Promise<void> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const unknown = [
    ...names.filter((name) => !rows.some((row) => row.name === name)),
    ...args.filter((arg) => arg.startsWith("--") && arg !== "--quick"),
  ];
  if (unknown.length > 0) {
    console.error(
      `There is no ${unknown.join(", ")}. Rows: ${rows.map(({ name }) => name).join(" ")}; --quick for small sizes.`,
    );
    process.exitCode = 2;
    return;
  }
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} cores, load before ${loadavg()[0]!.toFixed(1)}`,
  );
  for (const row of rows) {
    if (names.length > 0 && !names.includes(row.name)) continue;
    if (!(await measureRow(row, args.includes("--quick") ? "quick" : "full"))) process.exitCode = 1;
  }
  console.log(`load after ${loadavg()[0]!.toFixed(1)}`);
}
