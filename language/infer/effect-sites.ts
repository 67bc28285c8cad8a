// Where the effects of a workspace are performed and handled, by name. For completion, hovers, hints and the inference.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { ItemNames } from "../names/model.ts";
import { sightingsOf } from "./sightings.ts";

export interface EffectSites {
  /** Every `perform` of an effect in the workspace that is written down. */
  performsOf(effect: string): readonly { readonly node: ast.Perform; readonly names: ItemNames }[];
  handlesOf(effect: string): readonly { readonly node: ast.Handle; readonly names: ItemNames }[];
  /** Every effect that is performed or handled somewhere. */
  effectNames(): readonly string[];
}

type Site = { readonly node: ast.Perform | ast.Handle; readonly names: ItemNames };

/** Found when it is first asked for, in one pass over the items that speak of effects. */
export function effectSitesOf(analysis: Analysis): EffectSites {
  let known: ReadonlyMap<string, readonly Site[]> | undefined;
  const sites = (): ReadonlyMap<string, readonly Site[]> => {
    known ??= find(analysis);
    return known;
  };
  return {
    performsOf: (effect) =>
      (sites().get(effect) ?? []).flatMap(({ node, names }) => (node.kind === "Perform" ? [{ node, names }] : [])),
    handlesOf: (effect) =>
      (sites().get(effect) ?? []).flatMap(({ node, names }) => (node.kind === "Handle" ? [{ node, names }] : [])),
    effectNames: () => [...sites().keys()],
  };
}

function find(analysis: Analysis): ReadonlyMap<string, readonly Site[]> {
  const found = new Map<string, Site[]>();
  for (const [file, { items }] of analysis.files) {
    items.forEach(({ tree }, index) => {
      if (!speaksOfEffects(tree)) return;
      const names = analysis.names(file, index);
      const { performs, handles } = sightingsOf(tree, names);
      for (const node of [...performs, ...handles]) {
        const others = found.get(node.effect);
        if (others) others.push({ node, names });
        else found.set(node.effect, [{ node, names }]);
      }
    });
  }
  return found;
}

const effectful = new WeakMap<ast.ItemTree, boolean>();

/** Most items neither perform nor handle: their text says so without a walk. */
function speaksOfEffects(tree: ast.ItemTree): boolean {
  let known = effectful.get(tree);
  if (known === undefined) {
    known = tree.text.includes("perform") || tree.text.includes("handle");
    effectful.set(tree, known);
  }
  return known;
}
