// Runs a Walia program inside the test's own process, through the real compiler, engine and reactor. What it prints and
// the faults it leaves are text, as the command line would show them.
//
// One program at a time: the engine is one per isolate.

import { memoryCache } from "../language/parse/parse.ts";
import { CapturingDriver } from "../runtime/cli/capture.ts";
import { diagnosticText } from "../runtime/cli/diagnostics.ts";
import { execute, load } from "../runtime/cli/execute.ts";
import { check, compile, hasErrors } from "../runtime/cli/frontend.ts";
import { plain } from "../runtime/cli/paint.ts";
import { parsePrelude } from "../runtime/cli/prelude.ts";
import { loadSources } from "../runtime/cli/sources.ts";
import { faultText } from "../runtime/cli/trace.ts";
import { View } from "../runtime/cli/view.ts";
import type { LoadedProgram } from "../runtime/compile/load.ts";
import type { Driver } from "../runtime/reactor/drivers/driver.ts";
import type { Turns } from "../runtime/reactor/turns.ts";

export interface RunOptions {
  /** What `args()` yields. */
  readonly args?: readonly string[];
  /** Sources of hardware ports, "fifo:/path" and so on, by port. */
  readonly ports?: ReadonlyMap<number, string>;
  /** Standard input. */
  readonly input?: string;
  /** Instead of the libuv driver. What is written to descriptors 1 and 2 then goes where that driver sends it: `written`. */
  readonly driver?: Driver & { readonly written?: Written };
  /** Told of the program when it is in the engine, before it starts. */
  readonly loaded?: (program: LoadedProgram) => void;
  /** The reactor's clock, and who is told of its turns. */
  readonly now?: () => number;
  readonly turns?: Turns;
  /** Ends the program after this many milliseconds, with code 0. */
  readonly limit?: number;
  /** False: runs a program that has error diagnostics all the same. */
  readonly check?: boolean;
}

/** Standard output and standard error so far. */
export interface Written {
  1: string;
  2: string;
}

export interface Ran {
  /** Standard output. */
  readonly output: string;
  /** Faults that nobody handled, and what was written to descriptor 2; or the errors that the program does not run for. */
  readonly faults: string;
  readonly exitCode: number;
}

/** Where the files of a test's program seem to be; messages do not show it. */
const FOLDER = "/program";

const cache = memoryCache();
const prelude = parsePrelude(cache);

/** Runs one file's text, called main.wal; or several files by path, in their order, imported ones first. */
export async function runWalia(
  source: string | Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<Ran> {
  const files = new Map<string, string>(
    Object.entries(typeof source === "string" ? { "main.wal": source } : source).map(
      ([path, text]) => [`${FOLDER}/${path.replace(/^\//, "")}`, text] as const,
    ),
  );
  const view = new View(plain, (path) => files.get(path), FOLDER);
  const { trees } = loadSources([...files.keys()], view.textOf, () => cache);
  const checked = check(trees);
  if (hasErrors(checked.diagnostics) && options.check !== false) {
    const errors = checked.diagnostics.filter(({ severity }) => severity === "error");
    return { output: "", faults: errors.map((error) => `${diagnosticText(error, view)}\n`).join(""), exitCode: 65 };
  }
  const loaded = load(compile(checked, prelude), [prelude, ...trees]);
  options.loaded?.(loaded);
  const captured = new CapturingDriver();
  const written = options.driver?.written ?? captured.written;
  const exitCode = await execute(
    loaded,
    {
      driver: options.driver ?? captured,
      args: options.args ?? [],
      ports: options.ports ?? new Map(),
      input: options.input ?? "",
      ...(options.now === undefined ? {} : { now: options.now }),
      ...(options.turns === undefined ? {} : { turns: options.turns }),
      print: (line) => {
        written[1] += `${line}\n`;
      },
      onUnhandledFault: (fault, task) => {
        written[2] += `${faultText(fault, task, view)}\n`;
      },
    },
    options.limit,
  );
  return { output: written[1], faults: written[2], exitCode: exitCode === "timeout" ? 0 : exitCode };
}
