// Runs a Walia program inside the test's own process, through the real compiler, engine and reactor. What it prints and
// the faults it leaves are text, as the command line would show them.
//
// One program at a time: the engine is one per isolate.

import { Writable } from "node:stream";
import { memoryCache } from "../language/parse/parse.ts";
import { report } from "../runtime/cli/diagnostics.ts";
import { plain } from "../runtime/cli/paint.ts";
import { parsePrelude } from "../runtime/cli/prelude.ts";
import { check, compile, load, start } from "../runtime/cli/session.ts";
import { loadSources } from "../runtime/cli/sources.ts";
import { faultText } from "../runtime/cli/trace.ts";
import type { Completions, Driver, Handle } from "../runtime/reactor/drivers/driver.ts";
import { StreamHandle } from "../runtime/reactor/drivers/libuv/stream.ts";
import { LibuvDriver } from "../runtime/reactor/drivers/libuv.ts";

export interface RunOptions {
  /** What `args()` yields. */
  readonly args?: readonly string[];
  /** Sources of hardware ports, "fifo:/path" and so on, by port. */
  readonly ports?: ReadonlyMap<number, string>;
  /** Standard input. */
  readonly input?: string;
  /** Instead of the libuv driver. Writes to descriptors 1 and 2 then go where that driver sends them. */
  readonly driver?: Driver;
  /** False: runs a program that has error diagnostics all the same. */
  readonly check?: boolean;
}

export interface Ran {
  /** Standard output. */
  readonly output: string;
  /** Faults that nobody handled, and what was written to descriptor 2; or the errors that the program does not run for. */
  readonly faults: string;
  readonly exitCode: number;
}

const cache = memoryCache();
const prelude = parsePrelude(cache);

/** Runs one file's text, called main.wal; or several files by path, in their order, imported ones first. */
export async function runWalia(
  source: string | Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<Ran> {
  const files = new Map(
    Object.entries(typeof source === "string" ? { "main.wal": source } : source).map(
      ([path, text]) => [path.startsWith("/") ? path : `/${path}`, text] as const,
    ),
  );
  const shown = (path: string): string => path.slice(1);
  const { trees } = loadSources(
    [...files.keys()],
    (path) => files.get(path),
    () => cache,
  );
  const checked = check(trees);
  if (checked.hasErrors && options.check !== false) {
    const errors = checked.diagnostics.filter(({ severity }) => severity === "error");
    const context = { textOf: (path: string) => files.get(path), shown, paint: plain };
    return { output: "", faults: errors.map((error) => `${report(error, context)}\n`).join(""), exitCode: 65 };
  }
  const loaded = load(compile(checked, prelude), [prelude, ...trees]);
  let output = "";
  let faults = "";
  const exitCode = await start(loaded, {
    driver:
      options.driver ??
      new CapturingDriver(
        (text) => {
          output += text;
        },
        (text) => {
          faults += text;
        },
      ),
    args: options.args ?? [],
    ports: options.ports ?? new Map(),
    input: options.input ?? "",
    print: (line) => {
      output += `${line}\n`;
    },
    onUnhandledFault: (fault, task) => {
      faults += `${faultText(fault, task, { textOf: (path) => files.get(path), shown, paint: plain })}\n`;
    },
  });
  return { output, faults, exitCode };
}

/** Keeps what is written to descriptors 1 and 2. */
class CapturingDriver extends LibuvDriver {
  #told: Completions | null = null;

  constructor(
    readonly output: (text: string) => void,
    readonly errors: (text: string) => void,
  ) {
    super();
  }

  override attach(completions: Completions): void {
    this.#told = completions;
    super.attach(completions);
  }

  override standard(stream: 0 | 1 | 2): Handle {
    if (stream === 0) return super.standard(0);
    const keep = stream === 1 ? this.output : this.errors;
    const sink = new Writable({
      decodeStrings: true,
      write(chunk: Buffer, _encoding, done) {
        keep(chunk.toString());
        done();
      },
    });
    return new StreamHandle(this.#told!, null, sink, { release: "keep" });
  }
}
