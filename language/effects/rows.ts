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

import type { Local, Unit } from "../names/model.ts";
import { components } from "./components.ts";
import { type Direct, directOf, dispatchOf, type Edge } from "./direct.ts";
import type { Linker } from "./link.ts";
import { addEffect, addUnknown, addVariable, type Cause, type Row, reaches } from "./row.ts";

/** Everything is indexed by the number of a node: a unit, or a dispatch (link.ts, L1). */
export interface Solution {
  readonly linker: Linker;
  readonly rows: readonly Row[];
  /** Tasks that each unit starts. */
  readonly starts: readonly (readonly number[])[];
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

function withMask(masked: readonly string[], effect: string): readonly string[] {
  return masked.includes(effect) ? masked : [...masked, effect].sort();
}

function isAround(outer: Unit, inner: Unit): boolean {
  for (let at: Unit | null = inner; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}
