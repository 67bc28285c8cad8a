// The way from a unit to the place where an effect is performed, call by call; and from a `perform` to the handlers that
// may receive it. For messages, hovers and go to handler.

import type * as ast from "../ast.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import { programHandlers } from "./entries.ts";
import type { LinkItem } from "./link.ts";
import type { Cause } from "./row.ts";
import type { Solution } from "./rows.ts";

/** One step: a call, or, as the last step, the `perform` (or the built-in call that performs). */
export interface PathStep {
  readonly file: string;
  readonly names: ItemNames;
  readonly unit: Unit;
  /** In the item of `names`. */
  readonly node: ast.Span;
}

export function pathToEffect(solution: Solution, unit: Unit, effect: string): PathStep[] {
  return follow(solution, unit, (id) => solution.rows.at(id)!.effects.get(effect));
}

/** Why a unit may suspend, or must run at home. */
export function pathToFact(
  solution: Solution,
  unit: Unit,
  fact: "suspends" | "waits" | "home" | "unknown",
): PathStep[] {
  return follow(solution, unit, (id) => solution.rows.at(id)![fact] ?? undefined);
}

function follow(solution: Solution, unit: Unit, causeAt: (id: number) => Cause | undefined): PathStep[] {
  const steps: PathStep[] = [];
  for (let id = solution.linker.idOf(unit); id >= 0; ) {
    const cause = causeAt(id);
    if (!cause) break;
    const linked = solution.linker.units.at(id);
    if (!linked) {
      id = cause.via; // a dispatch is no place in the text
      continue;
    }
    const { unit: at, sites, item } = linked;
    const node = cause.at >= 0 ? sites[cause.at]?.node : at.free[-1 - cause.at]?.node;
    if (node) steps.push({ file: item.file, names: item.names, unit: at, node });
    id = cause.via;
  }
  return steps;
}

export interface Handler {
  readonly file: string;
  readonly names: ItemNames;
  readonly handle: ast.Handle;
  /** "program" for a program-wide one. */
  readonly scope: "block" | "program";
}

/**
 * The handlers that may receive an effect performed in `unit`, nearest first: around its callers, inside the functions that it
 * is passed to, then program-wide ones.
 */
export function handlersFor(solution: Solution, unit: Unit, effect: string): Handler[] {
  const found: Handler[] = [];
  const { linker, nodes, users } = solution;
  const note = (at: Unit, item: LinkItem): boolean => {
    const handle = at.kind === "handled" ? (at.node as ast.Handle) : null;
    if (handle?.effect !== effect) return false;
    if (!found.some((other) => other.handle === handle))
      found.push({ file: item.file, names: item.names, handle, scope: "block" });
    return true;
  };
  const seen = new Set<number>();
  let level = [linker.idOf(unit)];
  while (level.length > 0) {
    const next: number[] = [];
    for (const id of level) {
      if (seen.has(id)) continue;
      seen.add(id);
      const linked = linker.units.at(id);
      if (linked && note(linked.unit, linked.item)) continue;
      for (const user of users.at(id)!) {
        for (const edge of nodes.at(user)!.edges) {
          const to = linker.units.at(edge.callee);
          if (to && edge.args.some((arg) => arg.calls.includes(id)))
            for (const inner of unitsIn(to.unit)) note(inner, to.item);
        }
        next.push(user);
      }
    }
    level = next;
  }
  const wide = programHandlers(solution).filter((handler) => handler.effect === effect);
  return [...found, ...wide.map(({ file, names, handle }): Handler => ({ file, names, handle, scope: "program" }))];
}

function unitsIn(unit: Unit): Unit[] {
  const all: Unit[] = [unit];
  for (let i = 0; i < all.length; i++) for (const child of all[i]!.children) all.push(child);
  return all;
}
