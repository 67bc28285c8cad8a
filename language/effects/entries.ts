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
import type { Linker } from "./link.ts";
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

const knownHandlers = new WeakMap<Solution, readonly ProgramHandler[]>();

/** The program-wide handlers; looked for once in each solution. */
export function programHandlers(solution: Solution): readonly ProgramHandler[] {
  let handlers = knownHandlers.get(solution);
  if (handlers === undefined) {
    const found: ProgramHandler[] = [];
    for (const { file, names, summary } of solution.linker.withProgramHandlers)
      for (const { node, clause, handled } of summary.handles)
        if (handled === null) found.push({ effect: node.effect, handle: node, clause, file, names });
    handlers = found;
    knownHandlers.set(solution, handlers);
  }
  return handlers;
}

export function entryPoints(solution: Solution, handlers: readonly ProgramHandler[]): EntryPoint[] {
  const { linker } = solution;
  const starts: EntryPoint[] = linker.items.flatMap(({ file, names, summary }) =>
    summary.entries.map((unit) => ({ kind: unit.kind === "test" ? "test" : "program", unit, file, names })),
  );
  return [...starts, ...tasksOf(solution), ...clauseEntries(solution, handlers)];
}

/** Units that are started as tasks. */
function tasksOf({ linker, nodes, marked }: Solution): EntryPoint[] {
  const ids = new Set([...marked.starting].flatMap((id) => nodes.at(id)!.starts));
  return [...ids].flatMap((id) => {
    const linked = linker.units.at(id);
    if (linked === undefined) return [];
    const { file, names } = linked.item;
    return { kind: "task", unit: linked.unit, file, names };
  });
}

function clauseEntries({ marked }: Solution, handlers: readonly ProgramHandler[]): EntryPoint[] {
  const monitors = marked.monitoring.size > 0;
  return handlers.map(({ effect, clause, file, names }) => ({
    kind: effect === "IO_READ" && monitors ? "monitor" : "handler",
    unit: clause,
    file,
    names,
  }));
}

export interface Unhandled {
  readonly entry: EntryPoint;
  readonly effect: string;
}

/** Effects that surely reach an entry point with nobody to handle them, by the places of the entry points. */
export function unhandledEffects(solution: Solution, handlers: readonly ProgramHandler[]): Unhandled[] {
  if (handlers.some((handler) => handler.effect === "FAULT")) return []; // P4
  const { linker, rows, marked } = solution;
  const starts = [...marked.performing].map((id): EntryPoint => {
    const { unit, item } = linker.units.at(id)!;
    return { kind: unit.kind === "test" ? "test" : "program", unit, file: item.file, names: item.names };
  });
  const found: Unhandled[] = [];
  for (const entry of [...starts, ...tasksOf(solution), ...clauseEntries(solution, handlers)]) {
    for (const [effect, cause] of rows.at(linker.idOf(entry.unit))!.effects) {
      if (!cause.sure || REACTOR_EFFECTS.has(effect) || SYSTEM_EFFECTS.has(effect)) continue;
      if (handlers.some((handler) => handler.effect === effect && handler.clause !== entry.unit)) continue;
      found.push({ entry, effect });
    }
  }
  return inOrder(found, linker);
}

/** By item; units are numbered in another order after an edit. */
function inOrder(found: Unhandled[], linker: Linker): Unhandled[] {
  if (found.length < 2) return found;
  const wanted = new Set(found.map(({ entry }) => entry.names));
  const place = new Map<ItemNames, number>();
  linker.items.forEach(({ names }, index) => {
    if (wanted.has(names)) place.set(names, index);
  });
  return found.sort((a, b) => place.get(a.entry.names)! - place.get(b.entry.names)!);
}
