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
// E5. A row depends only on the node itself and on what can be seen of the rows that it reads: which effects and variables
//     they have, how sure, and which facts; not on their causes. So an edit asks for new rows of the units that changed, and
//     of those who use a row that looks different then. Units in a circle of calls get new rows together (E3).

import type * as ast from "../ast.ts";
import type { Local, Unit } from "../names/model.ts";
import { components } from "./components.ts";
import { type Direct, directOf, dispatchOf, type Edge } from "./direct.ts";
import type { Linker, MovedLinker } from "./link.ts";
import { addEffect, addUnknown, addVariable, type Cause, emptyRow, type Row, reaches } from "./row.ts";
import { type ReadTable, Table } from "./table.ts";

/** Everything is indexed by the number of a node: a unit, or a dispatch (link.ts, L1). Those that are gone are empty. */
export interface Solution {
  readonly linker: Linker;
  readonly nodes: Table<Direct>;
  readonly rows: Table<Row>;
  /** Who reads a node's row: its callers, and those who pass its function on. */
  readonly users: Table<readonly number[]>;
  readonly marked: Marked;
  /** In how many rows each effect is. */
  readonly performed: ReadonlyMap<string, number>;
  /** Made when it is first asked for. */
  shape(): CallShape;
}

/** The few nodes that somebody would else look for among all. */
interface Marked {
  /** They start tasks. */
  readonly starting: ReadonlySet<number>;
  /** They watch a hardware port. */
  readonly monitoring: ReadonlySet<number>;
  /** Top-level statements and tests that perform something. */
  readonly performing: ReadonlySet<number>;
  /** Code in a handler's block that cannot perform the handler's effect. */
  readonly unreached: ReadonlySet<number>;
}

/** The graph of calls as such. */
export interface CallShape {
  /** In a circle of calls. */
  readonly recursive: Uint8Array;
  /** Calls below a unit at most; Infinity in and above circles. */
  readonly height: Float64Array;
}

const NONE_MARKED: Marked = { starting: new Set(), monitoring: new Set(), performing: new Set(), unreached: new Set() };

const NOBODY: Direct = { edges: [], reads: [], starts: [], monitors: false, row: emptyRow() };

export function solve(linker: Linker): Solution {
  const nodes = new Table<Direct>();
  // Linking makes dispatches: their numbers come up in the same loop.
  for (let id = 0; id < linker.size(); id++) nodes.set(id, nodeOf(id, linker));
  const users = new Table<number[]>();
  const rows = new Table<Row>();
  const reads: (readonly number[])[] = [];
  for (let id = 0; id < nodes.length; id++) {
    const node = nodes.at(id)!;
    users.set(id, []);
    rows.set(id, node.row);
    reads.push(node.reads);
  }
  reads.forEach((each, id) => {
    for (const read of each) users.at(read)!.push(id);
  });
  for (const component of components(reads)) grow(component, nodes, rows, linker);
  return solution({ linker, nodes, rows, users }, null, reads.keys());
}

