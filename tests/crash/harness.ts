// Builds what the crash tests start, starts it, and reads what it has said.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";

/** The long form runs thousands of cases where CI runs a hundred. */
export const LONG = process.env.CRASH_LONG !== undefined;

const root = resolve(import.meta.dirname, "../..");
const CHILD = join(root, "dist/crash-child.js");

/** Beside the built thread that writes, which `npm run build` makes. */
export async function buildChild(): Promise<void> {
  await build({
    entryPoints: [join(root, "tests/crash/child.ts")],
    outfile: CHILD,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    external: ["lmdb"],
    logLevel: "warning",
  });
}

/** A compiled C file of this folder; undefined, with a line that says so, where there is no compiler. */
export function compiled(name: string, output: string, ...flags: string[]): string | undefined {
  const { status, stderr, error } = spawnSync("gcc", ["-O1", "-o", output, join(root, "tests/crash", name), ...flags], {
    encoding: "utf8",
  });
  if (status === 0) return output;
  console.warn(`left out: ${name} needs Linux and gcc (${error?.message ?? stderr.split("\n")[0]})`);
  return undefined;
}

export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "walia-crash-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface ChildOptions {
  readonly file: string;
  readonly seed: number;
  readonly groups: number;
  readonly durability?: "strict" | "group";
  /** Where it acknowledges, instead of standard output. */
  readonly acks?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A child that is still running. */
export function startChild(options: ChildOptions): ChildProcess {
  const { file, seed, groups, durability = "group", acks, env } = options;
  const args = [CHILD, file, String(seed), String(groups), durability, ...(acks === undefined ? [] : [acks])];
  return spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly acknowledged: number;
  /** A step that was rejected. */
  readonly rejected: number | undefined;
  readonly errors: string;
}

/** Everything that a child said until it ended. `onLine` is told of each line as it comes. */
export async function ended(child: ChildProcess, onLine: (line: string) => void = () => undefined): Promise<Ended> {
  let text = "";
  let told = 0;
  let errors = "";
  child.stdout!.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    for (let end = text.indexOf("\n", told); end >= 0; end = text.indexOf("\n", told)) {
      onLine(text.slice(told, end));
      told = end + 1;
    }
  });
  child.stderr!.setEncoding("utf8").on("data", (part: string) => {
    errors += part;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (code, signal) => resolve([code, signal])),
  );
  const lines = text.slice(0, told).split("\n");
  return { code, signal, errors, ...readAcks(lines) };
}

export function readAcks(lines: readonly string[]): Pick<Ended, "acknowledged" | "rejected"> {
  const steps = lines.filter((line) => /^\d+$/.test(line)).map(Number);
  const from = lines.map((line) => /^from (\d+)$/.exec(line)?.[1]).find((step) => step !== undefined);
  const rejected = lines.map((line) => /^rejected (\d+)$/.exec(line)?.[1]).find((step) => step !== undefined);
  return {
    acknowledged: Math.max(0, Number(from ?? 0), ...steps),
    rejected: rejected === undefined ? undefined : Number(rejected),
  };
}
