// A row: what flows from a unit to its callers. The ways a row can grow are here; when it does is rows.ts's affair, whose
// rules (E1..E5) this file cites.

import { SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { Local } from "../names/model.ts";
import type { Linker } from "./link.ts";

/** Why a fact holds: a site of the unit (or, below zero, its use of a free name: -1 - index), and the unit behind it. */
export interface Cause {
  readonly at: number;
  /** Number of the unit where the path goes on; -1 when it ends here. */
  readonly via: number;
}

export interface EffectCause extends Cause {
  readonly sure: boolean;
}

export interface RowVariable {
  readonly param: Local;
  readonly masked: readonly string[];
}

export interface Row {
  /** Most units perform nothing; they share one empty map. */
  effects: ReadonlyMap<string, EffectCause>;
  variables: ReadonlyMap<string, RowVariable>;
  /** Calls something that cannot be seen. */
  unknown: Cause | null;
  /** May suspend (E4). */
  suspends: Cause | null;
  /** Surely may wait: the path ends at a perform, an await or a built-in that waits. */
  waits: Cause | null;
  /** Reaches state that one core owns, or code that cannot be seen. */
  home: Cause | null;
}

const NO_EFFECTS: ReadonlyMap<string, EffectCause> = new Map();
const NO_VARIABLES: ReadonlyMap<string, RowVariable> = new Map();

export function emptyRow(): Row {
  return { effects: NO_EFFECTS, variables: NO_VARIABLES, unknown: null, suspends: null, waits: null, home: null };
}

/** Whether handled code may perform an effect: only then its clause can run. */
export function reaches(handled: Row, effect: string): boolean {
  if (SYSTEM_EFFECTS.has(effect) || handled.unknown !== null || handled.effects.has(effect)) return true;
  for (const variable of handled.variables.values()) if (!variable.masked.includes(effect)) return true;
  return false;
}

export function addEffect(row: Row, effect: string, cause: EffectCause): boolean {
  const known = row.effects.get(effect);
  if (known && (known.sure || !cause.sure)) return false;
  writable(row, "effects", NO_EFFECTS).set(effect, cause);
  return true;
}

export function addVariable(row: Row, linker: Linker, param: Local, masked: readonly string[], cause: Cause): boolean {
  const key = `${linker.idOf(param.unit)}.${param.unit.locals.indexOf(param)} ${masked.join()}`;
  if (row.variables.has(key)) return false;
  writable(row, "variables", NO_VARIABLES).set(key, { param, masked });
  row.suspends ??= cause;
  return true;
}

/** A map of a row for writing; the shared empty one is replaced. */
function writable<F extends "effects" | "variables">(row: Row, field: F, empty: Row[F]): MapOf<Row[F]> {
  if (row[field] === empty) row[field] = new Map() as unknown as Row[F];
  return row[field] as unknown as MapOf<Row[F]>;
}

type MapOf<M> = M extends ReadonlyMap<infer K, infer V> ? Map<K, V> : never;

export function addUnknown(row: Row, cause: Cause): boolean {
  const changed = row.unknown === null || row.home === null || row.suspends === null;
  row.unknown ??= cause;
  row.home ??= cause;
  row.suspends ??= cause;
  return changed;
}
