// From source files to a compiled program, or to what is wrong with them:
//
//   paths --loadSources--> trees --check--> diagnostics --compile--> CompiledProgram        (execute.ts goes on from there)
//
// What lies behind this file (grammar, analysis, compiler) is most of the command and takes most of its time, so commands
// load it only when their cache does not know the answer (store.ts).

import { type Analysis, createWorkspace } from "../../language/analyse.ts";
import type { FileTree } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import type { Unit } from "../../language/names/model.ts";
import { type CompiledProgram, compileProgram } from "../compile/program.ts";
import { functions, methods } from "../library/index.ts";
import type { ProgramSource } from "../upgrade/version.ts";
import { resolvePrelude, withPrelude } from "./prelude.ts";

export { parsePrelude } from "./prelude.ts";
export { loadSources } from "./sources.ts";

export interface Checked {
  readonly trees: readonly FileTree[];
  readonly analysis: Analysis;
  /** Of all files, in their order. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Analyses the files of a program. */
export function check(trees: readonly FileTree[]): Checked {
  const workspace = createWorkspace();
  for (const tree of trees) workspace.setFile(tree);
  const analysis = workspace.analyse();
  return { trees, analysis, diagnostics: trees.flatMap((tree) => analysis.diagnostics(tree.path)) };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** Files of a program that are compiled to be counted (compile/counters.ts) or debugged (compile/probes.ts). */
export interface Marked {
  readonly isCounted?: (path: string) => boolean;
  readonly isProbed?: (path: string) => boolean;
}

/** Compiles what has no errors; `prelude` is its tree. */
export function compile(checked: Checked, prelude: FileTree, marked: Marked = {}): CompiledProgram {
  const { files, registry } = programSource(checked, prelude, marked);
  return compileProgram(files, registry, { functions, methods });
}

/** A program with its prelude, as the compiler takes it. */
export function programSource(
  { trees, analysis }: Pick<Checked, "trees" | "analysis">,
  prelude: FileTree,
  marked: Marked = {},
): ProgramSource {
  const { file, registry } = resolvePrelude(prelude);
  const files = trees.map((tree) => ({
    tree,
    names: tree.items.map((_, index) => analysis.names(tree.path, index)),
    isHome: (unit: Unit) => analysis.facts.placeOf(unit) === "home",
    isCounted: marked.isCounted?.(tree.path) === true,
    isProbed: marked.isProbed?.(tree.path) === true,
  }));
  return { files: [file, ...files], registry: withPrelude(analysis.registry, registry) };
}
