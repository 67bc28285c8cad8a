// What keeping costs whole programs, run by the built command in processes of their own: parks beside the same program without
// a `.wld` file, and what a start after a SIGKILL takes. Rows of `npm run bench:horizon`.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Command, keptWalia, root } from "./reactor/processes.ts";
import { CONNECTIONS, canLoad, greets, serve } from "./reactor/rows/http.ts";

/** What was measured, and what is to be reached. */
export type Tell = (what: string, result: string, target: string) => void;

const command = fileURLToPath(new URL("../bin/walia.js", import.meta.url));

/** A program in a folder of its own. */
class Program {
  readonly #folder: string;

  constructor(folder: string, name: string, text: string) {
    this.#folder = join(folder, name);
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, "main.wal"), text);
  }

  #start(...options: readonly string[]): ChildProcessByStdio<null, Readable, null> {
    return spawn(process.execPath, ["--stack-size=3900", command, "run", "--shards", "1", ...options, "main.wal"], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
  }

  /** Runs it until it prints "kept", and kills it. */
  async untilKept(...options: readonly string[]): Promise<void> {
    await this.#line(/^kept$/, ["--fresh", ...options]);
  }

  /** Runs it until it prints a line, and kills it: bytes of its memory, without and with mapped files, and the most there were. */
  async memory(wanted: RegExp, ...options: readonly string[]): Promise<{ own: number; all: number; most: number }> {
    let status = "";
    await this.#line(wanted, options, (pid) => {
      status = readFileSync(`/proc/${pid}/status`, "utf8");
    });
    const bytes = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
    return { own: bytes("RssAnon"), all: bytes("VmRSS"), most: bytes("VmHWM") };
  }

  /** The first number that it prints; then it is killed. */
  async number(...options: readonly string[]): Promise<number> {
    return Number(await this.#line(/^\d/, options));
  }

  /** The first list that it prints; then it is killed. */
  async list<T>(...options: readonly string[]): Promise<T[]> {
    return JSON.parse(await this.#line(/^\[/, options)) as T[];
  }

  /** `look` is given the process's id before that is killed. */
  async #line(
    wanted: RegExp,
    options: readonly string[],
    look: (pid: number) => void = () => undefined,
  ): Promise<string> {
    const child = this.#start(...options);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    for await (const line of createInterface(child.stdout)) {
      if (!wanted.test(line)) continue;
      look(child.pid!);
      child.kill("SIGKILL");
      await ended;
      return line;
    }
    throw new Error(`the program has ended before it printed ${wanted}`);
  }
}

const PARKS = `
async fun waiter(rounds) { for (i in 0..rounds) yield_now(); }
async fun main(rounds) {
    var start = time_now();
    var tasks = [];
    for (i in 0..10000) tasks.add(waiter(rounds));
    all(tasks);
    print 10000 * rounds / (time_now() - start) * 1000;
}
`;

/** Ten thousand tasks that wait again and again, until all have ended. */
async function parks(folder: string, isQuick: boolean, tell: Tell): Promise<void> {
  const program = new Program(folder, "parks", `${PARKS}main(${isQuick ? 20 : 200});\n`);
  const kept: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < 3; run++) {
    kept.push(await program.number("--fresh"));
    bare.push(await program.number("--no-wld"));
  }
  const [with_, without] = [Math.max(...kept), Math.max(...bare)];
  const share = Math.round((1 - with_ / without) * 100);
  tell(
    "a program of 10,000 tasks that wait again and again, `group`",
    `${thousands(with_)} parks/s; without a file ${thousands(without)}: it costs ${share} %`,
    "≥ 100,000/s",
  );
}

const SLEEPERS = `
async fun sleeper() { sleep(36000000); }
async fun first() { sleep(1500); print time_now(); }
fun main(count) {
    for (i in 0..count) sleeper();
    // All have begun by then.
    sleep(1000);
    checkpoint();
    first();
    sleep(100);
    checkpoint();
    print "kept";
    sleep(36000000);
}
`;

/** From the start of the process until the first task runs; its time has come while the process was down. */
async function sleepers(folder: string, count: number, tell: Tell): Promise<void> {
  const program = new Program(folder, "sleepers", `${SLEEPERS}main(${count});\n`);
  await program.untilKept("--max-tasks", "10000000");
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const started = Date.now();
  const ran = await program.number("--max-tasks", "10000000");
  const alone = new Program(folder, "command", "print time_now();\n");
  await alone.number("--no-wld");
  const begun = Date.now();
  const command = (await alone.number("--no-wld")) - begun;
  tell(
    `a program of ${count.toLocaleString("en")} sleeping tasks is started again after SIGKILL: all timers set, the first task runs`,
    `after ${seconds(ran - started)}; the command alone takes ${seconds(command)}`,
    "1,000,000 tasks: first ≤ 1 s, all ≤ 5 s",
  );
}

const CROWD = `
async fun sleeper() { sleep(36000000); }
fun main(count) {
    for (i in 0..count) sleeper();
    sleep(1000);
    checkpoint();
    print "kept";
    sleep(36000000);
}
`;

