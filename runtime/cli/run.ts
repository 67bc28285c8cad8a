// `walia run`: checks a program, and runs it when it has no errors. Warnings are for `walia check`.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import type { Diagnostic } from "../../language/diagnostics.ts";
import { chooseDriver } from "../reactor/drivers/choose.ts";
import { DriverError } from "../reactor/drivers/driver.ts";
import type { Durability } from "../reactor/keep/keeper.ts";
import { findPorts } from "./config.ts";
import type { Context } from "./context.ts";
import { execute, load } from "./execute.ts";
import { ExitCode } from "./exit-codes.ts";
import { expandNames, textReader } from "./files.ts";
import type { Kept } from "./kept.ts";
import { shownPath } from "./paths.ts";
import { type RunOptions, runOptions } from "./run-options.ts";
import { prepareRun, type Runnable } from "./store.ts";
import { faultText } from "./trace.ts";
import { UsageError } from "./trouble.ts";
import { View } from "./view.ts";
import { startWatching, type Watching } from "./watching.ts";

/** The thread of the first shard, which start.ts has started for `run`. */
declare const firstThread: Worker | undefined;

/** A program that is about to run. */
interface Start {
  readonly runnable: Runnable;
  readonly ports: ReadonlyMap<number, string>;
  readonly options: RunOptions;
  readonly watching: Watching;
  readonly view: View;
  readonly context: Context;
}

export async function run(words: readonly string[], context: Context): Promise<number> {
  const { folder, terminal, cache } = context;
  const options = runOptions(words);
  const { names, shards, watch } = options;
  const paths = expandNames(names, folder);
  const read = await textReader(paths, folder);
  const ports = findPorts(paths[0]!, read);
  const { prepared, runnable } = await prepareRun(paths, read, cache);
  const view = new View(terminal.errorPaint, read, folder);
  if (runnable === null) return refuse(prepared.diagnostics, view, context);

  const driver = await chooseDriver(options.driver ?? undefined);
  if (driver instanceof DriverError) throw new UsageError("run", driver.text);
  if (options.isVerbose) terminal.complain(`walia: driver ${driver.kind} (${driver.reason}), cores ${shards}`);
  const title = names.map((name) => shownPath(name, folder)).join(" ");
  const watching = await startWatching(watch, { title, shards, terminal });
  const start: Start = { runnable, ports, options, watching, view, context };
  const closing: (() => Promise<void>)[] = [() => watching.end()];
  const durability = names.includes("-") ? null : options.durability;
  const keepAs = async (mode: Durability): Promise<Kept> => {
    const kept = await keptProgram(mode, options, runnable, paths, context);
    closing.unshift(() => kept.close());
    return kept;
  };
  const keep = durability === null ? null : () => keepAs(durability);
  try {
    // One shard on Node's loop needs no thread of its own, unless somebody waits for the disk.
    const isAlone = shards === 1 && driver.kind === "libuv" && keep === null;
    return isAlone ? await runHere(start) : await runOnThreads(start, driver.kind, keep);
  } finally {
    for (const close of closing) await close();
  }
}

async function runHere({ runnable, ports, options, watching, view, context }: Start): Promise<number> {
  const { terminal } = context;
  void firstThread?.terminate();
  const loaded = load(runnable.program, runnable.trees);
  const { LibuvDriver } = await import("../reactor/drivers/libuv.ts");
  const code = await execute(loaded, {
    driver: new LibuvDriver(),
    ports,
    args: options.args,
    mostTasks: options.mostTasks,
    counters: watching.counters,
    isInterruptible: watching.counters !== undefined,
    print: (line) => terminal.print(line),
    flush: terminal.flush,
    onUnhandledFault: (fault, task) => terminal.complain(faultText(fault, task, view)),
  });
  return Number(code);
}

async function runOnThreads(
  { runnable, ports, options, watching, context }: Start,
  driver: "uring" | "libuv",
  keep: (() => Promise<Kept>) | null,
): Promise<number> {
  const { terminal, folder } = context;
  const { runCluster } = await import("./shards/cluster.ts");
  return runCluster({
    // Beside this file's bundle; it starts as the command was started.
    entry: pathToFileURL(join(__dirname, "start.cjs")),
    first: firstThread!,
    shards: options.shards,
    driver,
    program: runnable.program,
    trees: runnable.trees,
    ports,
    args: options.args,
    mostTasks: options.mostTasks,
    keep,
    folder,
    counters: watching.counters,
    isColored: terminal.errorPaint.isColored,
    output: watching.isShown ? terminal : null,
    complain: (text) => terminal.complain(text),
  });
}

/** What keeps the program in the `.wld` file beside it. */
async function keptProgram(
  durability: Durability,
  { names, wldLimit: limit, memoryLimit, isFresh, shards }: RunOptions,
  runnable: Runnable,
  paths: readonly string[],
  { folder, cache, terminal }: Context,
): Promise<Kept> {
  const { Kept, wldPath } = await import("./kept.ts");
  const path = wldPath(names[0]!, paths[0]!, folder);
  const complain = (text: string): void => terminal.complain(`walia: ${text}`);
  return new Kept({ path, durability, limit, memoryLimit, isFresh, shards, runnable, cache, complain });
}

/** Shows the errors that keep a program from running. */
export async function refuse(diagnostics: readonly Diagnostic[], view: View, { terminal }: Context): Promise<number> {
  const { showDiagnostics } = await import("./diagnostics.ts");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  showDiagnostics(errors, view, (text) => terminal.complain(text));
  return ExitCode.NotChecked;
}
