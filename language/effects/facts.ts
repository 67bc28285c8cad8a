// Everything derived from the effect rows of a workspace, in one value: for the rules, the compiler and the editor.
//
// It is a class because each version of a workspace has one. An object with `get`s of its own gets a shape of its own in V8,
// which knows the functions, and through them that version, until the next full collection.

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

export class Facts {
  readonly programHandlers: readonly ProgramHandler[];
  readonly #solution: Solution;
  readonly #places = new Map<Unit, Place>();
  #entries: readonly EntryPoint[] | undefined;

  constructor(solution: Solution) {
    this.#solution = solution;
    this.programHandlers = programHandlers(solution);
  }

  rowOf(unit: Unit): EffectRow {
    const { linker, rows } = this.#solution;
    const row = rows.at(linker.idOf(unit))!;
    const params = new Set([...row.variables.values()].map((variable) => variable.param.name));
    return {
      effects: [...row.effects.keys()].sort(),
      callsParameters: [...params].sort(),
      open: row.unknown !== null,
    };
  }

  maySuspend(unit: Unit): boolean {
    return maySuspend(this.#solution, unit);
  }

  surelyWaits(unit: Unit): boolean {
    return surelyWaits(this.#solution, unit);
  }

  isRecursive(unit: Unit): boolean {
    return isRecursive(this.#solution, unit);
  }

  callHeight(unit: Unit): number {
    return callHeight(this.#solution, unit);
  }

  placeOf(unit: Unit): Place {
    const known = this.#places.get(unit) ?? placeOf(this.#solution, this.programHandlers, unit);
    this.#places.set(unit, known);
    return known;
  }

  clauseOf(handle: ast.Handle, names: ItemNames): ClauseFact {
    return clauseFacts(handle, names);
  }

  get entryPoints(): readonly EntryPoint[] {
    this.#entries ??= entryPoints(this.#solution, this.programHandlers);
    return this.#entries;
  }

  get unhandled(): readonly Unhandled[] {
    return unhandledEffects(this.#solution, this.programHandlers);
  }

  /** Handlers of blocks that cannot perform their effect. */
  get unreached(): readonly { readonly handle: ast.Handle; readonly names: ItemNames }[] {
    const { linker, marked } = this.#solution;
    return [...marked.unreached].map((id) => {
      const { unit, item } = linker.units.at(id)!;
      return { handle: unit.node as ast.Handle, names: item.names };
    });
  }

  /** Effects that are performed anywhere, by the program or by a built-in that it calls. */
  get performed(): { has(effect: string): boolean } {
    return this.#solution.performed;
  }

  /** Where a unit surely waits: its performs, awaits, and calls of what waits. */
  waitsIn(unit: Unit): readonly ast.Span[] {
    return waitsIn(this.#solution, unit);
  }

  /** What each place of a unit may bring about. */
  sitesIn(unit: Unit): readonly SiteFacts[] {
    return sitesIn(this.#solution, unit);
  }

  pathToEffect(unit: Unit, effect: string): readonly PathStep[] {
    return pathToEffect(this.#solution, unit, effect);
  }

  pathToFact(unit: Unit, fact: "suspends" | "waits" | "home" | "unknown"): readonly PathStep[] {
    return pathToFact(this.#solution, unit, fact);
  }

  /** The handlers that may receive an effect performed in `unit`, nearest first. */
  handlersFor(unit: Unit, effect: string): readonly Handler[] {
    return handlersFor(this.#solution, unit, effect);
  }

  /** The ways of an effect performed in `unit`, each to its handler or to where nobody handles it. */
  receiversOf(unit: Unit, effect: string): readonly Receiver[] {
    return receiversOf(this.#solution, unit, effect);
  }

  /** Every place where an effect is performed. */
  sourcesOf(effect: string): readonly EffectSource[] {
    return sourcesOf(this.#solution, effect);
  }
}