/** Sleeping tasks under a limit of their memory: what the process has at most while it starts them, and at its end; and after a start. */
async function crowd(folder: string, count: number, tell: Tell): Promise<void> {
  const program = new Program(folder, "crowd", `${CROWD}main(${count});\n`);
  const options = ["--max-tasks", "10000000", "--memory-limit", "64M"];
  const started = await program.memory(/^kept$/, "--fresh", ...options);
  const tasks = count.toLocaleString("en");
  tell(
    `a program starts ${tasks} sleeping tasks, \`--memory-limit 64M\``,
    `${megabytes(started.own)} of its own and ${megabytes(started.all)} with the mapped file, at most ${megabytes(started.most)}`,
    "5,000,000 tasks: ≤ 1 GB",
  );
}

const DUE = `
var woken = Channel(10000);
async fun sleeper(until) { sleep(until - time_now()); woken.send(time_now()); }
fun main() {
    var start = time_now() + 5000;
    for (i in 0..10000) sleeper(start + i / 10);
    // All have begun by then.
    sleep(3000);
    checkpoint();
    print "kept";
    var times = [];
    for (i in 0..10000) times.add(woken.receive());
    times = times.sort();
    print [times[0], times[9900]];
}
main();
`;

const ACROSS = `
var woken = Channel(10000);
async fun sleeper(until) { sleep(until - time_now()); woken.send([until, time_now()]); }
fun main() {
    var start = time_now() + 3000;
    for (i in 0..10000) sleeper(start + i);
    sleep(start + 5000 - time_now());
    print "kept";
    var times = [];
    for (i in 0..10000) times.add(woken.receive());
    print times;
}
main();
`;

/** Timers that are due while the process is down: how long after its start the first, and the last but one in a hundred, has woken. */
async function due(folder: string, tell: Tell): Promise<void> {
  const program = new Program(folder, "due", DUE);
  await program.untilKept();
  await new Promise((resolve) => setTimeout(resolve, 6500));
  const started = Date.now();
  const [first, late] = await program.list<number>();
  tell(
    "10,000 timers are due while the process is down",
    `the first goes on ${first! - started} ms after the process is started, p99 ${late! - first!} ms after that`,
    "",
  );
}

/**
 * Timers spread over ten seconds, in the middle of which the process is killed; a second later it is started again. How late each task
 * is, by its own clock; those that were due before the process was up again, from then on: from when the first of them went on.
 */
async function across(folder: string, tell: Tell): Promise<void> {
  const program = new Program(folder, "across", ACROSS);
  await program.untilKept();
  const killed = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const started = Date.now();
  const woken = await program.list<readonly [due: number, at: number]>();
  const up = Math.min(...woken.map(([, at]) => at).filter((at) => at > started));
  const late = woken.map(([due, at]) => at - (at >= up ? Math.max(due, up) : due)).sort((a, b) => a - b);
  tell(
    "10,000 timers spread over ten seconds, the process is killed in the middle and started again a second later",
    `up ${Math.round(up - started)} ms after that; beyond the ${((up - killed) / 1000).toFixed(2)} s that it was down, tasks are late by p50 ${late[5000]!.toFixed(1)} ms, p99 ${late[9900]!.toFixed(1)}, at most ${late.at(-1)!.toFixed(1)}`,
    "p99 ≤ 100 ms",
  );
}

/** The HTTP example under the load of bench/reactor/rows/http.ts, beside itself without a file. */
async function http(folder: string, isQuick: boolean, tell: Tell): Promise<void> {
  if (!canLoad()) return;
  // Its file comes to be beside it.
  const program = join(folder, "http_hello.wal");
  copyFileSync(join(root, "examples/http_hello.wal"), program);
  const rate = async (...options: readonly string[]): Promise<number> => {
    const command = (port: number): Command => keptWalia(program, ["--shards", "1", ...options], [port]);
    return (await serve(command, greets, isQuick ? 2 : 4)).rate!;
  };
  const kept: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < (isQuick ? 3 : 5); run++) {
    bare.push(await rate("--no-wld"));
    kept.push(await rate("--fresh", "--durability", "group"));
  }
  const [with_, without] = [Math.max(...kept), Math.max(...bare)];
  tell(
    `HTTP hello on one core, \`group\`, wrk -t1 -c${CONNECTIONS} on the other`,
    `${thousands(with_)} requests/s; without a file ${thousands(without)}: it costs ${Math.round((1 - with_ / without) * 100)} %`,
    "≤ 15 %",
  );
}

const thousands = (n: number): string => Math.round(n).toLocaleString("en");
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const megabytes = (bytes: number): string => `${thousands(bytes / 1e6)} MB`;

export async function programRows(folder: string, isQuick: boolean, tell: Tell): Promise<void> {
  await parks(folder, isQuick, tell);
  await sleepers(folder, isQuick ? 100_000 : 1_000_000, tell);
  // The system tells how much memory a process has on Linux only.
  if (process.platform === "linux") await crowd(folder, isQuick ? 100_000 : 5_000_000, tell);
  await due(folder, tell);
  await across(folder, tell);
  await http(folder, isQuick, tell);
}
