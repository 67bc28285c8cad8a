// Effect rows of the whole workspace: for every unit, the effects it may perform and not handle itself, and the other
// facts that flow along calls.
//
// Rows only grow while they are solved. A unit takes from what it calls:
//
//   call f(a)          everything of f; where f calls its parameter, the row of `a`
//   handled code       everything but the handled effect; then the clause's row, if the clause can be reached at all
//   resume             the row of the code that goes on, without the effect that stays handled in it (deep handlers)
//
// E1. A parameter that a unit calls is a row variable: it stays in the row until a caller says what the argument is.
//     It carries the effects that handlers around it would catch (`masked`).
// E2. An effect is *sure* when every step of its path is certain and no FAULT handler stands in between: an effect that
//     nobody handles becomes the fault UnhandledEffect there, which such a handler catches.
// E3. `via` of a cause was in place before the cause was: following causes ends at the place itself.
// E4. A unit may suspend when it performs or waits, when it calls what may suspend, and when it calls what we cannot see.
// E5. A row depends only on the node itself and on the rows that it reads, so an edit asks for new rows of the units that
//     changed and of those who use them, directly or not.

import type { Builtin } from "../names/builtins.ts";
import { SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { Local, Unit } from "../names/model.ts";
import { components } from "./components.ts";
import type { Link, Linker } from "./link.ts";
import type { Target } from "./summary.ts";

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
  readonly cause: Cause;
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

export interface Start {
  readonly unit: number;
  readonly at: number;
}

/** Everything is indexed by the number of a node: a unit, or a dispatch (link.ts, L1). */
export interface Solution {
  readonly linker: Linker;
  readonly rows: readonly Row[];
  /** Tasks that each unit starts. */
  readonly starts: readonly (readonly Start[])[];
  /** Whether the program watches a hardware port. */
  readonly monitors: boolean;
  /** Who reads a node's row: its callers, and those who pass its function on. */
  readonly users: readonly (readonly number[])[];
  /** In a circle of calls. */
  readonly recursive: Uint8Array;
  /** Calls below a unit at most; Infinity in and above circles. */
  readonly height: Float64Array;
  readonly nodes: readonly Direct[];
}

export interface Direct {
  readonly edges: readonly Edge[];
  /** Nodes whose rows this one reads: its callees, and functions that it passes on. */
  readonly reads: readonly number[];
  readonly starts: readonly Start[];
  readonly monitors: boolean;
  readonly row: Row;
}

export interface Edge {
  readonly at: number;
  readonly callee: number;
  readonly sure: boolean;
  readonly args: readonly Link[];
  /** The effect that a handler between caller and callee catches. */
  readonly masks: string | null;
  /** For a clause: the handled code, and the effect that brings us into the clause. */
  readonly when: { readonly handled: number; readonly effect: string } | null;
}

export function solve(linker: Linker): Solution {
  const nodes = linker.units.map((_, id) => directOf(id, linker));
  // Linking has made the dispatches by now; making their rows makes no more of them.
  for (const methods of linker.dispatches) nodes.push(dispatchOf(methods));
  const users: number[][] = nodes.map(() => []);
  nodes.forEach((node, id) => {
    for (const read of node.reads) users[read]!.push(id);
  });
  const recursive = new Uint8Array(nodes.length);
  const height = new Float64Array(nodes.length);
  const rows = nodes.map((node) => node.row);
  return settle(
    nodes.map((_, id) => id),
    { linker, nodes, rows, users, recursive, height },
  );
}

/**
 * The solution after an edit that kept every item's shape (summary.ts, S3): `changed` are the units whose own line changed.
 * Only they and who uses them, directly or not, are solved again (E5).
 */
export function solveAgain(old: Solution, linker: Linker, changed: readonly number[]): Solution {
  const nodes = [...old.nodes];
  const users: (readonly number[])[] = [...old.users];
  for (const id of changed) {
    for (const read of nodes[id]!.reads) users[read] = users[read]!.filter((user) => user !== id);
    nodes[id] = directOf(id, linker);
  }
  // New calls may have made new dispatches.
  for (const methods of linker.dispatches.slice(nodes.length - linker.units.length)) {
    for (const method of methods) users[method] = [...users[method]!, nodes.length];
    users.push([]);
    nodes.push(dispatchOf(methods));
  }
  for (const id of changed) for (const read of nodes[id]!.reads) users[read] = [...users[read]!, id];

  const affected = new Set<number>();
  const work = [...changed];
  for (let id = old.nodes.length; id < nodes.length; id++) work.push(id);
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (affected.has(id)) continue;
    affected.add(id);
    for (const user of users[id]!) work.push(user);
  }
  const rows = [...old.rows];
  for (const id of affected) {
    nodes[id] =
      id < linker.units.length ? directOf(id, linker) : dispatchOf(linker.dispatches[id - linker.units.length]!);
    rows[id] = nodes[id].row;
  }
  const recursive = new Uint8Array(nodes.length);
  recursive.set(old.recursive);
  const height = new Float64Array(nodes.length);
  height.set(old.height);
  return settle([...affected], { linker, nodes, rows, users, recursive, height });
}

