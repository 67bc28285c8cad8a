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

/** Compiles what has no errors; `prelude` is its tree, `isCounted` tells files whose parts are counted as they run. */
export function compile(
  checked: Checked,
  prelude: FileTree,
  isCounted: (path: string) => boolean = () => false,
): CompiledProgram {
  const { files, registry } = programSource(checked, prelude, isCounted);
  return compileProgram(files, registry, { functions, methods });
}

/** A program with its prelude, as the compiler takes it. */
export function programSource(
  { trees, analysis }: Pick<Checked, "trees" | "analysis">,
  prelude: FileTree,
  isCounted: (path: string) => boolean = () => false,
): ProgramSource {
  const { file, registry } = resolvePrelude(prelude);
  const files = trees.map((tree) => ({
    tree,
    names: tree.items.map((_, index) => analysis.names(tree.path, index)),
    isHome: (unit: Unit) => analysis.facts.placeOf(unit) === "home",
    isCounted: isCounted(tree.path),
  }));
  return { files: [file, ...files], registry: withPrelude(analysis.registry, registry) };
}
