// The classes and traits that the files of a workspace declare at top level.

import type { Analysis } from "../analyse.ts";
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
