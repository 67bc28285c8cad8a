// The classes and traits that the files of a workspace declare at top level, and what they inherit from.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { ItemNames } from "../names/model.ts";
import type { ClassPlace } from "./types.ts";

const ofItem = new WeakMap<ItemNames, readonly ClassPlace[]>();
const ofAnalysis = new WeakMap<Analysis, readonly ClassPlace[]>();

/** In the order of the files and their items; found once for each version. */
export function classesOf(analysis: Analysis): readonly ClassPlace[] {
  let all = ofAnalysis.get(analysis);
  if (!all) {
    const found: ClassPlace[] = [];
    for (const [file, { items }] of analysis.files)
      for (let index = 0; index < items.length; index++) found.push(...classesIn(analysis.names(file, index)));
    all = found;
    ofAnalysis.set(analysis, all);
  }
  return all;
}

function classesIn(names: ItemNames): readonly ClassPlace[] {
  let found = ofItem.get(names);
  if (!found) {
    found = names.exports.flatMap(({ node }) =>
      node.kind === "Class" || node.kind === "Trait" ? [{ node, names }] : [],
    );
    ofItem.set(names, found);
  }
  return found;
}

/** A class and what it inherits from, nearest first: its superclasses and all their traits. */
export function lineageOf(place: ClassPlace, analysis: Analysis): readonly ClassPlace[] {
  const found: ClassPlace[] = [];
  const work: ClassPlace[] = [place];
  for (let at = work.shift(); at && found.length < 50; at = work.shift()) {
    const current = at;
    if (found.some((other) => other.node === current.node)) continue;
    found.push(current);
    if (current.node.kind !== "Class") continue;
    for (const name of [...current.node.traits, ...(current.node.superclass ? [current.node.superclass] : [])]) {
      const above = classNamed(name, current.names, analysis);
      if (above) work.push(above);
    }
  }
  return found;
}

function classNamed(name: ast.Identifier, names: ItemNames, analysis: Analysis): ClassPlace | undefined {
  const binding = names.bindingOf(name);
  if (binding?.kind === "local") return binding.node?.kind === "Class" ? { node: binding.node, names } : undefined;
  const meaning = analysis.registry.meaningOf(analysis.locate(names).file, name.name);
  if (meaning.kind !== "global") return undefined;
  const { node } = meaning.export;
  if (node.kind !== "Class" && node.kind !== "Trait") return undefined;
  return { node, names: analysis.names(meaning.file, meaning.itemIndex) };
}
