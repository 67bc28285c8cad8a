// Everything derived from the effect rows of a workspace, in one value: for the rules, the compiler and the editor.

import type * as ast from "../ast.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import { type ClauseFact, clauseFacts } from "./clauses.ts";
import {
  type EntryPoint,
  entryPoints,
  type ProgramHandler,
  programHandlers,
  type Unhandled,
  unhandledEffects,
} from "./entries.ts";
import { type Handler, handlersFor, type PathStep, pathToEffect, pathToFact } from "./paths.ts";
import { type Place, placeOf } from "./place.ts";
import { type EffectSource, type Receiver, receiversOf, sourcesOf } from "./receivers.ts";
import type { Solution } from "./rows.ts";
import { type SiteFacts, sitesIn } from "./sites.ts";
import { callHeight, isRecursive, maySuspend, surelyWaits, waitsIn } from "./suspend.ts";

/** A unit's effect row, as a reader wants it. */
export interface EffectRow {
  /** Effects that it may perform and does not handle itself, sorted. */
  readonly effects: readonly string[];
  /** It also performs what these parameters perform. */
  readonly callsParameters: readonly string[];
  /** It also calls code that cannot be seen. */
  readonly open: boolean;
}

export interface Facts {
  rowOf(unit: Unit): EffectRow;
  maySuspend(unit: Unit): boolean;
  surelyWaits(unit: Unit): boolean;
  isRecursive(unit: Unit): boolean;
  callHeight(unit: Unit): number;
  placeOf(unit: Unit): Place;
  clauseOf(handle: ast.Handle, names: ItemNames): ClauseFact;
  readonly entryPoints: readonly EntryPoint[];
  readonly programHandlers: readonly ProgramHandler[];
  readonly unhandled: readonly Unhandled[];
  /** Handlers of blocks that cannot perform their effect. */
  readonly unreached: readonly { readonly handle: ast.Handle; readonly names: ItemNames }[];
  /** Effects that are performed anywhere, by the program or by a built-in that it calls. */
  readonly performed: { has(effect: string): boolean };
  /** Where a unit surely waits: its performs, awaits, and calls of what waits. */
  waitsIn(unit: Unit): readonly ast.Span[];
  /** What each place of a unit may bring about. */
  sitesIn(unit: Unit): readonly SiteFacts[];
  pathToEffect(unit: Unit, effect: string): readonly PathStep[];
  pathToFact(unit: Unit, fact: "suspends" | "waits" | "home" | "unknown"): readonly PathStep[];
  /** The handlers that may receive an effect performed in `unit`, nearest first. */
  handlersFor(unit: Unit, effect: string): readonly Handler[];
  /** The ways of an effect performed in `unit`, each to its handler or to where nobody handles it. */
  receiversOf(unit: Unit, effect: string): readonly Receiver[];
  /** Every place where an effect is performed. */
  sourcesOf(effect: string): readonly EffectSource[];
}

export function factsOf(solution: Solution): Facts {
  const { linker, rows } = solution;
  const handlers = programHandlers(solution);
  const places = new Map<Unit, Place>();
  let entries: readonly EntryPoint[] | undefined;
  return {
    rowOf: (unit) => {
      const row = rows.at(linker.idOf(unit))!;
      const params = new Set([...row.variables.values()].map((variable) => variable.param.name));
      return {
        effects: [...row.effects.keys()].sort(),
        callsParameters: [...params].sort(),
        open: row.unknown !== null,
      };
    },
    maySuspend: (unit) => maySuspend(solution, unit),
    surelyWaits: (unit) => surelyWaits(solution, unit),
    isRecursive: (unit) => isRecursive(solution, unit),
    callHeight: (unit) => callHeight(solution, unit),
    placeOf: (unit) => {
      const known = places.get(unit) ?? placeOf(solution, handlers, unit);
      places.set(unit, known);
      return known;
    },
    clauseOf: clauseFacts,
    get entryPoints() {
      entries ??= entryPoints(solution, handlers);
      return entries;
    },
    programHandlers: handlers,
    get unhandled() {
      return unhandledEffects(solution, handlers);
    },
    get unreached() {
      return [...solution.marked.unreached].map((id) => {
        const { unit, item } = linker.units.at(id)!;
        return { handle: unit.node as ast.Handle, names: item.names };
      });
    },
    performed: solution.performed,
    waitsIn: (unit) => waitsIn(solution, unit),
    sitesIn: (unit) => sitesIn(solution, unit),
    pathToEffect: (unit, effect) => pathToEffect(solution, unit, effect),
    pathToFact: (unit, fact) => pathToFact(solution, unit, fact),
    handlersFor: (unit, effect) => handlersFor(solution, unit, effect),
    receiversOf: (unit, effect) => receiversOf(solution, unit, effect),
    sourcesOf: (effect) => sourcesOf(solution, effect),
  };
}