/** Lets rows grow along the edges of `ids` until nothing changes; the rows of all other nodes are settled. */
function settle(ids: readonly number[], unsettled: Omit<Solution, "starts" | "monitors">): Solution {
  const { linker, nodes, rows, recursive, height } = unsettled;
  const local = new Map(ids.map((id, index) => [id, index]));
  const dependencies = ids.map((id) => nodes[id]!.reads.flatMap((read) => local.get(read) ?? []));
  for (const component of components(dependencies)) {
    const circle = component.length > 1 || dependencies[component[0]!]!.includes(component[0]!);
    for (let changed = true; changed; ) {
      changed = false;
      for (const index of component) {
        const id = ids[index]!;
        for (const edge of nodes[id]!.edges) if (take(id, edge, rows, linker)) changed = true;
      }
      if (!circle) break;
    }
    for (const index of component) {
      const id = ids[index]!;
      recursive[id] = circle ? 1 : 0;
      let below = circle ? Number.POSITIVE_INFINITY : -1;
      for (const callee of nodes[id]!.reads) below = Math.max(below, height[callee]!);
      height[id] = 1 + below;
    }
  }
  const starts = nodes.map((node) => node.starts);
  return { ...unsettled, starts, monitors: nodes.some((node) => node.monitors) };
}

// ---- what a unit does itself ----

const NO_EFFECTS: ReadonlyMap<string, EffectCause> = new Map();
const NO_VARIABLES: ReadonlyMap<string, RowVariable> = new Map();
const NO_LINKS: readonly Link[] = [];

function emptyRow(): Row {
  return { effects: NO_EFFECTS, variables: NO_VARIABLES, unknown: null, suspends: null, waits: null, home: null };
}

function dispatchOf(methods: readonly number[]): Direct {
  const edges = methods.map(
    (callee): Edge => ({ at: 0, callee, sure: false, args: NO_LINKS, masks: null, when: null }),
  );
  return { edges, reads: methods, starts: [], row: emptyRow(), monitors: false };
}

