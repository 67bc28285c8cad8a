// `walia run`: checks a program, and runs it when it has no errors. Warnings are for `walia check`.

import type { Diagnostic } from "../../language/diagnostics.ts";
import { findPorts } from "./config.ts";
import type { Context } from "./context.ts";
import { execute, load } from "./execute.ts";
import { ExitCode } from "./exit-codes.ts";
import { expandNames, textReader } from "./files.ts";
import { runOptions } from "./run-options.ts";
import { prepareRun } from "./store.ts";
import { faultText } from "./trace.ts";
import { View } from "./view.ts";
import { startWatching } from "./watching.ts";

export async function run(words: readonly string[], context: Context): Promise<number> {
  const { folder, terminal, cache } = context;
  const { names, args, watch } = runOptions(words);
  const paths = expandNames(names, folder);
  const read = await textReader(paths, folder);
  const ports = findPorts(paths[0]!, read);
  const { prepared, runnable } = await prepareRun(paths, read, cache);
  const view = new View(terminal.errorPaint, read, folder);
  if (runnable === null) return refuse(prepared.diagnostics, view, context);

  const loaded = load(runnable.program, runnable.trees);
  const watching = await startWatching(watch, { title: names.join(" "), shards: 1, terminal });
  try {
    const { LibuvDriver } = await import("../reactor/drivers/libuv.ts");
    const code = await execute(loaded, {
      driver: new LibuvDriver(),
      ports,
      args,
      counters: watching.counters,
      isInterruptible: watching.counters !== undefined,
      print: (line) => terminal.print(line),
      flush: terminal.flush,
      onUnhandledFault: (fault, task) => terminal.complain(faultText(fault, task, view)),
    });
    return Number(code);
  } finally {
    await watching.end();
  }
}

/** Shows the errors that keep a program from running. */
export async function refuse(diagnostics: readonly Diagnostic[], view: View, { terminal }: Context): Promise<number> {
  const { showDiagnostics } = await import("./diagnostics.ts");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  showDiagnostics(errors, view, (text) => terminal.complain(text));
  return ExitCode.NotChecked;
}
