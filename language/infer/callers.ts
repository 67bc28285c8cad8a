// The calls of a declared function or method, as far as they are written with its name: what they pass tells what its
// parameters may be.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import { seenIn, usersOf } from "./sightings.ts";
import type { ClassPlace } from "./types.ts";

export interface CallFound {
  readonly call: ast.Call;
  /** The value that a pipe passes first. */
  readonly piped: ast.Expression | null;
  readonly names: ItemNames;
}

/** Items whose calls are looked at for one parameter. */
const MAX_CALLERS = 100;
/** Calls that are looked at for one parameter. */
const MAX_CALLS = 8;

/** Its own item's or file's calls come first; not more of them than tell something. */
export function callsOf(unit: Unit, names: ItemNames, analysis: Analysis): readonly CallFound[] {
  const owner = unit.kind === "method" ? seenIn(names, analysis).owners.get(unit.node) : undefined;
  const isInit = owner !== undefined && unit.name === "init";
  const called = isInit ? constructedBy(owner, analysis) : [unit.name!];
  const found: CallFound[] = [];
  const lookIn = (items: ItemNames): void => {
    for (const name of called)
      for (const { call, piped } of seenIn(items, analysis).calls.get(name) ?? [])
        if (found.length < MAX_CALLS) found.push({ call, piped, names: items });
  };
  const isTopLevel = unit.parent?.kind === "top" && unit.parent.parent === null;
  // Methods of that name elsewhere are most often other classes'.
  if (!isTopLevel || (owner && !isInit)) {
    lookIn(names);
    return found;
  }
  let left = MAX_CALLERS;
  const { file } = analysis.locate(names);
  for (const path of new Set([file, ...analysis.files.keys()])) {
    for (const name of called) {
      for (const items of usersOf(name, path, analysis)) {
        if (found.length === MAX_CALLS || left-- <= 0) return found;
        lookIn(items);
      }
    }
  }
  return found;
}

/** A class, and those of its file that inherit its `init`. */
function constructedBy(place: ClassPlace, analysis: Analysis): string[] {
  const { registry } = analysis;
  const { file } = analysis.locate(place.names);
  const classes = registry.exportsIn(file).flatMap((name) => {
    const meaning = registry.exportOf(file, name);
    return meaning.kind === "global" && meaning.export.node.kind === "Class" ? [meaning.export.node] : [];
  });
  const found = [place.node.name.name];
  for (let i = 0; i < found.length; i++)
    for (const { name, superclass, methods } of classes)
      if (superclass?.name === found[i] && !found.includes(name.name) && !methods.some((m) => m.name.name === "init"))
        found.push(name.name);
  return found;
}
