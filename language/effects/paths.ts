// The way from a unit to the place where an effect is performed, call by call; and from a `perform` to the handlers that
// may receive it. For messages, hovers and go to handler.

import type * as ast from "../ast.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import { type ProgramHandler, programHandlers } from "./entries.ts";
import type { Cause, Solution } from "./rows.ts";

/** One step: a call, or, as the last step, the `perform` (or the built-in call that performs). */
export interface PathStep {
  readonly file: string;
  readonly names: ItemNames;
  readonly unit: Unit;
  /** In the item of `names`. */
  readonly node: ast.Span;
}

export function pathToEffect(solution: Solution, unit: Unit, effect: string): PathStep[] {
  return follow(solution, unit, (id) => solution.rows[id]!.effects.get(effect));
}

/** Why a unit may suspend, or must run at home. */
export function pathToFact(
  solution: Solution,
  unit: Unit,
  fact: "suspends" | "waits" | "home" | "unknown",
): PathStep[] {
  return follow(solution, unit, (id) => solution.rows[id]![fact] ?? undefined);
}

function follow(solution: Solution, unit: Unit, causeAt: (id: number) => Cause | undefined): PathStep[] {
  const steps: PathStep[] = [];
  for (let id = solution.linker.idOf(unit); id >= 0; ) {
    const cause = causeAt(id);
    if (!cause) break;
    const linked = solution.linker.units[id];
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

/** The handlers that may receive an effect performed in `unit`, nearest first: up its callers, then program-wide ones. */
export function handlersFor(solution: Solution, unit: Unit, effect: string): Handler[] {
  const found: Handler[] = [];
  const { linker, callers } = solution;
  const seen = new Set<number>();
  let level = [linker.idOf(unit)];
  while (level.length > 0) {
    const next: number[] = [];
    for (const id of level) {
      if (seen.has(id)) continue;
      seen.add(id);
      const linked = linker.units[id];
      const handle = linked?.unit.kind === "handled" ? (linked.unit.node as ast.Handle) : null;
      if (linked && handle?.effect === effect)
        found.push({ file: linked.item.file, names: linked.item.names, handle, scope: "block" });
      else next.push(...callers[id]!);
    }
    level = next;
  }
  const wide = programHandlers(solution).filter((handler: ProgramHandler) => handler.effect === effect);
  return [...found, ...wide.map(({ file, names, handle }): Handler => ({ file, names, handle, scope: "program" }))];
}
