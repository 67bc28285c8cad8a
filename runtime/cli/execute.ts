// From a compiled program to its exit code. One program runs at a time in an isolate: the engine is one per isolate
// (engine/machine.ts), and `load` starts afresh.

import type { FileTree } from "../../language/ast.ts";
import { type LoadedProgram, loadProgram, type Marks, type ProgramVersion } from "../compile/load.ts";
import type { CompiledProgram } from "../compile/program.ts";
import { functions, methods } from "../library/index.ts";
import type { ReactorOptions } from "../reactor/options.ts";
import { Reactor } from "../reactor/shard.ts";

/**
 * Puts a program into the engine. `trees`: its files and the prelude; only their items' texts and places are used. `older`:
 * versions of it that suspended tasks belong to. `marks`: what a program has that was compiled to be counted or debugged.
 */
export function load(
  program: CompiledProgram,
  trees: readonly FileTree[],
  older: readonly ProgramVersion[] = [],
  marks: Marks = {},
): LoadedProgram {
  return loadProgram(program, trees, { functions, methods }, older, marks);
}

/** Runs a loaded program to its end; or to the end of its time, in milliseconds: then the result is "timeout". */
export async function execute(
  loaded: LoadedProgram,
  options: ReactorOptions,
  limit?: number,
): Promise<number | "timeout"> {
  const reactor = new Reactor({ ...options, isInterruptible: limit !== undefined || options.isInterruptible === true });
  let isLate = false;
  const timer =
    limit === undefined
      ? undefined
      : setTimeout(() => {
          isLate = true;
          reactor.finish(0);
        }, limit);
  reactor.start(loaded.main);
  const { exitCode } = await reactor.finished;
  clearTimeout(timer);
  return isLate ? "timeout" : exitCode;
}
