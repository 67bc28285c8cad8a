// 100,000 reads of 512 bytes from files in the page cache, issued at once, a buffer each: the drivers beside what one would
// use instead.
//
//   npx esbuild bench/reactor/reads.ts --bundle --platform=node --format=esm --external:koffi --outfile=dist/bench-reads.js
//   node dist/bench-reads.js [rounds [side …]]
//
// B1. The sides run in turn, A B C … A B C …, each time from the first submission to the last completion; the first round,
//     in which V8 still compiles, is shown too. Ratios are of the least of each: all that disturbs a run makes it longer.
//     CPU time, of all the process's threads, is what a busy machine disturbs least.
// B2. Every side adds up the first byte of each buffer; the sums must agree.
// B3. C and Go are compiled here from reads.c and reads.go, and left out with a note where the compiler is missing.

import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, promises, read, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { chooseDriver } from "../../runtime/reactor/drivers/choose.ts";
import { type Completions, type Driver, DriverError, type Handle } from "../../runtime/reactor/drivers/driver.ts";
import { LibuvDriver } from "../../runtime/reactor/drivers/libuv.ts";

const READS = 100_000;
const BYTES = 512;
const FILES = 10;
const ROUNDS = 7;

interface Run {
  readonly ms: number;
  readonly cpu: number;
  readonly sum: number;
  readonly enters?: number;
}

interface Side {
  readonly name: string;
  run(): Promise<Run>;
  readonly runs: Run[];
}

const folder = mkdtempSync(join(tmpdir(), "walia-reads-"));
const here = process.cwd();
const paths = Array.from({ length: FILES }, (_, index) => {
  const path = join(folder, `${index}`);
  writeFileSync(path, randomBytes((READS / FILES) * BYTES));
  return path;
});
const notes: string[] = [];
/** The sides to run, by a part of their names; none: all. */
const named = process.argv.slice(3);

/** Milliseconds of CPU time since `before`. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** All reads on a driver; `turn` is where a program's tasks would run. */
function onDriver(driver: Driver, loop: () => Promise<void>): Promise<Run> {
  let start = 0;
  let before = process.cpuUsage();
  let cpu = 0;
  let sum = 0;
  let left = READS;
  const handles: Handle[] = [];
  const completions: Completions = {
    completed(tag, value) {
      if (tag < 0) {
        handles.push(value as Handle);
        if (handles.length === FILES) driver.soon();
        return;
      }
      sum += (value as Uint8Array)[0]!;
      kept[tag] = value as Uint8Array;
      if (--left > 0) return;
      end = performance.now();
      cpu = cpuSince(before);
      driver.close();
    },
    failed(_tag, error) {
      throw new Error(`${error.code}: ${error.text}`);
    },
    alarm: () => undefined,
    turn() {
      before = process.cpuUsage();
      start = performance.now();
      for (let index = 0; index < READS; index++) {
        handles[index % FILES]!.read(index, BYTES, Math.floor(index / FILES) * BYTES);
      }
    },
  };
  const kept: Uint8Array[] = new Array(READS);
  let end = 0;
  driver.attach(completions);
  paths.forEach((path, index) => {
    driver.open(-1 - index, path, "r");
  });
  return loop().then(() => ({ ms: end - start, cpu, sum }));
}

async function uringSide(): Promise<Side | null> {
  const choice = await chooseDriver("uring");
  if (choice instanceof DriverError) {
    notes.push(`uring left out: ${choice.text}`);
    return null;
  }
  const { UringDriver } = await import("../../runtime/reactor/drivers/uring.ts");
  return {
    name: "driver uring",
    runs: [],
    async run() {
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      const driver = new UringDriver(port2);
      const ran = await onDriver(driver, async () => {
        while (driver.step(true));
      });
      return { ...ran, enters: driver.counts.enters };
    },
  };
}

const libuvSide: Side = {
  name: "driver libuv",
  runs: [],
  run() {
    const driver = new LibuvDriver();
    let closed = (): void => undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const close = driver.close.bind(driver);
    driver.close = () => {
      close();
      closed();
    };
    return onDriver(driver, () => isClosed);
  },
};

