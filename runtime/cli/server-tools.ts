// What the language server gets from the runtime (server/tools.ts). A module of its own, dist/server-tools.cjs: the server loads
// it when it is asked for something that needs it, and so starts as quickly without. What reads a `.wld` brings the engine, the
// store and packages with native parts, and is loaded when the first one is looked at.

import { dirname } from "node:path";
import { cacheFolder, noCache, openCache } from "../../cache/cache.ts";
import type { Analysis } from "../../language/analyse.ts";
import { memoryCache } from "../../language/parse/parse.ts";
import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import type { Tools } from "../../server/tools.ts";
import { guarded, LimitError } from "../compile/limits.ts";
import { lowerLater, type ProgramFile } from "../compile/program.ts";
import { pathOf, showUnit } from "../compile/show-core.ts";
import { HorizonError } from "../horizon/trouble.ts";
import { plain } from "./paint.ts";
import { type Prelude, parsePrelude, resolvePrelude, withPrelude } from "./prelude.ts";
import { build } from "./version.ts";

export const tools: Tools = {
  lowered,
  wldText,
  stuck: async (analysis, stores) => (await import("./stuck.ts")).stuck(analysis, stores),
};

let knownPrelude: Prelude | undefined;

/** Parsed when it is first wanted: that takes a moment. */
function prelude(): Prelude {
  knownPrelude ??= resolvePrelude(parsePrelude(memoryCache()));
  return knownPrelude;
}

function lowered(analysis: Analysis, file: string, name: string | null): string {
  const tree = analysis.files.get(file);
  if (tree === undefined) return "";
  const { file: library, registry } = prelude();
  const files: ProgramFile[] = [...analysis.files.values()].map((each) => ({
    tree: each,
    names: each.items.map((_, index) => analysis.names(each.path, index)),
  }));
  const lowering = lowerLater([library, ...files], withPrelude(analysis.registry, registry));
  const lines = lineIndex(tree.text);
  const errors = analysis.diagnostics(file).filter(({ severity }) => severity === "error");
  const parts = tree.items.flatMap((item, index) => {
    const own = analysis.names(file, index);
    if (name !== null && !own.exports.some((each) => each.name === name)) return [];
    const lineOf = (at: number): number => toLineColumn(lines, offset(at + item.offset)).line;
    const end = item.offset + item.tree.text.length;
    const wrong = errors
      .filter(({ span }) => span.start >= item.offset && span.start < end)
      .map(
        ({ span, message }) =>
          `# line ${lineOf(span.start - item.offset)}, for which the program does not run: ${message}\n`,
      );
    const show = (): string[] => {
      const before = lowering.units.length;
      lowering.lowerItem(file, index);
      const units = new Map(lowering.units.slice(before).map((unit) => [pathOf(unit.ref), unit] as const));
      return own.units.flatMap((unit) => {
        const core = units.get(unit.path);
        if (core === undefined) return [];
        const facts = [
          `line ${lineOf(unit.node.start)}`,
          analysis.facts.maySuspend(unit) ? "may suspend" : "never suspends",
          analysis.facts.placeOf(unit) === "home" ? "home" : "anywhere",
        ];
        return [`# ${facts.join(" · ")}\n${showUnit(core)}\n`];
      });
    };
    try {
      return [...wrong, ...guarded("This", show)];
    } catch (error) {
      if (error instanceof LimitError) return [...wrong, `# ${error.message}\n`];
      throw error;
    }
  });
  return parts.length > 0 ? parts.join("\n") : "# There is no code here that runs.\n";
}

/** The reading of the last file: the engine has room for one program (O1 of horizon/opened.ts). */
let last: Promise<unknown> = Promise.resolve();

function wldText(path: string): Promise<string> {
  const text = last.then(() => readWld(path));
  last = text.catch(() => undefined);
  return text;
}

async function readWld(path: string): Promise<string> {
  const { wldText: textOf } = await import("./horizon/wld-text.ts");
  const folder = cacheFolder(process.env);
  const cache = folder === undefined ? noCache : openCache(folder, build);
  try {
    return `${await textOf(path, { folder: dirname(path), cache, now: Date.now(), paint: plain })}\n`;
  } catch (error) {
    if (error instanceof HorizonError) return `${error.path}: ${error.reason}\n`;
    throw error;
  }
}
