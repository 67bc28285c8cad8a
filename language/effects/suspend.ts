// May a unit suspend, and how deep may its calls go? The compiler turns a unit that cannot suspend into plain JavaScript.
//
// `maySuspend` is closed under calls: whoever calls what may suspend may itself. It does not speak of faults (any
// operation may fault) nor of depth: `isRecursive` and `callHeight` tell where the host's stack could run out.

import type * as ast from "../ast.ts";
import type { Unit } from "../names/model.ts";
import type { LinkItem } from "./link.ts";
import type { Solution } from "./rows.ts";
import type { Site } from "./summary.ts";

export const maySuspend = (solution: Solution, unit: Unit): boolean => rowOf(solution, unit).suspends !== null;

/** Whether it certainly contains a wait: a perform, an await, or a call of something that waits. */
export const surelyWaits = (solution: Solution, unit: Unit): boolean => rowOf(solution, unit).waits !== null;

/** The places where a unit surely waits. */
export function waitsIn(solution: Solution, unit: Unit): ast.Span[] {
  const { sites, item } = solution.linker.units.at(solution.linker.idOf(unit))!;
  return sites.filter((site) => waitsAt(site, item, solution)).map((site) => site.node);
}

function waitsAt(site: Site, item: LinkItem, { linker, rows }: Solution): boolean {
  if (site.kind === "handle") return false;
  if (site.kind !== "call") return true;
  const { calls, builtins, sure } = linker.link(site.target, item);
  if (builtins.length > 0) return builtins.every((called) => called.maySuspend);
  return sure && calls.some((callee) => rows.at(callee)!.waits !== null);
}

export const isRecursive = (solution: Solution, unit: Unit): boolean =>
  solution.shape().recursive[solution.linker.idOf(unit)] === 1;

/** The longest chain of known calls below a unit; Infinity when a circle is among them. */
export const callHeight = (solution: Solution, unit: Unit): number =>
  solution.shape().height[solution.linker.idOf(unit)]!;

const rowOf = (solution: Solution, unit: Unit) => solution.rows.at(solution.linker.idOf(unit))!;
