// `walia debug`: the debug adapter, over standard input and output. Here programs are read, checked and compiled for it, as
// `walia run` and `walia test` would; the rest is in runtime/debug.

import type { Readable, Writable } from "node:stream";
import { LimitError } from "../compile/limits.ts";
import { Refusal } from "../debug/connection.ts";
import type { Debuggee } from "../debug/debuggee.ts";
import type { Case, LaunchArguments, Prepared } from "../debug/launch.ts";
import { Session } from "../debug/session.ts";
import { Probes } from "../engine/probes.ts";
import { functions, methods } from "../library/index.ts";
import { collect } from "./cases.ts";
import { findPorts } from "./config.ts";
import type { Context } from "./context.ts";
import { showDiagnostics } from "./diagnostics.ts";
import { load } from "./execute.ts";
import { ExitCode } from "./exit-codes.ts";
import { expandNames, textReader } from "./files.ts";
import { check, compile, hasErrors, loadSources, parsePrelude, programSource } from "./frontend.ts";
import { itemCaches } from "./items.ts";
import { plain } from "./paint.ts";
import { shownPath } from "./paths.ts";
import { faultText } from "./trace.ts";
import { FileTrouble, UsageError } from "./trouble.ts";
import { View } from "./view.ts";

export async function debug(words: readonly string[], context: Context): Promise<number> {
  const unknown = words.find((word) => word !== "--stdio");
  if (unknown !== undefined) throw new UsageError("debug", `debug does not know ${unknown}`);
  const trouble = await debugSession(process.stdin, process.stdout, context).serve();
  if (trouble === undefined) return ExitCode.Fine;
  context.terminal.complain(`walia debug: ${trouble}\nThis command is for editors; to run a program: walia run FILE`);
  return ExitCode.Usage;
}

/** A session with a client at the other end of two streams. */
export function debugSession(input: Readable, output: Writable, context: Context): Session {
  return new Session(input, output, (args) => prepare(args, context));
}

async function prepare(args: LaunchArguments, context: Context): Promise<Prepared> {
  try {
    if (args.cwd !== undefined) enter(args.cwd);
    const here = args.cwd === undefined ? context : { ...context, folder: process.cwd() };
    return args.tests || args.test !== undefined ? await prepareTests(args, here) : await prepareProgram(args, here);
  } catch (error) {
    if (error instanceof FileTrouble)
      throw new Refusal(
        `${shownPath(error.path, args.cwd === undefined ? context.folder : process.cwd())}: ${error.reason}`,
      );
    if (error instanceof LimitError) throw new Refusal(error.message);
    throw error;
  }
}

function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch {
    throw new Refusal(`"cwd" must be a folder: ${folder} is none that can be entered`);
  }
}

async function prepareProgram({ program: names, noDebug }: LaunchArguments, context: Context): Promise<Prepared> {
  const { folder, cache } = context;
  const paths = expandNames(names, folder);
  const read = await textReader(paths, folder);
  const items = itemCaches(cache);
  const { trees } = loadSources(paths, read, items.of);
  const view = new View(plain, read, folder);
  const checked = check(trees);
  const prelude = parsePrelude(items.of("walia:prelude"));
  items.save();
  if (hasErrors(checked.diagnostics)) return errorsOf(checked.diagnostics, view);
  const program = compile(checked, prelude, { isProbed: () => !noDebug });
  const loadIt = (): Debuggee => {
    const probes = new Probes(program.probes.length);
    return {
      ...programSource(checked, prelude),
      program,
      loaded: load(program, [prelude, ...trees], [], { probes }),
      probes,
      builtins: { functions, methods },
      ports: findPorts(paths[0]!, read),
      mainPath: paths[0]!,
      faultText: (fault, task) => faultText(fault, task, view),
    };
  };
  return { kind: "ready", cases: [{ title: null, load: loadIt }] };
}

/** The tests as `walia test` has them: all, or the one with a title. */
async function prepareTests({ program: names, test, noDebug }: LaunchArguments, context: Context): Promise<Prepared> {
  const paths = expandNames(names, context.folder);
  const read = await textReader(paths, context.folder);
  const collected = collect(paths, read, context, { isProbed: !noDebug });
  if (collected.diagnostics !== null) return errorsOf(collected.diagnostics, collected.view);
  const { checked, prelude, view } = collected;
  const wanted = collected.cases.filter(({ title }) => test === undefined || title === test);
  if (wanted.length === 0)
    throw new Refusal(
      test === undefined ? "there is no test in these files" : `there is no test ${JSON.stringify(test)}`,
    );
  const cases = wanted.map(({ title, file, program, trees, ports }): Case => {
    const loadIt = (): Debuggee => {
      const probes = new Probes(program.probes.length);
      return {
        ...programSource(checked, prelude),
        program,
        loaded: load(program, trees, [], { probes }),
        probes,
        builtins: { functions, methods },
        ports,
        mainPath: file,
        faultText: (fault, task) => faultText(fault, task, view),
      };
    };
    return { title, load: loadIt };
  });
  return { kind: "ready", cases };
}

function errorsOf(diagnostics: Parameters<typeof showDiagnostics>[0], view: View): Prepared {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const lines: string[] = [];
  showDiagnostics(errors, view, (text) => void lines.push(text));
  return { kind: "errors", count: errors.length, text: lines.join("\n") };
}
