// Measures one program of programs/: name.wal, and name.js beside it.
//
//   name.wal   takes its size as the first argument, prints its result
//   name.js    `sizes`, `run(size)` with the same result, `operations(size)`: how many of what the row counts

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { memoryCache, parseFile } from "../language/parse/parse.ts";
import { load } from "../runtime/cli/execute.ts";
import { check, compile } from "../runtime/cli/frontend.ts";
import { parsePrelude } from "../runtime/cli/prelude.ts";
import type { LoadedProgram } from "../runtime/compile/load.ts";
import { LibuvDriver } from "../runtime/reactor/drivers/libuv.ts";
import type { ReactorOptions } from "../runtime/reactor/options.ts";
import { Reactor } from "../runtime/reactor/shard.ts";
import type { Row } from "./rows.ts";

/** Milliseconds. */
export interface Times {
  readonly min: number;
  readonly median: number;
}

export interface Measured {
  /** Null where there is none to tell. */
  readonly size: number | null;
  readonly isFull: boolean;
  readonly walia: Times | null;
  readonly js: Times | null;
  /** Walia to JavaScript, least to least. */
  readonly ratio: number | null;
  readonly nsPerOperation: number;
  readonly bytesPerOperation: number;
  /** Nanoseconds for each operation at other sizes. */
  readonly bySize: Readonly<Record<number, number>>;
  /** For people: "3.1 ns a perform". */
  readonly cost: string;
}

interface Twin {
  readonly sizes: { readonly full: number; readonly quick: number };
  run(size: number): unknown;
  operations(size: number): number;
}

/** The runs of a program stop after this many milliseconds, but not before there are two of each side. */
const BUDGET = { full: 12_000, quick: 2_000 };
const ROUNDS = 7;

/** Built: dist/bench-engine.js. */
export const benchFolder = join(dirname(new URL(import.meta.url).pathname), "..", "bench");

export async function measureProgram(row: Row, quick: boolean): Promise<Measured> {
  const twin = (await import(pathToFileURL(join(benchFolder, "programs", `${row.name}.js`)).href)) as Twin;
  const program = loadWalia(join(benchFolder, "programs", `${row.name}.wal`));
  const size = quick ? twin.sizes.quick : twin.sizes.full;
  const operations = twin.operations(size);
  const expected = size === twin.sizes.full ? row.result : undefined;

  const walia: number[] = [];
  const js: number[] = [];
  const before = settledMemory();
  let peak = 0;
  const began = performance.now();
  while (walia.length < ROUNDS) {
    const a = await timeWalia(program, size);
    if (walia.length === 0) peak = process.resourceUsage().maxRSS * 1024;
    walia.push(a.ms);
    const b = timeJs(twin, size);
    js.push(b.ms);
    if (a.output !== b.result || (expected !== undefined && a.output !== expected))
      throw new Error(`${row.name}: Walia printed ${a.output}, JavaScript gives ${b.result}, known is ${expected}`);
    if (walia.length >= 2 && performance.now() - began > BUDGET[quick ? "quick" : "full"]) break;
  }
  const bySize: Record<number, number> = {};
  for (const other of row.otherSizes ?? []) bySize[other] = await timePerOperation(program, twin, other);
  const times = timesOf(walia);
  const nsPerOperation = (times.min * 1e6) / operations;
  const bytesPerOperation = Math.max(0, peak - before) / operations;
  return {
    size,
    isFull: size === twin.sizes.full,
    walia: times,
    js: timesOf(js),
    ratio: times.min / timesOf(js).min,
    nsPerOperation,
    bytesPerOperation,
    bySize,
    cost: costOf(row, nsPerOperation, bytesPerOperation, bySize),
  };
}

function costOf(row: Row, ns: number, bytes: number, bySize: Readonly<Record<number, number>>): string {
  const others = Object.entries(bySize).map(([size, ns]) => `${size}: ${ns.toFixed(0)}`);
  return [
    `${ns.toFixed(ns < 10 ? 1 : 0)} ns ${one(row.operation)}`,
    ...(row.countsBytes ? [`${bytes.toFixed(0)} bytes ${one(row.operation)}`] : []),
    ...(others.length > 0 ? [`by size ${others.join(", ")} ns`] : []),
  ].join("; ");
}

export const one = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** Small sizes are run again and again for half a second, the first tenth of it not counted. */
async function timePerOperation(program: LoadedProgram, twin: Twin, size: number): Promise<number> {
  for (const began = performance.now(); performance.now() - began < 50; ) await timeWalia(program, size);
  let ms = 0;
  let runs = 0;
  while (ms < 450) {
    ms += (await timeWalia(program, size)).ms;
    runs++;
  }
  return (ms * 1e6) / (runs * twin.operations(size));
}

export function timesOf(runs: readonly number[]): Times {
  const sorted = runs.toSorted((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]! };
}

function settledMemory(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

/** Compiles and loads a file as the command does. */
export function loadWalia(path: string): LoadedProgram {
  const cache = memoryCache();
  const prelude = parsePrelude(cache);
  const checked = check([parseFile(path, readFileSync(path, "utf8"), cache)]);
  const errors = checked.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join("; ")}`);
  return load(compile(checked, prelude), [prelude, ...checked.trees]);
}

/** Runs a loaded program through a reactor of its own, with none of the values that an earlier run has left. */
export async function runToEnd(program: LoadedProgram, options: Omit<ReactorOptions, "driver">): Promise<void> {
  const reactor = new Reactor({ driver: new LibuvDriver(), ...options });
  program.kept.clear();
  reactor.start(program.main);
  await reactor.finished;
}

export async function timeWalia(program: LoadedProgram, size: number): Promise<{ ms: number; output: string }> {
  const lines: string[] = [];
  const began = performance.now();
  await runToEnd(program, {
    args: [String(size)],
    print: (line) => lines.push(line),
    onUnhandledFault: (fault) => lines.push(`${fault.kind}: ${fault.message}`),
  });
  return { ms: performance.now() - began, output: lines.join("\n") };
}

function timeJs(twin: Twin, size: number): { ms: number; result: string } {
  const began = performance.now();
  const result = String(twin.run(size));
  return { ms: performance.now() - began, result };
}
