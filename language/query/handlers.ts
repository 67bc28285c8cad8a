// Who would handle this perform, and what could this handler receive? For hover, the hierarchy of calls and the request
// `walia/handlers`.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { EffectSource, Receiver } from "../effects/receivers.ts";
import { builtin } from "../names/builtins.ts";
import type { ItemNames } from "../names/model.ts";
import { placeAt } from "./place.ts";
import { unitOf } from "./targets.ts";

export type EffectPlace =
  | {
      readonly kind: "perform";
      readonly effect: string;
      readonly node: ast.Perform | ast.Call;
      readonly names: ItemNames;
    }
  | { readonly kind: "handle"; readonly effect: string; readonly node: ast.Handle; readonly names: ItemNames };

/**
 * The effects that an offset is about: on `perform "ASK"` or `handle "ASK"`, their payload and clause left aside, and on the
 * name of a built-in that performs.
 */
export function effectsAt(analysis: Analysis, file: string, offset: number): readonly EffectPlace[] {
  const place = placeAt(analysis, file, offset);
  if (!place) return [];
  const { names, nodes, at } = place;
  for (const node of nodes.toReversed()) {
    if (node.kind === "Perform" && at <= node.effectSpan.end)
      return [{ kind: "perform", effect: node.effect, node, names }];
    if (node.kind === "Handle" && at <= node.effectSpan.end)
      return [{ kind: "handle", effect: node.effect, node, names }];
    if (node.kind !== "Call" || node.callee.kind !== "Name" || at > node.callee.end) continue;
    const { name } = node.callee;
    if (names.bindingOf(node.callee)?.kind !== "free" || analysis.registry.meaningOf(file, name).kind !== "builtin")
      return [];
    return (builtin(name)?.performs ?? []).map((effect) => ({ kind: "perform", effect, node, names }));
  }
  return [];
}

/** The ways of a perform, nearest handler first. */
export function receiversAt(analysis: Analysis, { node, names, effect }: EffectPlace): readonly Receiver[] {
  const unit = unitOf(names, analysis, node);
  return unit ? analysis.facts.receiversOf(unit, effect) : [];
}

/** The places whose effect a handler can receive, each with its way. */
export function performsOf(analysis: Analysis, handle: ast.Handle): { source: EffectSource; way: Receiver }[] {
  const { facts } = analysis;
  return facts.sourcesOf(handle.effect).flatMap((source) => {
    const way = facts.receiversOf(source.unit, handle.effect).find(({ handler }) => handler?.handle === handle);
    return way ? [{ source, way }] : [];
  });
}