function directOf(id: number, linker: Linker): Direct {
  const { unit, sites, item } = linker.units[id]!;
  const row = emptyRow();
  let monitors = false;
  const edges: Edge[] = [];
  const starts: Start[] = [];
  const reads: number[] = [];

  const call = (
    at: number,
    callee: number,
    sure = true,
    args: readonly Link[] = [],
    masks: string | null = null,
  ): void => {
    edges.push({ at, callee, sure, args, masks, when: null });
  };
  const waits = (at: number): void => {
    row.suspends ??= { at, via: -1 };
    row.waits ??= { at, via: -1 };
  };
  const unknown = (at: number): void => {
    row.unknown ??= { at, via: -1 };
    row.suspends ??= { at, via: -1 };
    row.home ??= { at, via: -1 };
  };

  function apply(at: number, link: Link, args: readonly Target[]): void {
    // Most built-ins call nothing back: their arguments need not be looked at.
    const plain =
      link.calls.length === 0 && link.builtins.every((each) => each.calls.length + each.starts.length === 0);
    const linked = plain || args.length === 0 ? NO_LINKS : args.map((arg) => linker.link(arg, item));
    for (const arg of linked) for (const passed of arg.calls) reads.push(passed);
    for (const callee of link.calls) call(at, callee, link.sure, linked);
    for (const started of link.starts) starts.push({ unit: started, at });
    if (link.param) addVariable(row, linker, link.param, [], { at, via: -1 });
    if (link.unknown) unknown(at);
    for (const each of link.builtins) applyBuiltin(at, each, args, linked);
  }

  function applyBuiltin(at: number, called: Builtin, args: readonly Target[], linked: readonly Link[]): void {
    for (const effect of called.performs) addEffect(row, effect, { at, via: -1, sure: true });
    if (called.maySuspend) waits(at);
    if (called.name === "io_monitor") monitors = true;
    for (const position of called.starts) {
      const link = linked[position];
      for (const started of [...(link?.calls ?? []), ...(link?.starts ?? [])]) starts.push({ unit: started, at });
    }
    for (const position of called.calls) {
      const callback = args[position];
      // Without the callback there is nothing to call; what the callback gets as arguments is not known.
      if (callback) apply(at, linked[position]!, []);
    }
  }

  sites.forEach((site, at) => {
    switch (site.kind) {
      case "perform":
        addEffect(row, site.effect, { at, via: -1, sure: true });
        waits(at);
        break;
      case "await":
        waits(at);
        break;
      case "call":
        apply(at, linker.link(site.target, item), site.args);
        break;
      case "resume":
        waits(at);
        if (site.handled) call(at, linker.idOf(site.handled), true, NO_LINKS, handledEffect(site.handled));
        else row.unknown ??= { at, via: -1 };
        // The continuation of a program-wide handler is the performer's own code: it is counted there.
        if (!site.own) unknown(at);
        break;
      case "handle": {
        if (!site.handled) break;
        const handled = linker.idOf(site.handled);
        call(at, handled, true, NO_LINKS, site.node.effect);
        const when = { handled, effect: site.node.effect };
        edges.push({ at, callee: linker.idOf(site.clause), sure: true, args: NO_LINKS, masks: null, when });
        break;
      }
    }
  });
  unit.free.forEach((use, index) => {
    if (row.home === null && "name" in use.node && linker.isMutable(String(use.node.name), item))
      row.home = { at: -1 - index, via: -1 };
  });
  for (const local of unit.locals) {
    // A pattern that compares reads the global (N5).
    if (local.pattern && row.home === null && linker.isMutable(local.name, item)) row.home = { at: -1, via: -1 };
  }
  for (const edge of edges) reads.push(edge.callee);
  return { edges, starts, row, reads: [...new Set(reads)], monitors };
}

const handledEffect = (handled: Unit): string => (handled.node as { readonly effect: string }).effect;

// ---- what flows along an edge ----

/** Adds to the row of `id` what `edge` brings; whether that was anything new. */
function take(id: number, edge: Edge, rows: readonly Row[], linker: Linker): boolean {
  const row = rows[id]!;
  const from = rows[edge.callee]!;
  if (edge.when && !reaches(rows[edge.when.handled]!, edge.when.effect)) return false;
  const cause: Cause = { at: edge.at, via: edge.callee };
  let changed = takeRow(row, from, edge.masks === null ? [] : [edge.masks], edge.sure, cause);
  for (const variable of from.variables.values()) {
    const masked = edge.masks === null ? variable.masked : withMask(variable.masked, edge.masks);
    if (instantiate(id, edge, variable.param, masked, rows, linker)) changed = true;
  }
  return changed;
}

/** Everything of a row but its variables. */
function takeRow(row: Row, from: Row, masked: readonly string[], sure: boolean, cause: Cause): boolean {
  let changed = false;
  const guarded = masked.includes("FAULT");
  for (const [effect, { sure: known }] of from.effects) {
    if (masked.includes(effect)) continue;
    if (addEffect(row, effect, { ...cause, sure: sure && known && !guarded })) changed = true;
  }
  for (const fact of ["unknown", "suspends", "waits", "home"] as const) {
    if (row[fact] === null && from[fact] !== null) {
      row[fact] = cause;
      changed = true;
    }
  }
  return changed;
}