/** The solution after an edit (E5). */
export function solveAgain(old: Solution, { linker, changed, gone }: MovedLinker): Solution {
  const nodes = old.nodes.copy();
  const users = old.users.copy();
  const rows = old.rows.copy();
  const dirty = new Set<number>(changed);
  for (const id of [...gone, ...changed]) {
    for (const read of nodes.at(id)?.reads ?? [])
      users.set(
        read,
        users.at(read)!.filter((user) => user !== id),
      );
  }
  for (const id of gone) {
    for (const user of users.at(id)!) dirty.add(user);
    nodes.set(id, NOBODY);
    rows.set(id, NOBODY.row);
  }
  for (const id of gone) dirty.delete(id);
  const made = [...changed];
  const solved = [...gone];
  for (const id of changed) nodes.set(id, nodeOf(id, linker));
  // Among the numbers that are new are units, which are done, and the dispatches that linking has made.
  for (let id = old.nodes.length; id < linker.size(); id++) {
    if (!users.at(id)) users.set(id, []);
    if (nodes.at(id)) continue;
    nodes.set(id, nodeOf(id, linker));
    made.push(id);
    dirty.add(id);
  }
  for (const id of made) for (const read of nodes.at(id)!.reads) users.set(read, [...users.at(read)!, id]);

  const reached = closure(dirty, users);
  const local = new Int32Array(nodes.length).fill(-1);
  reached.forEach((id, index) => {
    local[id] = index;
  });
  const reads = reached.map((id) => {
    const near: number[] = [];
    for (const read of nodes.at(id)!.reads) if (local[read]! >= 0) near.push(local[read]!);
    return near;
  });
  for (const found of components(reads)) {
    const component = found.map((index) => reached[index]!);
    if (!component.some((id) => dirty.has(id))) continue;
    const before = component.map((id) => rows.at(id));
    for (const id of component) {
      const node = nodeOf(id, linker);
      nodes.set(id, node);
      rows.set(id, node.row);
    }
    grow(component, nodes, rows, linker);
    solved.push(...component);
    component.forEach((id, index) => {
      const old = before[index];
      if (old !== undefined && looksTheSame(old, rows.at(id)!)) return;
      for (const user of users.at(id)!) dirty.add(user);
    });
  }
  return solution({ linker, nodes, rows, users }, old, solved);
}

/** `solved` are the nodes that may differ from those of the version before. */
function solution(
  parts: Omit<Solution, "marked" | "performed" | "shape">,
  old: Solution | null,
  solved: Iterable<number>,
): Solution {
  const { linker, nodes, rows } = parts;
  const marked = old?.marked ?? NONE_MARKED;
  const performed = new Map(old?.performed);
  const count = (row: Row | undefined, by: number): void => {
    for (const effect of row?.effects.keys() ?? []) {
      const now = (performed.get(effect) ?? 0) + by;
      if (now > 0) performed.set(effect, now);
      else performed.delete(effect);
    }
  };
  const starting = new Set(marked.starting);
  const monitoring = new Set(marked.monitoring);
  const performing = new Set(marked.performing);
  const unreached = new Set(marked.unreached);
  const mark = (set: Set<number>, id: number, belongs: boolean): void => void (belongs ? set.add(id) : set.delete(id));
  for (const id of new Set(solved)) {
    count(rows.at(id), 1);
    count(old?.rows.at(id), -1);
    const unit = linker.units.at(id)?.unit;
    const kind = unit?.kind;
    mark(starting, id, nodes.at(id)!.starts.length > 0);
    mark(monitoring, id, nodes.at(id)!.monitors);
    mark(performing, id, (kind === "top" || kind === "test") && rows.at(id)!.effects.size > 0);
    mark(unreached, id, kind === "handled" && !reaches(rows.at(id)!, (unit!.node as ast.Handle).effect));
  }
  let shape: CallShape | undefined;
  return {
    ...parts,
    marked: { starting, monitoring, performing, unreached },
    performed,
    shape: () => {
      shape ??= callShape(parts.nodes);
      return shape;
    },
  };
}

function nodeOf(id: number, linker: Linker): Direct {
  if (linker.units.at(id)) return directOf(id, linker);
  const methods = linker.methodsOf(id);
  return methods ? dispatchOf(methods) : NOBODY;
}

/** The nodes that use one of `ids`, directly or not, and these themselves. */
function closure(ids: Iterable<number>, users: ReadTable<readonly number[]>): number[] {
  const reached = new Set<number>(ids);
  for (const id of reached) for (const user of users.at(id)!) reached.add(user);
  return [...reached];
}

/** Lets the rows of a component grow along its edges until nothing changes; the rows that it reads are settled. */
function grow(component: readonly number[], nodes: ReadTable<Direct>, rows: ReadTable<Row>, linker: Linker): void {
  const circle = isCircle(component, nodes);
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of component)
      for (const edge of nodes.at(id)!.edges) if (take(id, edge, rows, linker)) changed = true;
    if (!circle) break;
  }
}

const isCircle = (component: readonly number[], nodes: ReadTable<Direct>): boolean =>
  component.length > 1 || nodes.at(component[0]!)!.reads.includes(component[0]!);

