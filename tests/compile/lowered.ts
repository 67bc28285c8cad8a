// Lowers texts as the command does, for the tests of Core.

import { createWorkspace } from "../../language/analyse.ts";
import type { Registry } from "../../language/names/model.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import { parsePrelude } from "../../runtime/cli/frontend.ts";
import { resolvePrelude, withPrelude } from "../../runtime/cli/prelude.ts";
import type { ProgramFile } from "../../runtime/compile/program.ts";

const prelude = parsePrelude(memoryCache());

/** What `lowerProgram` and `compileProgram` take, for one file of this text and the prelude; errors and all. */
export function analysed(text: string): { readonly files: readonly ProgramFile[]; readonly registry: Registry } {
  const workspace = createWorkspace();
  const tree = parseFile("main.wal", text);
  workspace.setFile(tree);
  const analysis = workspace.analyse();
  const { file, registry } = resolvePrelude(prelude);
  const main = { tree, names: tree.items.map((_, index) => analysis.names(tree.path, index)) };
  return { files: [file, main], registry: withPrelude(analysis.registry, registry) };
}
