// Who would handle this perform? The ways from a place where an effect is performed outward, call by call, each to the handler
// that receives it there or to the entry point where nobody does. And from a handler, the places whose effect it can receive.
//
// V1. Ways are found nearest first. Of several ways to one handler, or to one entry point, the shortest is kept.
// V2. A function that nobody calls is where a way ends too: whoever may call it later has the program's own handlers.
// V3. A function that is passed to another may be called under the handlers inside that one (row variables say which).
// V4. There are at most MOST ways; a reader wants no more.

import type * as ast from "../ast.ts";
import { REACTOR_EFFECTS, SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { Unit } from "../names/model.ts";
import { programHandlers } from "./entries.ts";
import type { LinkedUnit } from "./link.ts";
import type { Handler, PathStep } from "./paths.ts";
import type { Solution } from "./rows.ts";

/** Where a way ends when no handler of a block is met before. */
export type WayEnd = "program" | "test" | "task" | "handler" | "uncalled";

export interface Receiver {
  /** Null when no handler of the program receives the effect on this way. */
  readonly handler: Handler | null;
  /** "reactor" and "system": answered by them, for want of a handler. */
  readonly by: "block" | "program" | "reactor" | "system" | "nobody";
  /** The calls on the way, nearest first. */
  readonly path: readonly PathStep[];
  /** How the way ends; null when a handler of a block stops it. */
  readonly end: WayEnd | null;
  /** The unit in which the way ends. */
  readonly unit: Unit;
}

/** A place where an effect is performed: a `perform`, or the call of a built-in that performs. */
export interface EffectSource {
  readonly file: string;
  readonly names: LinkedUnit["item"]["names"];
  readonly unit: Unit;
  readonly node: ast.Span;
}

const MOST = 40;

interface Step {
  readonly id: number;
  readonly path: readonly PathStep[];
}

/** The ways of an effect performed in `unit` (V1 to V4). */
export function receiversOf(solution: Solution, unit: Unit, effect: string): Receiver[] {
  const { linker, users } = solution;
  const found: Receiver[] = [];
  const handlers = new Set<ast.Handle>();
  const seen = new Set<number>();
  const tasks = new Set([...solution.marked.starting].flatMap((id) => solution.nodes.at(id)!.starts));

  const note = (receiver: Receiver): void => {
    if (receiver.handler) {
      if (handlers.has(receiver.handler.handle)) return;
      handlers.add(receiver.handler.handle);
    }
    found.push(receiver);
  };

  let level: Step[] = [{ id: linker.idOf(unit), path: [] }];
  while (level.length > 0 && found.length < MOST) {
    const next: Step[] = [];
    for (const { id, path } of level) {
      if (seen.has(id)) continue;
      seen.add(id);
      const linked = linker.units.at(id);
      if (linked) {
        const own = handleOf(linked.unit);
        if (own?.effect === effect) {
          note({ handler: blockHandler(linked, own), by: "block", path, end: null, unit: linked.unit });
          continue;
        }
        const end = endOf(linked, tasks.has(id), callersOf(id).length > 0);
        if (end) note({ ...lastResort(solution, effect, linked.unit), path, end, unit: linked.unit });
      }
      for (const step of callersOf(id)) {
        const inner = handlersInside(step.through, id, step.at);
        for (const each of inner.handlers) note({ ...each, path: [...path, ...step.steps] });
        if (inner.passes) next.push({ id: step.user, path: [...path, ...step.steps] });
      }
    }
    level = next;
  }
  return found;

  /** Who calls a node or passes it on, with the place where that happens; a dispatch is no place. */
  function callersOf(id: number) {
    return users.at(id)!.flatMap((user) => {
      const linked = linker.units.at(user);
      const edges = solution.nodes.at(user)!.edges;
      return edges.flatMap((edge) => {
        const passed = edge.callee !== id && edge.args.some((arg) => arg.calls.includes(id));
        if (edge.callee !== id && !passed) return [];
        const site = linked?.sites[edge.at];
        if (site?.kind === "resume") return [];
        const isCall = linked !== undefined && site?.kind === "call";
        const steps: PathStep[] = isCall
          ? [{ file: linked.item.file, names: linked.item.names, unit: linked.unit, node: site.node }]
          : [];
        return [{ user, steps, through: passed ? edge.callee : null, at: edge.args }];
      });
    });
  }

  /** V3: the handlers under which `through` calls what it is passed, and whether it also does so under none. */
  function handlersInside(through: number | null, id: number, args: readonly { calls: readonly number[] }[]) {
    const callee = through === null ? undefined : linker.units.at(through);
    if (callee === undefined) return { handlers: [], passes: true };
    const position = args.findIndex((arg) => arg.calls.includes(id));
    const param = callee.unit.locals.filter((local) => local.role === "param")[position];
    const variables = [...solution.rows.at(through!)!.variables.values()].filter((each) => each.param === param);
    const masked = variables.filter((each) => each.masked.includes(effect));
    const handlers =
      masked.length === 0
        ? []
        : unitsIn(callee.unit).flatMap((inner) => {
            const handle = handleOf(inner);
            if (handle?.effect !== effect) return [];
            return { handler: blockHandler(callee, handle), by: "block" as const, end: null, unit: inner };
          });
    return { handlers, passes: masked.length < variables.length || variables.length === 0 };
  }
}

/** Every place where an effect is performed. */
export function sourcesOf({ linker, rows }: Solution, effect: string): EffectSource[] {
  return linker.items.flatMap((item) =>
    item.summary.units.flatMap(({ unit, sites }) => {
      if (!rows.at(linker.idOf(unit))!.effects.has(effect) && unit.kind !== "handled") return [];
      return sites.flatMap((site): EffectSource[] => {
        const performs =
          site.kind === "perform"
            ? site.effect === effect
            : site.kind === "call" &&
              linker.link(site.target, item).builtins.some((called) => called.performs.includes(effect));
        return performs ? [{ file: item.file, names: item.names, unit, node: site.node }] : [];
      });
    }),
  );
}

const handleOf = (unit: Unit): ast.Handle | null => (unit.kind === "handled" ? (unit.node as ast.Handle) : null);

const blockHandler = ({ item }: LinkedUnit, handle: ast.Handle): Handler => ({
  file: item.file,
  names: item.names,
  handle,
  scope: "block",
});

/** How a way ends in a unit, if it does. */
function endOf({ unit, item }: LinkedUnit, isTask: boolean, isCalled: boolean): WayEnd | null {
  if (unit.kind === "top") return "program";
  if (unit.kind === "test") return "test";
  if (isTask) return "task";
  if (unit.kind === "clause" && item.names.handledOf(unit.node as ast.Handle) === undefined) return "handler";
  return !isCalled && (unit.kind === "function" || unit.kind === "method") ? "uncalled" : null;
}

/** Who receives an effect that has come to an entry point; a clause's own effects go past its handler. */
function lastResort(solution: Solution, effect: string, at: Unit): Pick<Receiver, "handler" | "by"> {
  const wide = programHandlers(solution).find((each) => each.effect === effect && each.clause !== at);
  if (wide) {
    const { file, names, handle } = wide;
    return { handler: { file, names, handle, scope: "program" }, by: "program" };
  }
  const by = REACTOR_EFFECTS.has(effect) ? "reactor" : SYSTEM_EFFECTS.has(effect) ? "system" : "nobody";
  return { handler: null, by };
}

function unitsIn(unit: Unit): Unit[] {
  const all: Unit[] = [unit];
  for (let i = 0; i < all.length; i++) for (const child of all[i]!.children) all.push(child);
  return all;
}
