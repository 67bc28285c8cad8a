// The hierarchy of calls. Its nodes are functions and methods, and, since an effect is a call to whoever handles it, performs
// and the clauses of handlers:
//
//   node        called by                                     calls
//   function    the functions that name it                    the functions that it names; for each perform, its handlers
//   handler     the functions whose performs it may receive   what its clause calls
//   perform     the function that it stands in                its handlers, nearest first; "nobody" for each way without one

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { Receiver } from "../effects/receivers.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import { functionAround } from "../names/units.ts";
import { type Node, walk } from "../walk.ts";
import { effectsAt, performsOf, receiversAt } from "./handlers.ts";
import { type Occurrence, occurrencesIn } from "./occurrences.ts";
import { declarationIn, moved, namedAt, type ProgramSymbol, referencesTo, symbolOf } from "./symbols.ts";
import { classOf } from "./targets.ts";
import { labelOf, spanOf, unitAt } from "./units.ts";

export interface CallNode {
  readonly kind: "function" | "method" | "handler" | "perform" | "test" | "program" | "nobody";
  readonly name: string;
  readonly detail: string;
  readonly file: string;
  /** Offsets in the file. */
  readonly whole: ast.Span;
  readonly nameSpan: ast.Span;
  /** The way by which it was found, where there is one. */
  readonly way: Receiver | null;
}

export interface CallEdge {
  readonly node: CallNode;
  /** Where the call is written, in the file of the caller. */
  readonly places: readonly ast.Span[];
}

/** The node that an offset is about. */
export function callNodesAt(analysis: Analysis, file: string, offset: number): CallNode[] {
  const named = namedAt(analysis, file, offset);
  if (named?.occurrence.of.kind === "effect") {
    const { node } = named.occurrence.of;
    return [
      node.kind === "Handle" ? handlerNode(analysis, named.names, node) : performNode(analysis, named.names, node),
    ];
  }
  const target = named && functionOf(analysis, named.symbol);
  return target ? [functionNode(analysis, target)] : [];
}

interface FunctionPlace {
  readonly node: ast.FunDeclaration;
  readonly names: ItemNames;
  readonly owner: string | null;
}

/** The function that calling a symbol runs; a class's is its `init`. */
function functionOf(analysis: Analysis, symbol: ProgramSymbol): FunctionPlace | null {
  const place = classOf(analysis, symbol);
  if (place) {
    const init = place.node.methods.find(({ name }) => name.name === "init");
    return init ? { node: init, names: place.names, owner: place.node.name.name } : null;
  }
  if (symbol.kind === "global" && symbol.global.export.node.kind === "Fun") {
    const { file, itemIndex, export: exported } = symbol.global;
    return { node: exported.node as ast.FunDeclaration, names: analysis.names(file, itemIndex), owner: null };
  }
  if (symbol.kind === "local" && symbol.local.node?.kind === "Fun")
    return { node: symbol.local.node, names: symbol.names, owner: null };
  if (symbol.kind !== "member" || !("methods" in symbol.owner)) return null;
  const method = symbol.owner.methods.find(({ name }) => name.name === symbol.name);
  return method ? { node: method, names: symbol.names, owner: symbol.owner.name.name } : null;
}

// ---- called by ----

export function callersOf(analysis: Analysis, node: CallNode): CallEdge[] {
  const named = namedAt(analysis, node.file, node.nameSpan.start);
  if (!named) return [];
  const edges = new Edges();
  if (node.kind === "handler" && named.occurrence.of.kind === "effect" && named.occurrence.of.node.kind === "Handle") {
    for (const { source, way } of performsOf(analysis, named.occurrence.of.node)) {
      const caller = { ...aroundNode(analysis, source.names, source.unit), way };
      edges.add(caller, moved(source.node, analysis.locate(source.names).offset));
    }
    return edges.all();
  }
  if (node.kind === "perform") {
    const unit = unitAt(named.names, named.occurrence.start);
    if (unit) edges.add(aroundNode(analysis, named.names, unit), named.span);
    return edges.all();
  }
  const symbol = callableSymbol(analysis, named.symbol, named.file, node);
  for (const { names, occurrence, span, certain } of symbol ? referencesTo(analysis, symbol) : []) {
    if (!certain || occurrence.access === "declaration") continue;
    const unit = unitAt(names, occurrence.start);
    if (unit) edges.add(aroundNode(analysis, names, unit), span);
  }
  return edges.all();
}