const fsRead: Side = {
  name: "fs.read",
  runs: [],
  run() {
    const fds = paths.map((path) => openSync(path, "r"));
    const before = process.cpuUsage();
    const start = performance.now();
    let sum = 0;
    let left = READS;
    return new Promise((resolve) => {
      for (let index = 0; index < READS; index++) {
        const buffer = Buffer.allocUnsafe(BYTES);
        read(fds[index % FILES]!, buffer, 0, BYTES, Math.floor(index / FILES) * BYTES, () => {
          sum += buffer[0]!;
          if (--left > 0) return;
          resolve({ ms: performance.now() - start, cpu: cpuSince(before), sum });
          for (const fd of fds) closeSync(fd);
        });
      }
    });
  },
};

const fsPromises: Side = {
  name: "fs.promises",
  runs: [],
  async run() {
    const files = await Promise.all(paths.map((path) => promises.open(path)));
    const before = process.cpuUsage();
    const start = performance.now();
    const buffers = await Promise.all(
      Array.from({ length: READS }, async (_, index) => {
        const position = Math.floor(index / FILES) * BYTES;
        return (await files[index % FILES]!.read(Buffer.allocUnsafe(BYTES), 0, BYTES, position)).buffer;
      }),
    );
    const sum = buffers.reduce((total, buffer) => total + buffer[0]!, 0);
    const ms = performance.now() - start;
    const cpu = cpuSince(before);
    await Promise.all(files.map((file) => file.close()));
    return { ms, cpu, sum };
  },
};

/** A program of ours that prints milliseconds, CPU milliseconds, enters and sum; null, with a note, when `compile` is not there. */
function compiledSide(
  name: string,
  source: string,
  compile: (source: string, program: string) => string[],
): Side | null {
  const program = join(folder, name.replaceAll(/\W/g, ""));
  const [compiler, ...args] = compile(join(here, "bench/reactor", source), program);
  if (spawnSync(compiler!, ["version"]).error !== undefined) {
    notes.push(`${name} left out: there is no ${compiler} here`);
    return null;
  }
  execFileSync(compiler!, args, { stdio: "inherit" });
  return {
    name,
    runs: [],
    async run() {
      const [ms, cpu, enters, sum] = execFileSync(program, paths, { encoding: "utf8" }).trim().split(" ").map(Number);
      return { ms: ms!, cpu: cpu!, sum: sum!, ...(enters! > 0 ? { enters: enters! } : {}) };
    },
  };
}

const least = (runs: readonly Run[], what: "ms" | "cpu"): number => Math.min(...runs.map((run) => run[what]));

const sides = [
  compiledSide("C, raw io_uring", "reads.c", (source, program) => ["gcc", "-O2", "-o", program, source]),
  await uringSide(),
  compiledSide("Go", "reads.go", (source, program) => ["go", "build", "-o", program, source]),
  fsRead,
  fsPromises,
  libuvSide,
]
  .filter((side) => side !== null)
  .filter(({ name }) => named.length === 0 || named.some((part) => name.includes(part)));

const rounds = Number(process.argv[2] ?? ROUNDS);
for (let round = 0; round < rounds; round++) for (const side of sides) side.runs.push(await side.run());

const wanted = sides[0]!.runs[0]!.sum;
console.log(`${READS} reads of ${BYTES} bytes, ${rounds} rounds, load ${loadavg()[0]!.toFixed(1)}`);
for (const { name, runs } of sides) {
  if (runs.some(({ sum }) => sum !== wanted)) throw new Error(`${name} has read something else`);
  const times = runs.map(({ ms }) => ms.toFixed(0)).join(" ");
  const enters = runs[0]!.enters === undefined ? "" : `, ${Math.max(...runs.map((run) => run.enters!))} enters`;
  const show = (what: "ms" | "cpu"): string =>
    `${least(runs, what).toFixed(0)} ms (${(least(runs, what) / least(sides[0]!.runs, what)).toFixed(2)} x)`;
  console.log(`${name}: ${show("ms")}, CPU ${show("cpu")}${enters}; rounds ${times}`);
}
for (const note of notes) console.log(note);
rmSync(folder, { recursive: true });