/** A row variable of a callee, seen from its caller (E1). */
function instantiate(
  id: number,
  edge: Edge,
  param: Local,
  masked: readonly string[],
  rows: readonly Row[],
  linker: Linker,
): boolean {
  const row = rows[id]!;
  const cause: Cause = { at: edge.at, via: edge.callee };
  const callee = linker.units[edge.callee]?.unit;
  const caller = linker.units[id]?.unit;
  // Behind a dispatch it is not known which method gets the arguments.
  if (!callee || !caller) return addUnknown(row, cause);
  if (param.unit !== callee) {
    return isAround(param.unit, caller) ? addVariable(row, linker, param, masked, cause) : addUnknown(row, cause);
  }
  const position = callee.locals.filter((local) => local.role === "param").indexOf(param);
  const link = edge.args[position];
  if (!link || link.unknown || link.starts.length > 0) return addUnknown(row, cause);
  let changed = false;
  if (link.param) changed = addVariable(row, linker, link.param, masked, cause);
  for (const passed of link.calls) {
    const passedCause: Cause = { at: edge.at, via: passed };
    if (takeRow(row, rows[passed]!, masked, edge.sure && link.sure, passedCause)) changed = true;
    for (const inner of rows[passed]!.variables.values()) {
      const both = masked.reduce(withMask, inner.masked);
      const visible =
        inner.param.unit !== linker.units[passed]!.unit && isAround(inner.param.unit, linker.units[id]!.unit);
      if (visible ? addVariable(row, linker, inner.param, both, passedCause) : addUnknown(row, passedCause))
        changed = true;
    }
  }
  for (const each of link.builtins) {
    for (const effect of each.performs) {
      if (!masked.includes(effect) && addEffect(row, effect, { at: edge.at, via: -1, sure: false })) changed = true;
    }
  }
  return changed;
}

/** Whether handled code may perform an effect: only then its clause can run. */
export function reaches(handled: Row, effect: string): boolean {
  if (SYSTEM_EFFECTS.has(effect) || handled.unknown !== null || handled.effects.has(effect)) return true;
  for (const variable of handled.variables.values()) if (!variable.masked.includes(effect)) return true;
  return false;
}

function addEffect(row: Row, effect: string, cause: EffectCause): boolean {
  const known = row.effects.get(effect);
  if (known && (known.sure || !cause.sure)) return false;
  writable(row, "effects", NO_EFFECTS).set(effect, cause);
  return true;
}

function addVariable(row: Row, linker: Linker, param: Local, masked: readonly string[], cause: Cause): boolean {
  const key = `${linker.idOf(param.unit)}.${param.unit.locals.indexOf(param)} ${masked.join()}`;
  if (row.variables.has(key)) return false;
  writable(row, "variables", NO_VARIABLES).set(key, { param, masked, cause });
  row.suspends ??= cause;
  return true;
}

/** A map of a row for writing; the shared empty one is replaced. */
function writable<F extends "effects" | "variables">(row: Row, field: F, empty: Row[F]): MapOf<Row[F]> {
  if (row[field] === empty) row[field] = new Map() as unknown as Row[F];
  return row[field] as unknown as MapOf<Row[F]>;
}

type MapOf<M> = M extends ReadonlyMap<infer K, infer V> ? Map<K, V> : never;

function addUnknown(row: Row, cause: Cause): boolean {
  const changed = row.unknown === null || row.home === null || row.suspends === null;
  row.unknown ??= cause;
  row.home ??= cause;
  row.suspends ??= cause;
  return changed;
}

function withMask(masked: readonly string[], effect: string): readonly string[] {
  return masked.includes(effect) ? masked : [...masked, effect].sort();
}

function isAround(outer: Unit, inner: Unit): boolean {
  for (let at: Unit | null = inner; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}