/** E5. */
function looksTheSame(a: Row, b: Row): boolean {
  if (a.effects.size !== b.effects.size || a.variables.size !== b.variables.size) return false;
  for (const fact of FACTS) if ((a[fact] === null) !== (b[fact] === null)) return false;
  for (const [effect, { sure }] of a.effects) if (b.effects.get(effect)?.sure !== sure) return false;
  for (const key of a.variables.keys()) if (!b.variables.has(key)) return false;
  return true;
}

function callShape(nodes: ReadTable<Direct>): CallShape {
  const recursive = new Uint8Array(nodes.length);
  const height = new Float64Array(nodes.length);
  for (const component of components(Array.from(nodes, (node) => node!.reads))) {
    const circle = isCircle(component, nodes);
    for (const id of component) {
      recursive[id] = circle ? 1 : 0;
      let below = circle ? Number.POSITIVE_INFINITY : -1;
      for (const callee of nodes.at(id)!.reads) below = Math.max(below, height[callee]!);
      height[id] = 1 + below;
    }
  }
  return { recursive, height };
}

// ---- what flows along an edge ----

/** Adds to the row of `id` what `edge` brings; whether that was anything new. */
function take(id: number, edge: Edge, rows: ReadTable<Row>, linker: Linker): boolean {
  const row = rows.at(id)!;
  const from = rows.at(edge.callee)!;
  if (edge.when && !reaches(rows.at(edge.when.handled)!, edge.when.effect)) return false;
  const cause: Cause = { at: edge.at, via: edge.callee };
  let changed = takeRow(row, from, edge.masks === null ? [] : [edge.masks], edge.sure, cause);
  for (const variable of from.variables.values()) {
    const masked = edge.masks === null ? variable.masked : withMask(variable.masked, edge.masks);
    if (instantiate(id, edge, variable.param, masked, rows, linker)) changed = true;
  }
  return changed;
}

const FACTS = ["unknown", "suspends", "waits", "home"] as const;

/** Everything of a row but its variables. */
function takeRow(row: Row, from: Row, masked: readonly string[], sure: boolean, cause: Cause): boolean {
  let changed = false;
  const guarded = masked.includes("FAULT");
  for (const [effect, { sure: known }] of from.effects) {
    if (masked.includes(effect)) continue;
    if (addEffect(row, effect, { ...cause, sure: sure && known && !guarded })) changed = true;
  }
  for (const fact of FACTS) {
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
  rows: ReadTable<Row>,
  linker: Linker,
): boolean {
  const row = rows.at(id)!;
  const cause: Cause = { at: edge.at, via: edge.callee };
  // What is passed here cannot be seen: the path ends at this call, whatever the callee is (E3).
  const unseen: Cause = { at: edge.at, via: -1 };
  const callee = linker.units.at(edge.callee)?.unit;
  const caller = linker.units.at(id)?.unit;
  // Behind a dispatch it is not known which method gets the arguments.
  if (!callee || !caller) return addUnknown(row, unseen);
  if (param.unit !== callee) {
    return isAround(param.unit, caller) ? addVariable(row, linker, param, masked, cause) : addUnknown(row, unseen);
  }
  const position = callee.locals.filter((local) => local.role === "param").indexOf(param);
  const link = edge.args[position];
  if (!link || link.unknown || link.starts.length > 0) return addUnknown(row, unseen);
  let changed = false;
  if (link.param) changed = addVariable(row, linker, link.param, masked, cause);
  for (const passed of link.calls) {
    const passedCause: Cause = { at: edge.at, via: passed };
    if (takeRow(row, rows.at(passed)!, masked, edge.sure && link.sure, passedCause)) changed = true;
    for (const inner of rows.at(passed)!.variables.values()) {
      const both = masked.reduce(withMask, inner.masked);
      const visible =
        inner.param.unit !== linker.units.at(passed)!.unit && isAround(inner.param.unit, linker.units.at(id)!.unit);
      if (visible ? addVariable(row, linker, inner.param, both, passedCause) : addUnknown(row, unseen)) changed = true;
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
