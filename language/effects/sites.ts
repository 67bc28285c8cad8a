// What each place of a unit may bring about: for hints at calls, and for rules about what comes before or after a suspension.
//
// S1. Only what can be seen counts: a call of a parameter, or of a method that nothing in the workspace declares, says nothing.
// S2. What a function that is passed performs is counted where it is passed, unless a handler of the callee catches it.

import type * as ast from "../ast.ts";
import type { Unit } from "../names/model.ts";
import type { Link } from "./link.ts";
import type { Row } from "./row.ts";
import type { Solution } from "./rows.ts";
import type { Site } from "./summary.ts";

export interface SiteFacts {
  readonly kind: Site["kind"];
  readonly node: ast.Span;
  /** Effects that may be performed here and reach the unit. */
  readonly effects: ReadonlySet<string>;
  /** Waits when it is reached, as far as can be seen. */
  readonly waits: boolean;
}

/** The places of a unit, in the order of the text. */
export function sitesIn(solution: Solution, unit: Unit): SiteFacts[] {
  const { linker } = solution;
  const { sites, item } = linker.units.at(linker.idOf(unit))!;
  return sites.map((site) => {
    const { kind, node } = site;
    switch (site.kind) {
      case "perform":
        return { kind, node, effects: new Set([site.effect]), waits: true };
      case "call": {
        const args = site.args.map((arg) => linker.link(arg, item));
        return { kind, node, ...ofCall(linker.link(site.target, item), args, solution) };
      }
      case "resume":
        return { kind, node, ...ofResume(site.handled, solution) };
      default:
        return { kind, node, effects: NONE, waits: site.kind === "await" };
    }
  });
}

const NONE: ReadonlySet<string> = new Set();

function ofCall(link: Link, args: readonly Link[], solution: Solution): Pick<SiteFacts, "effects" | "waits"> {
  const { rows } = solution;
  const effects = new Set<string>();
  let waits = false;
  const addRow = (row: Row | undefined, masked: readonly string[]): void => {
    if (!row) return;
    for (const effect of row.effects.keys()) if (!masked.includes(effect)) effects.add(effect);
    if (row.waits !== null && masked.length === 0) waits = true;
  };
  for (const callee of link.calls) {
    const row = rows.at(callee);
    addRow(row, []);
    // S2
    for (const { masked } of row?.variables.values() ?? [])
      for (const arg of args) for (const passed of arg.calls) addRow(rows.at(passed), masked);
  }
  for (const builtin of link.builtins) {
    for (const effect of builtin.performs) effects.add(effect);
    if (builtin.maySuspend) waits = true;
    for (const position of builtin.calls) for (const passed of args[position]?.calls ?? []) addRow(rows.at(passed), []);
  }
  return { effects, waits: waits || effects.size > 0 };
}

/** The code that goes on performs what it performs, but for the effect that stays handled in it. */
function ofResume(handled: Unit | null, { linker, rows }: Solution): Pick<SiteFacts, "effects" | "waits"> {
  const row = handled && rows.at(linker.idOf(handled));
  if (!row) return { effects: NONE, waits: true };
  const { effect } = handled.node as ast.Handle;
  return { effects: new Set([...row.effects.keys()].filter((each) => each !== effect)), waits: true };
}
