// Entry points: where code starts with no handler around it but the program's own, and the effects that reach one
// unhandled.
//
// P1. A task does not see the handlers of the code that started it, only program-wide ones (LANGUAGE, sections 4 and 5).
// P2. What the reactor or the system answers is never unhandled.
// P3. A program-wide clause runs outside its own handler: what it performs of its own name goes to another
//     program-wide handler of that name.
// P4. With a program-wide FAULT handler, an effect that nobody handles is a fault that somebody does.

import type * as ast from "../ast.ts";
import { REACTOR_EFFECTS, SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import type { Solution } from "./rows.ts";

export type EntryKind = "program" | "task" | "monitor" | "handler" | "test";

export interface EntryPoint {
  readonly kind: EntryKind;
  readonly unit: Unit;
  readonly file: string;
  readonly names: ItemNames;
}

/** A handler that holds for the whole program (N3). */
export interface ProgramHandler {
  readonly effect: string;
  readonly handle: ast.Handle;
  readonly clause: Unit;
  readonly file: string;
  readonly names: ItemNames;
}

export function programHandlers({ linker }: Solution): ProgramHandler[] {
  return linker.items.flatMap(({ file, names, summary }) =>
    summary.handles.flatMap(({ node, clause, handled }): ProgramHandler[] =>
      handled ? [] : [{ effect: node.effect, handle: node, clause, file, names }],
    ),
  );
}

export function entryPoints(solution: Solution, handlers: readonly ProgramHandler[]): EntryPoint[] {
  const { linker, starts } = solution;
  const tasks = new Set<number>();
  for (const each of starts) for (const started of each) tasks.add(started);
  const entries: EntryPoint[] = [];
  linker.units.forEach(({ unit, item: { file, names } }, id) => {
    if (unit.kind === "top") entries.push({ kind: "program", unit, file, names });
    if (unit.kind === "test") entries.push({ kind: "test", unit, file, names });
    if (tasks.has(id)) entries.push({ kind: "task", unit, file, names });
  });
  for (const { effect, clause, file, names } of handlers) {
    entries.push({
      kind: effect === "IO_READ" && solution.monitors ? "monitor" : "handler",
      unit: clause,
      file,
      names,
    });
  }
  return entries;
}

export interface Unhandled {
  readonly entry: EntryPoint;
  readonly effect: string;
}

/** Effects that surely reach an entry point with nobody to handle them. */
export function unhandledEffects(
  solution: Solution,
  entries: readonly EntryPoint[],
  handlers: readonly ProgramHandler[],
): Unhandled[] {
  const found: Unhandled[] = [];
  if (handlers.some((handler) => handler.effect === "FAULT")) return found; // P4
  for (const entry of entries) {
    for (const [effect, cause] of solution.rows[solution.linker.idOf(entry.unit)]!.effects) {
      if (!cause.sure || REACTOR_EFFECTS.has(effect) || SYSTEM_EFFECTS.has(effect)) continue;
      if (handlers.some((handler) => handler.effect === effect && handler.clause !== entry.unit)) continue;
      found.push({ entry, effect });
    }
  }
  return found;
}