/** Who calls `init` names the class. */
function callableSymbol(analysis: Analysis, symbol: ProgramSymbol, file: string, node: CallNode): ProgramSymbol | null {
  if (node.name !== "init" || symbol.kind !== "member") return symbol;
  const { owner } = symbol;
  return namedAt(analysis, file, analysis.locate(symbol.names).offset + owner.name.start)?.symbol ?? symbol;
}

// ---- calls ----

export function callsOf(analysis: Analysis, node: CallNode): CallEdge[] {
  const named = namedAt(analysis, node.file, node.nameSpan.start);
  if (!named) return [];
  const { names, occurrence } = named;
  const { of } = occurrence;
  if (of.kind === "effect") {
    if (of.node.kind === "Handle") return callsIn(analysis, node.file, names, of.node.clause);
    const edges = new Edges();
    for (const each of receiverNodes(analysis, node.file, named.span.start)) edges.add(each, named.span);
    return edges.all();
  }
  const target = functionOf(analysis, named.symbol);
  return target ? callsIn(analysis, analysis.locate(target.names).file, target.names, target.node.fun.body) : [];
}

/** What the code under a node calls, nested functions included. */
function callsIn(analysis: Analysis, file: string, names: ItemNames, root: Node): CallEdge[] {
  const edges = new Edges();
  const { index, offset } = analysis.locate(names);
  const { tree } = analysis.files.get(file)!.items[index]!;
  const byStart = new Map<number, Occurrence>();
  for (const each of occurrencesIn(tree, names)) byStart.set(each.start, each);
  const call = (name: ast.Span): void => {
    const occurrence = byStart.get(name.start);
    const symbol = occurrence && symbolOf(analysis, file, names, occurrence);
    const target = symbol && functionOf(analysis, symbol);
    if (target) edges.add(functionNode(analysis, target), moved(name, offset));
  };
  const callee = (expression: ast.Expression): void => {
    if (expression.kind === "Name") call(expression);
    else if (expression.kind === "Member") call(expression.name);
    else if (expression.kind === "Super") call(expression.method);
  };
  walk(root, (node) => {
    if (node.kind === "Call") callee(node.callee);
    else if (node.kind === "Pipe" && node.right.kind !== "Call") callee(node.right);
    else if (node.kind === "Perform")
      for (const each of receiverNodes(analysis, file, node.effectSpan.start + offset))
        edges.add(each, moved(node.effectSpan, offset));
    return undefined;
  });
  return edges.all();
}

/** The handlers of a perform, and the ends of the ways on which there is none. */
function receiverNodes(analysis: Analysis, file: string, offset: number): CallNode[] {
  return effectsAt(analysis, file, offset).flatMap((place) =>
    place.kind === "handle"
      ? []
      : receiversAt(analysis, place).flatMap((way) => receiverNode(analysis, place.effect, way)),
  );
}

function receiverNode(analysis: Analysis, effect: string, way: Receiver): CallNode[] {
  if (way.handler) return [{ ...handlerNode(analysis, way.handler.names, way.handler.handle), way }];
  const last = way.path.at(-1);
  if (way.by !== "nobody" || !last) return [];
  const { file, offset } = analysis.locate(last.names);
  const span = moved(last.node, offset);
  return [
    {
      kind: "nobody",
      name: `nobody handles "${effect}"`,
      detail: labelOf(way.unit),
      file,
      whole: span,
      nameSpan: span,
      way,
    },
  ];
}

// ---- nodes ----

function functionNode(analysis: Analysis, { node, names, owner }: FunctionPlace): CallNode {
  const { file, offset } = analysis.locate(names);
  return {
    kind: owner === null ? "function" : "method",
    name: node.name.name,
    detail: owner ?? "",
    file,
    whole: moved(node, offset),
    nameSpan: moved(node.name, offset),
    way: null,
  };
}

