// `npm run bench:engine [program …] [--quick] [--peers]`: what Walia programs cost beside hand-written JavaScript that does the
// same work.
//
//   engine.ts   reads the command line; measures each row in a child process of its own; prints the table
//   rows.ts     what is measured, and what is to be reached
//   program.ts  child: a program of programs/ in Walia (A) and JavaScript (B), run alternately
//   tasks.ts    child: a million sleeping tasks, through the reactor
//   check.ts    `walia check` of 5,000 lines, as a command
//   peers.ts    the same programs in Effekt, where it is installed
//
// B1. Both sides are run in one process, A B A B …: the machine's speed changes in phases longer than a run, so a ratio is of
//     neighbours. Compiling and loading the Walia program is not timed; the first run of each side, in which V8 still
//     compiles, is.
// B2. Every run's output is compared with the JavaScript's result and with the result known for the full size.
// B3. Node runs with the stack size that the `walia` command gives it, and with 6 GB of heap, which only large sizes need.

import { spawnSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { benchCheck } from "./check.ts";
import { peerLine, whyNoPeers } from "./peers.ts";
import { type Measured, measureProgram } from "./program.ts";
import { type Row, rows } from "./rows.ts";
import { measureTasks } from "./tasks.ts";

const FLAGS = ["--stack-size=3900", "--max-old-space-size=6000"];

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const named = args.filter((arg) => !arg.startsWith("--"));

if (args[0] === "--child") await child(args[1]!);
else await main();

async function child(name: string): Promise<void> {
  const row = rows.find((row) => row.name === name)!;
  const measured = row.kind === "tasks" ? await measureTasks(quick) : await measureProgram(row, quick);
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

async function main(): Promise<void> {
  const unknown = named.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    console.error(`No such program: ${unknown.join(", ")}. There are: ${rows.map((row) => row.name).join(" ")}`);
    process.exit(2);
  }
  const whyNot = args.includes("--peers") ? whyNoPeers() : null;
  if (whyNot !== null) console.log(`${whyNot}\n`);
  const peers = args.includes("--peers") && whyNot === null;
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} cores, load before ${loadavg()[0]!.toFixed(1)}\n`,
  );
  console.log("| program | Walia, s | JavaScript, s | ratio | cost | noise | to reach | |");
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const row of rows) {
    if (named.length > 0 && !named.includes(row.name)) continue;
    const measured = row.kind === "check" ? await benchCheck(quick) : inChild(row);
    if (measured === null) continue;
    console.log(line(row, measured));
    const peer = peers ? peerLine(row, measured, FLAGS) : null;
    if (peer !== null) console.log(peer);
  }
  console.log(`\nload after ${loadavg()[0]!.toFixed(1)}`);
}

/** Measures a row in a process of its own; null, with a message, when that fails. */
function inChild(row: Row): Measured | null {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...FLAGS, "--expose-gc", fileURLToPath(import.meta.url), "--child", row.name, ...(quick ? ["--quick"] : [])],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  if (status === 0 && last.startsWith("{")) return JSON.parse(last) as Measured;
  console.log(`| ${row.name} | failed: ${failureIn(stderr || stdout)} | | | | | | |`);
  process.exitCode = 1;
  return null;
}

/** The line that says what went wrong. */
function failureIn(text: string): string {
  const lines = text.trim().split("\n");
  return lines.find((line) => /Error|FATAL/.test(line)) ?? lines[0] ?? "";
}

function line(row: Row, measured: Measured): string {
  const { walia, js, size } = measured;
  const verdict = quick && row.fullSizeOnly ? "" : row.reached(measured) ? "reached" : "missed";
  return `| ${[
    size === null ? row.name : `${row.name} ${size.toLocaleString("en")}`,
    walia === null ? "" : seconds(walia.min),
    js === null ? "" : seconds(js.min),
    measured.ratio === null ? "" : `${measured.ratio.toFixed(2)} ×`,
    measured.cost,
    walia === null ? "" : `± ${Math.round((walia.median / walia.min - 1) * 100)} %`,
    row.target,
    verdict,
  ].join(" | ")} |`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 1000 ? 3 : 2);
}
