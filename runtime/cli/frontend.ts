// From source files to a running program, for the commands and for tests:
//
//   paths --loadSources--> trees --check--> diagnostics --compile--> CompiledProgram --start--> exit code
//
// One program runs at a time in an isolate: the engine is one per isolate (engine/machine.ts), and `start` loads afresh.

import { type Analysis, createWorkspace } from "../../language/analyse.ts";
import type { FileTree } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import { type LoadedProgram, loadProgram } from "../compile/load.ts";
import { type CompiledProgram, compileProgram } from "../compile/program.ts";
import { functions, methods } from "../library/index.ts";
import { Reactor, type ReactorOptions } from "../reactor/shard.ts";
import { resolvePrelude, withPrelude } from "./prelude.ts";

export interface Checked {
  readonly trees: readonly FileTree[];
  readonly analysis: Analysis;
  /** Of all files, in their order. */
  readonly diagnostics: readonly Diagnostic[];
  readonly hasErrors: boolean;
}

const builtins = { functions, methods };

/** Analyses the files of a program. */
export function check(trees: readonly FileTree[]): Checked {
  const workspace = createWorkspace();
  for (const tree of trees) workspace.setFile(tree);
  const analysis = workspace.analyse();
  const diagnostics = trees.flatMap((tree) => analysis.diagnostics(tree.path));
  return { trees, analysis, diagnostics, hasErrors: diagnostics.some(({ severity }) => severity === "error") };
}

/** Compiles what has no errors; `prelude` is its tree. */
export function compile(checked: Checked, prelude: FileTree): CompiledProgram {
  const { file, registry } = resolvePrelude(prelude);
  const files = checked.trees.map((tree) => ({
    tree,
    names: tree.items.map((_, index) => checked.analysis.names(tree.path, index)),
  }));
  return compileProgram([file, ...files], withPrelude(checked.analysis.registry, registry), builtins);
}

/** Puts a program into the engine. `trees`: its files and the prelude; only their items' texts and places are used. */
export function load(program: CompiledProgram, trees: readonly FileTree[]): LoadedProgram {
  return loadProgram(program, trees, builtins);
}

/** Runs a loaded program to its end. */
export async function start(loaded: LoadedProgram, options: ReactorOptions): Promise<number> {
  const reactor = new Reactor(options);
  reactor.start(loaded.main);
  return (await reactor.finished).exitCode;
}
