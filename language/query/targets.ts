// Where a name leads: to its definition, its declaration, the class of its value, and what implements it.
//
//   definition        the nearest declaration; of a `perform` the handlers that may receive it, of a `handle` the performs
//   declaration       of a method the one that it overrides, at the far end (symbols.ts, Y2); of an alias its import; else
//                     the definition
//   type definition   the class of the value
//   implementation    of a trait or class what is made of it, of a method what overrides it, of a `perform` the clauses

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import { inferenceOf } from "../infer/infer.ts";
import type { ClassPlace, Types } from "../infer/types.ts";
import type { ItemNames, Unit } from "../names/model.ts";
import { walkUnits } from "../names/units.ts";
import type { Node } from "../walk.ts";
import { allClasses, allSubtypes } from "./classes.ts";
import { performsOf } from "./handlers.ts";
import { placeAt } from "./place.ts";
import { declarationIn, declares, moved, type Named, namedAt, type ProgramSymbol, referencesTo } from "./symbols.ts";

/** A declaration: its name, and all of it. Offsets in the file. */
export interface Target {
  readonly file: string;
  readonly name: ast.Span;
  readonly whole: ast.Span;
}

export function definitionsAt(analysis: Analysis, file: string, offset: number): readonly Target[] {
  const named = namedAt(analysis, file, offset);
  if (!named) return importedAt(analysis, file, offset) ?? thisAt(analysis, file, offset);
  const { occurrence, symbol } = named;
  if (occurrence.of.kind === "effect") return effectTargets(analysis, named, occurrence.of.node);
  const nearest = nearestMember(analysis, named);
  return nearest ? [nearest] : declarationsOf(analysis, symbol);
}

export function declarationsAt(analysis: Analysis, file: string, offset: number): readonly Target[] {
  const named = namedAt(analysis, file, offset);
  if (named?.symbol.kind === "module") {
    const { declaration } = named.symbol;
    return declaration.alias
      ? [inItem(analysis, importer(analysis, file, declaration), declaration.alias, declaration)]
      : [];
  }
  if (named?.symbol.kind !== "member") return definitionsAt(analysis, file, offset);
  return declarationsOf(analysis, named.symbol);
}

/** The names of the item that an import of a file is. */
function importer(analysis: Analysis, file: string, declaration: ast.ImportDeclaration): ItemNames {
  const items = analysis.files.get(file)!.items;
  const index = items.findIndex(({ tree }) => (tree.statements as readonly object[]).includes(declaration));
  return analysis.names(file, index);
}

/** Where a symbol is declared. */
export function declarationsOf(analysis: Analysis, symbol: ProgramSymbol): readonly Target[] {
  switch (symbol.kind) {
    case "local": {
      const { local, names } = symbol;
      if (local.declaration) return [inItem(analysis, names, local.declaration, local.variable ?? local.node)];
      if (local.role === "effect") {
        const handle = local.unit.node as ast.Handle;
        return [inItem(analysis, names, handle.effectSpan, handle)];
      }
      return [];
    }
    case "global":
      return [targetOf(analysis, symbol.global)];
    case "ambiguous":
      return symbol.globals.map((global) => targetOf(analysis, global));
    case "module":
      return analysis.files.has(symbol.target) ? [startOf(symbol.target)] : [];
    case "member": {
      const declared = declarationIn(symbol.owner, symbol.name);
      if (declared) return [inItem(analysis, symbol.names, declared, memberNode(symbol.owner, declared))];
      return firstWrite(analysis, symbol);
    }
    case "loose": {
      const owners = allClasses(analysis).filter(({ node }) => declares(node, symbol.name));
      return owners.map(({ node, names }) => {
        const declared = declarationIn(node, symbol.name)!;
        return inItem(analysis, names, declared, memberNode(node, declared));
      });
    }
    case "payload":
      return referencesTo(analysis, symbol)
        .filter(({ occurrence }) => occurrence.access === "write")
        .map(({ file, span }) => ({ file, name: span, whole: span }));
    case "effect":
      return inferenceOf(analysis)
        .handlesOf(symbol.name)
        .map(({ node, names }) => inItem(analysis, names, node.effectSpan, node));
    default:
      return [];
  }
}

