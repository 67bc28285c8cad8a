// The classes and traits of a workspace and who is made of whom.

import type { Analysis } from "../analyse.ts";
import { inferenceOf } from "../infer/infer.ts";
import type { ClassPlace } from "../infer/types.ts";
import { classesIn } from "./symbols.ts";

interface Classes {
  readonly all: readonly ClassPlace[];
  readonly below: ReadonlyMap<ClassPlace["node"], readonly ClassPlace[]>;
}

const known = new WeakMap<Analysis, Classes>();

function classesOf(analysis: Analysis): Classes {
  const before = known.get(analysis);
  if (before) return before;
  const all: ClassPlace[] = [];
  for (const [file, tree] of analysis.files)
    tree.items.forEach((_, index) => {
      const names = analysis.names(file, index);
      for (const node of classesIn(names)) all.push({ node, names });
    });
  const below = new Map<ClassPlace["node"], ClassPlace[]>();
  for (const place of all) {
    for (const above of supertypes(analysis, place)) {
      const others = below.get(above.node);
      if (others) others.push(place);
      else below.set(above.node, [place]);
    }
  }
  const classes = { all, below };
  known.set(analysis, classes);
  return classes;
}

/** Every class and trait. */
export const allClasses = (analysis: Analysis): readonly ClassPlace[] => classesOf(analysis).all;

/** The superclass and the traits that a class names. */
export function supertypes(analysis: Analysis, place: ClassPlace): ClassPlace[] {
  if (place.node.kind === "Trait") return [];
  const named = [place.node.superclass, ...place.node.traits].flatMap((name) => name?.name ?? []);
  return inferenceOf(analysis)
    .lineage(place)
    .slice(1)
    .filter(({ node }) => named.includes(node.name.name));
}

/** The classes that name this one as their superclass or trait. */
export function subtypes(analysis: Analysis, { node }: ClassPlace): readonly ClassPlace[] {
  return classesOf(analysis).below.get(node) ?? [];
}

/** Those, and theirs. */
export function allSubtypes(analysis: Analysis, place: ClassPlace): ClassPlace[] {
  const found = new Set<ClassPlace>();
  const work = [place];
  for (let next = work.pop(); next !== undefined; next = work.pop())
    for (const each of subtypes(analysis, next)) {
      if (found.has(each)) continue;
      found.add(each);
      work.push(each);
    }
  return [...found];
}