function handlerNode(analysis: Analysis, names: ItemNames, handle: ast.Handle): CallNode {
  const around = names.clauseOf(handle).parent;
  return effectNode(analysis, "handler", `handle "${handle.effect}"`, names, handle, around);
}

function performNode(analysis: Analysis, names: ItemNames, perform: ast.Perform): CallNode {
  return effectNode(
    analysis,
    "perform",
    `perform "${perform.effect}"`,
    names,
    perform,
    unitAt(names, perform.start) ?? null,
  );
}

function effectNode(
  analysis: Analysis,
  kind: "handler" | "perform",
  name: string,
  names: ItemNames,
  node: ast.Perform | ast.Handle,
  around: Unit | null,
): CallNode {
  const { file, offset } = analysis.locate(names);
  const { start, end } = node.effectSpan;
  const nameSpan = moved({ start: Math.min(start + 1, end), end: Math.max(end - 1, start) }, offset);
  return { kind, name, detail: around ? labelOf(around) : "", file, whole: moved(node, offset), nameSpan, way: null };
}

/** The node of the code around a unit: a function, a method, a clause, a test, or the program. */
function aroundNode(analysis: Analysis, names: ItemNames, at: Unit): CallNode {
  const { file, index, offset } = analysis.locate(names);
  let unit: Unit = at;
  while (unit.parent && unit.kind !== "test" && unit.kind !== "clause" && !isNamed(unit)) unit = unit.parent;
  if (unit.kind === "clause") return handlerNode(analysis, names, unit.node as ast.Handle);
  const owner = ownerOf(names, unit);
  const node = declarationOf(names, unit);
  if (node) return functionNode(analysis, { node, names, owner });
  const whole = spanOf(functionAround(unit)) ?? { start: 0, end: 0 };
  const { tree } = analysis.files.get(file)!.items[index]!;
  const head = tree.text.slice(whole.start, whole.end).split("\n")[0] ?? "";
  return {
    kind: unit.kind === "test" ? "test" : "program",
    name: unit.kind === "test" ? labelOf(unit) : head.trim().slice(0, 60),
    detail: file.split("/").at(-1) ?? "",
    file,
    whole: moved(whole, offset),
    nameSpan: moved({ start: whole.start, end: whole.start + head.length }, offset),
    way: null,
  };
}

const isNamed = (unit: Unit): boolean => (unit.kind === "function" || unit.kind === "method") && unit.name !== null;

function declarationOf(names: ItemNames, unit: Unit): ast.FunDeclaration | null {
  for (const { node } of names.exports) {
    if (node.kind === "Fun" && node.fun === unit.node) return node;
    const method = "methods" in node ? node.methods.find(({ fun }) => fun === unit.node) : undefined;
    if (method) return method;
  }
  for (const each of names.units)
    for (const { node } of each.locals) {
      if (node?.kind === "Fun" && node.fun === unit.node) return node;
      const method = node?.kind === "Class" ? node.methods.find(({ fun }) => fun === unit.node) : undefined;
      if (method) return method;
    }
  return null;
}

function ownerOf(names: ItemNames, unit: Unit): string | null {
  if (unit.kind !== "method" || unit.name === null) return null;
  const nodes = [
    ...names.exports.map(({ node }) => node),
    ...names.units.flatMap(({ locals }) => locals.flatMap(({ node }) => node ?? [])),
  ];
  for (const node of nodes)
    if ("methods" in node && declarationIn(node, unit.name) && node.methods.some(({ fun }) => fun === unit.node))
      return node.name.name;
  return null;
}

/** Edges in the order in which they were first met, one for each node. */
class Edges {
  readonly #byPlace = new Map<string, { node: CallNode; places: ast.Span[] }>();

  add(node: CallNode, place: ast.Span): void {
    const key = `${node.kind} ${node.file} ${node.nameSpan.start} ${node.nameSpan.end}`;
    const known = this.#byPlace.get(key);
    if (known) known.places.push(place);
    else this.#byPlace.set(key, { node, places: [place] });
  }

  all(): CallEdge[] {
    return [...this.#byPlace.values()];
  }
}