// ---- members ----

/** The declaration that an instance of the known class has. */
function nearestMember(analysis: Analysis, { names, occurrence, symbol }: Named): Target | null {
  if (symbol.kind !== "member" || occurrence.of.kind !== "member") return null;
  for (const type of inferenceOf(analysis).typesOf(occurrence.of.object, names)) {
    if (type.kind !== "instance") continue;
    const place = inferenceOf(analysis)
      .lineage(type.of)
      .find(({ node }) => declares(node, symbol.name));
    const declared = place && declarationIn(place.node, symbol.name);
    if (place && declared) return inItem(analysis, place.names, declared, memberNode(place.node, declared));
  }
  return null;
}

/** A field that no `var` declares: where it is first assigned. */
function firstWrite(analysis: Analysis, symbol: ProgramSymbol): Target[] {
  const all = referencesTo(analysis, symbol).filter(({ certain }) => certain);
  const first = all.find(({ occurrence }) => occurrence.access === "write");
  return first ? [{ file: first.file, name: first.span, whole: first.span }] : [];
}

function memberNode(owner: object, name: ast.Identifier): ast.Span {
  const { fields = [], methods = [] } = owner as { fields?: Member[]; methods?: Member[] };
  return [...fields, ...methods].find((member) => member.name === name) ?? name;
}
type Member = ast.Span & { readonly name: ast.Identifier };

// ---- effects ----

function effectTargets(analysis: Analysis, { names, symbol }: Named, node: ast.Perform | ast.Handle): Target[] {
  if (node.kind === "Handle")
    return performsOf(analysis, node).map(({ source: { names: other, node: source } }) =>
      inItem(analysis, other, "effectSpan" in source ? (source.effectSpan as ast.Span) : source, source),
    );
  const unit = unitOf(names, analysis, node);
  const handlers = unit ? analysis.facts.receiversOf(unit, node.effect).flatMap(({ handler }) => handler ?? []) : [];
  if (handlers.length === 0) return [...declarationsOf(analysis, symbol)];
  return handlers.map((handler) => inItem(analysis, handler.names, handler.handle.effectSpan, handler.handle));
}

/** The unit whose code a node is. */
export function unitOf(names: ItemNames, analysis: Analysis, node: Node): Unit | undefined {
  const { file, index } = analysis.locate(names);
  let found: Unit | undefined;
  walkUnits(analysis.files.get(file)!.items[index]!.tree, names, (each, unit) => {
    if (each === node) found = unit;
    return found === undefined;
  });
  return found;
}

// ---- imports and `this` ----

/** The file that an import's path means. */
function importedAt(analysis: Analysis, file: string, offset: number): Target[] | null {
  const place = placeAt(analysis, file, offset);
  const node = place?.nodes[0];
  if (!place || node?.kind !== "Import" || place.at < node.pathSpan.start || place.at > node.pathSpan.end) return null;
  const target = analysis.registry.importedFile(file, node);
  return target === undefined ? [] : [startOf(target)];
}

/** The class that `this` or `super` is about. */
function thisAt(analysis: Analysis, file: string, offset: number): Target[] {
  const place = placeAt(analysis, file, offset);
  const node = place?.nodes.at(-1);
  if (!place || node?.kind !== "This") return [];
  return inferenceOf(analysis)
    .typesOf(node, place.names)
    .flatMap((type) => (type.kind === "instance" ? [classTarget(analysis, type.of)] : []));
}

// ---- types ----

