// The sides as processes: Walia programs through the `walia` command, and what stands beside them in C, Go and Node.
//
// P1. A process prints its figures as name=value words in its last line, and lines of other kinds before.
// P2. C and Go are compiled once, when they are first needed. Without a compiler, or a tool, its sides are left out with a note.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Figures, Side } from "./row.ts";

/** This file is bundled into dist/, one folder below the project's. */
export const root = fileURLToPath(new URL("..", import.meta.url));
const peers = join(root, "bench/reactor/peers");

/** For what is made while measuring; removed at the end. */
export const workFolder = mkdtempSync(join(tmpdir(), "walia-bench-"));
process.on("exit", () => rmSync(workFolder, { recursive: true, force: true }));

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A program of walia/, or a path in the project; `options` are those of `walia run`. Nothing is kept. */
export const walia = (name: string, options: readonly string[], args: readonly (string | number)[]): Command =>
  keptWalia(name.includes("/") ? name : `bench/reactor/walia/${name}.wal`, ["--no-wld", ...options], args);

/** The same of a path only, as the options say. */
export function keptWalia(path: string, options: readonly string[], args: readonly (string | number)[]): Command {
  const file = resolve(root, path);
  return {
    program: process.execPath,
    args: ["--stack-size=3900", join(root, "bin/walia.js"), "run", ...options, file, ...args.map(String)],
  };
}

/** What Node would do, by its name in peers/node.mjs. */
export function node(name: string, args: readonly (string | number)[], flags: readonly string[] = []): Command {
  return { program: process.execPath, args: [...flags, join(peers, "node.mjs"), name, ...args.map(String)] };
}

/** What Go would do on that many cores. */
export function go(name: string, args: readonly (string | number)[], cores?: number): Command | null {
  const sources = readdirSync(peers).filter((file) => file.endsWith(".go"));
  const program = compiled("go", ["version"], (output) => ["build", "-o", output, ...sources.map(inPeers)]);
  if (program === null) return null;
  const env = cores === undefined ? {} : { GOMAXPROCS: String(cores) };
  return { program, args: [name, ...args.map(String)], env };
}

export function c(source: string, args: readonly (string | number)[]): Command | null {
  const program = compiled("gcc", ["--version"], (output) => ["-O2", "-o", output, inPeers(source)]);
  return program === null ? null : { program, args: args.map(String) };
}

const inPeers = (file: string): string => join(peers, file);
const programs = new Map<string, string | null>();

function compiled(compiler: string, asks: readonly string[], args: (output: string) => string[]): string | null {
  const known = programs.get(compiler);
  if (known !== undefined) return known;
  const output = join(workFolder, compiler);
  const program = hasTool(compiler, asks) ? output : null;
  if (program !== null) {
    const { status, stderr } = spawnSync(compiler, args(output), { encoding: "utf8" });
    if (status !== 0) throw new Error(`${compiler} did not compile:\n${stderr}`);
  }
  programs.set(compiler, program);
  return program;
}

/** Says once when a tool is missing (P2). */
export function hasTool(tool: string, asks: readonly string[]): boolean {
  const isThere = spawnSync(tool, asks, { stdio: "ignore" }).error === undefined;
  if (!isThere) console.log(`Left out: what needs ${tool}, which is not here.`);
  return isThere;
}

/** A side that is one process; `check` throws when a figure is wrong. */
export function side(name: string, command: Command | null, check: (figures: Figures) => void): Side | null {
  if (command === null) return null;
  return {
    name,
    async run() {
      const figures = await figuresOf(start(command));
      check(figures);
      return figures;
    },
  };
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when the process has printed this line; rejects when it has ended before. */
  line(text: string): Promise<void>;
  /** All lines of standard output, when the process has ended well. */
  readonly ended: Promise<readonly string[]>;
  /** All of standard error, up to now. */
  errors(): string;
}

export function start({ program, args, env = {} }: Command): Started {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const end = (): boolean => child.kill("SIGKILL");
  process.once("exit", end);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    waiting.get(line)?.();
  });
  const ended = new Promise<readonly string[]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("exit", end);
      if (code === 0) resolve(lines);
      else reject(new Error(`ended with ${code ?? signal}: ${errors.trim().split("\n")[0]}`));
    });
  });
  ended.catch(() => undefined); // Whoever waits for a line or for the end is told.
  const line = (text: string): Promise<void> =>
    Promise.race([
      new Promise<void>((resolve) => {
        if (lines.includes(text)) resolve();
        else waiting.set(text, resolve);
      }),
      ended.then(() => {
        throw new Error(`ended without having said "${text}"`);
      }),
    ]);
  return { child, pid: child.pid ?? 0, line, ended, errors: () => errors };
}

/** The figures in the last line of a process (P1), when it has ended. */
export async function figuresOf({ ended }: Pick<Started, "ended">): Promise<Figures> {
  const last = (await ended).at(-1) ?? "";
  const pairs = last.split(" ").map((word) => word.split("="));
  if (pairs.some(([name, value]) => !name || !value || Number.isNaN(Number(value))))
    throw new Error(`printed "${last}" in place of figures`);
  return Object.fromEntries(pairs.map(([name, value]) => [name!, Number(value)]));
}

/** Kills a server and waits until it is gone. */
export async function stop({ child, ended }: Started): Promise<void> {
  child.kill("SIGKILL");
  await ended.catch(() => undefined);
}

/** Bytes of memory that a process has, resident. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))![1]) * 1024;
}

/** Milliseconds of processor time that a process has used; the system counts in hundredths of a second. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // Behind the name, which may hold anything: fields 14 and 15 are user and system time (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