export function typeDefinitionsAt(analysis: Analysis, file: string, offset: number): readonly Target[] {
  const classes = typesAt(analysis, file, offset).flatMap((type) =>
    type.kind === "instance" || type.kind === "class" ? [type.of] : [],
  );
  return classes.map((place) => classTarget(analysis, place));
}

/** What the value named or written at an offset may be. */
export function typesAt(analysis: Analysis, file: string, offset: number): Types {
  const inference = inferenceOf(analysis);
  const named = namedAt(analysis, file, offset);
  if (named?.symbol.kind === "local") return inference.typesOfLocal(named.symbol.local, named.symbol.names);
  if (named?.symbol.kind === "global") return inference.typesOfMeaning(named.symbol.global);
  if (named?.symbol.kind === "member" && named.symbol.owner.kind !== "Layout" && named.symbol.owner.kind !== "Gene") {
    const of = { node: named.symbol.owner, names: named.symbol.names };
    return inference.typesOfMember({ kind: "instance", of }, named.symbol.name);
  }
  const place = placeAt(analysis, file, offset);
  const node = place?.nodes.at(-1);
  if (!place || !node || !isExpression(node)) return [];
  return inference.typesOf(node, place.names);
}

const NOT_EXPRESSIONS = /^(Var|Fun|Class|Trait|Layout|Gene|Test|Import|Handle|Error|\w+Pattern|\w+Type)$/;
const isExpression = (node: Node): node is ast.Expression => !NOT_EXPRESSIONS.test(node.kind);

// ---- implementations ----

export function implementationsAt(analysis: Analysis, file: string, offset: number): readonly Target[] {
  const named = namedAt(analysis, file, offset);
  if (!named) return [];
  const { symbol, occurrence } = named;
  if (occurrence.of.kind === "effect") {
    const { node } = occurrence.of;
    if (node.kind === "Handle") return [inItem(analysis, named.names, node.effectSpan, node)];
    return effectTargets(analysis, named, node);
  }
  if (symbol.kind === "member") {
    const { owner, names, name } = symbol;
    if (owner.kind !== "Class" && owner.kind !== "Trait") return [];
    const family = [{ node: owner, names }, ...allSubtypes(analysis, { node: owner, names })];
    return family.flatMap((place) => {
      const declared = declarationIn(place.node, name);
      return declared ? [inItem(analysis, place.names, declared, memberNode(place.node, declared))] : [];
    });
  }
  const place = classOf(analysis, symbol);
  if (!place) return definitionsAt(analysis, file, offset);
  return allSubtypes(analysis, place).map((each) => classTarget(analysis, each));
}

/** The class or trait that a symbol names. */
export function classOf(analysis: Analysis, symbol: ProgramSymbol): ClassPlace | null {
  const node =
    symbol.kind === "global" ? symbol.global.export.node : symbol.kind === "local" ? symbol.local.node : null;
  if (node?.kind !== "Class" && node?.kind !== "Trait") return null;
  const names =
    symbol.kind === "global"
      ? analysis.names(symbol.global.file, symbol.global.itemIndex)
      : (symbol as { names: ItemNames }).names;
  return { node, names };
}

// ---- targets ----

export function classTarget(analysis: Analysis, { node, names }: ClassPlace): Target {
  return inItem(analysis, names, node.name, node);
}

export function targetOf(
  analysis: Analysis,
  global: { file: string; itemIndex: number; export: { identifier: ast.Span; node: ast.Span } },
): Target {
  return inItem(analysis, analysis.names(global.file, global.itemIndex), global.export.identifier, global.export.node);
}

/** A target from spans in an item. */
export function inItem(analysis: Analysis, names: ItemNames, name: ast.Span, whole?: ast.Span | null): Target {
  const { file, offset } = analysis.locate(names);
  return { file, name: moved(name, offset), whole: moved(whole ?? name, offset) };
}

const startOf = (file: string): Target => ({ file, name: { start: 0, end: 0 }, whole: { start: 0, end: 0 } });
