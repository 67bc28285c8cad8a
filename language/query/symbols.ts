// What the names of a program mean, across its files: one symbol for everything that goes by one declaration.
//
// Y1. Top-level names, locals, aliases and effects are certain. Of `object.name` it is known as far as the inference goes; where
//     it does not know the object, the member is `loose` and may mean any member of the name.
// Y2. Members of classes that inherit from one another are one symbol when they have one name: its *root* is the member of the
//     most distant class or trait. So a method and what overrides it are renamed together.
// Y3. An effect is one symbol, by its name: every `perform` and `handle` of it. So is each field of its payload.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import { callablesOf } from "../infer/callables.ts";
import { inferenceOf } from "../infer/infer.ts";
import { type MemberFound, membersOf, payloadFields } from "../infer/members.ts";
import type { ClassPlace } from "../infer/types.ts";
import { type Builtin, builtin } from "../names/builtins.ts";
import type { ItemNames, Local, Meaning } from "../names/model.ts";
import { meaningOfUse } from "../names/patterns.ts";
import { type Occurrence, type Owner, occurrenceAt, occurrencesIn } from "./occurrences.ts";
import { placeAt } from "./place.ts";

export type Global = Extract<Meaning, { kind: "global" }>;

export type ProgramSymbol =
  | { readonly kind: "local"; readonly local: Local; readonly names: ItemNames }
  | { readonly kind: "global"; readonly global: Global }
  /** The alias of an import. */
  | {
      readonly kind: "module";
      readonly declaration: ast.ImportDeclaration;
      readonly file: string;
      readonly target: string;
    }
  /** `owner` is the root's (Y2). */
  | { readonly kind: "member"; readonly name: string; readonly owner: Owner; readonly names: ItemNames }
  /** A member or key of something that is not known (Y1). */
  | { readonly kind: "loose"; readonly name: string }
  | { readonly kind: "effect"; readonly name: string }
  | { readonly kind: "payload"; readonly effect: string; readonly name: string }
  /** `continuation`, `name` and `target` of a request, and its `id` when no payload has one. */
  | { readonly kind: "request"; readonly name: string; readonly effect: string }
  | { readonly kind: "builtin"; readonly builtin: Builtin; readonly receiver: string | null }
  | { readonly kind: "ambiguous"; readonly name: string; readonly globals: readonly Global[] };

/** A name in a file, with offsets of the file. */
export interface Named {
  readonly file: string;
  readonly names: ItemNames;
  readonly span: ast.Span;
  readonly occurrence: Occurrence;
  readonly symbol: ProgramSymbol;
}

/** What is named at an offset of a file. */
export function namedAt(analysis: Analysis, file: string, offset: number): Named | null {
  const place = placeAt(analysis, file, offset);
  if (!place) return null;
  const { names, item, at } = place;
  const occurrence = occurrenceAt(item.tree, names, at);
  const symbol = occurrence && symbolOf(analysis, file, names, occurrence);
  return symbol ? { file, names, span: moved(occurrence, item.offset), occurrence, symbol } : null;
}

/** What an occurrence means; null when that is nothing. */
export function symbolOf(
  analysis: Analysis,
  file: string,
  names: ItemNames,
  occurrence: Occurrence,
): ProgramSymbol | null {
  const { of, name } = occurrence;
  switch (of.kind) {
    case "local":
      return symbolOfLocal(analysis, file, names, of.local);
    case "export": {
      const all = analysis.registry.declarationsOf(name);
      const own = all.find((each) => each.export === of.export);
      return own ? { kind: "global", global: own } : null;
    }
    case "free":
    case "type":
      return symbolOfMeaning(analysis, file, name);
    case "alias":
      return moduleOf(analysis, file, of.declaration);
    case "own member":
      return memberOf(analysis, { node: of.owner, names }, name);
    case "member":
      return symbolOfMember(analysis, file, names, of.object, name);
    case "inherited": {
      const owner = ownerAround(names, of.node);
      const above =
        owner &&
        inferenceOf(analysis)
          .lineage(owner)
          .slice(1)
          .find((each) => declares(each.node, name));
      return above ? memberOf(analysis, above, name) : { kind: "loose", name };
    }
    case "key":
      return { kind: "loose", name };
    case "argument":
      return parameterOf(analysis, names, of.call, name);
    case "effect":
      return { kind: "effect", name };
    case "payload":
      return { kind: "payload", effect: of.effect, name };
  }
}

function symbolOfLocal(analysis: Analysis, file: string, names: ItemNames, local: Local): ProgramSymbol | null {
  if (local.role === "this" || local.role === "effect") return { kind: "local", local, names };
  // The pattern of an arm compares when the workspace has a constant of the name (N5).
  const use = local.uses[0]?.node ?? local.declaration;
  const meant = use && local.pattern ? meaningOfUse(use, names, analysis.registry, file) : undefined;
  if (meant?.kind === "free") return symbolOfMeaning(analysis, file, local.name);
  if (local.pattern && comparesIn(analysis, file, local.name)) return symbolOfMeaning(analysis, file, local.name);
  return { kind: "local", local, names };
}

function comparesIn({ registry }: Analysis, file: string, name: string): boolean {
  const meaning = registry.meaningOf(file, name);
  if (meaning.kind === "builtin") return builtin(name)?.kind === "constant";
  return meaning.kind === "global" && (meaning.export.role === "const" || meaning.export.role === "var");
}

function symbolOfMeaning(analysis: Analysis, file: string, name: string): ProgramSymbol | null {
  const meaning = analysis.registry.meaningOf(file, name);
  switch (meaning.kind) {
    case "global":
      return { kind: "global", global: meaning };
    case "module":
      return moduleOf(analysis, file, meaning.declaration);
    case "builtin": {
      const found = builtin(name);
      return found ? { kind: "builtin", builtin: found, receiver: null } : null;
    }
    case "ambiguous":
      return { kind: "ambiguous", name, globals: analysis.registry.declarationsOf(name) };
    default:
      return null;
  }
}

function moduleOf(analysis: Analysis, file: string, declaration: ast.ImportDeclaration): ProgramSymbol | null {
  const target = analysis.registry.importedFile(file, declaration);
  return { kind: "module", declaration, file, target: target ?? declaration.path };
}

// ---- members (Y1, Y2) ----

function symbolOfMember(
  analysis: Analysis,
  file: string,
  names: ItemNames,
  object: ast.Expression,
  name: string,
): ProgramSymbol {
  const loose: ProgramSymbol = { kind: "loose", name };
  if (object.kind === "Name") {
    const binding = names.bindingOf(object);
    if (binding?.kind === "local" && binding.role === "effect") {
      const { effect } = binding.unit.node as ast.Handle;
      const isOfEvery =
        name === "continuation" ||
        name === "name" ||
        name === "target" ||
        (name === "id" && !payloadFields(effect, analysis).includes("id"));
      return isOfEvery ? { kind: "request", name, effect } : { kind: "payload", effect, name };
    }
    const meaning = binding?.kind === "free" ? analysis.registry.meaningOf(file, object.name) : undefined;
    if (meaning?.kind === "module") {
      const exported = analysis.registry.exportOf(meaning.file, name);
      return exported.kind === "global" ? { kind: "global", global: exported } : loose;
    }
  }
  const types = inferenceOf(analysis).typesOf(object, names);
  for (const type of types) {
    if (type.kind === "instance") {
      const line = inferenceOf(analysis).lineage(type.of);
      const owner = line.find((each) => declares(each.node, name));
      if (owner) return memberOf(analysis, owner, name);
    }
    const found = membersOf([type], analysis).find((member) => member.name === name);
    if (found) return symbolOfFound(analysis, type.kind === "instance" ? type.of : null, found) ?? loose;
  }
  return loose;
}

function symbolOfFound(
  analysis: Analysis,
  place: ClassPlace | null,
  { name, source }: MemberFound,
): ProgramSymbol | null {
  switch (source.kind) {
    case "builtin":
      return { kind: "builtin", builtin: source.builtin, receiver: source.receiver };
    case "export":
      return symbolOfMeaning(analysis, source.file, name);
    case "method":
    case "field":
      return place ? memberOf(analysis, place, name) : null;
    default:
      return null;
  }
}

/** The symbol of a member that a class has: of its root. */
function memberOf(analysis: Analysis, { node, names }: { node: Owner; names: ItemNames }, name: string): ProgramSymbol {
  if (node.kind !== "Class" && node.kind !== "Trait") return { kind: "member", name, owner: node, names };
  const line = inferenceOf(analysis).lineage({ node, names });
  const root = line.findLast((each) => declares(each.node, name)) ?? { node, names };
  return { kind: "member", name, owner: root.node, names: root.names };
}

/** Whether a class itself has a field or method of a name. */
export function declares(owner: Owner, name: string): boolean {
  return declarationIn(owner, name) !== undefined;
}

/** Where an owner declares a member. */
export function declarationIn(owner: Owner, name: string): ast.Identifier | undefined {
  const members: readonly { readonly name: ast.Identifier }[] = [
    ...("fields" in owner ? owner.fields : []),
    ...("methods" in owner ? owner.methods : []),
    ...("constants" in owner ? owner.constants : []),
  ];
  return members.find((member) => member.name.name === name)?.name;
}

/** The class whose method holds a `super`. */
function ownerAround(names: ItemNames, node: ast.Super): ClassPlace | undefined {
  const binding = names.bindingOf(node);
  if (binding?.kind !== "local") return undefined;
  const found = classesIn(names).find((each) => each.methods.some((method) => method.fun === binding.unit.node));
  return found && { node: found, names };
}

/** The classes of an item, local ones too. */
export function classesIn(names: ItemNames): (ast.ClassDeclaration | ast.TraitDeclaration)[] {
  const found: (ast.ClassDeclaration | ast.TraitDeclaration)[] = [];
  for (const { node } of names.exports) if (node.kind === "Class" || node.kind === "Trait") found.push(node);
  for (const unit of names.units) for (const { node } of unit.locals) if (node?.kind === "Class") found.push(node);
  return found;
}

/** The parameter that a named argument means. */
function parameterOf(analysis: Analysis, names: ItemNames, call: ast.Call, name: string): ProgramSymbol | null {
  for (const { fun } of callablesOf(call.callee, names, analysis).all) {
    const param = fun?.node.params.find((each) => each.name.name === name);
    const local = param && fun?.names.localOf(param.name);
    if (fun && local) return { kind: "local", local, names: fun.names };
  }
  return null;
}

// ---- where a symbol is ----

export function isSameSymbol(a: ProgramSymbol, b: ProgramSymbol): boolean {
  switch (a.kind) {
    case "local":
      return b.kind === "local" && a.local === b.local;
    case "global":
      return b.kind === "global" && a.global.export === b.global.export;
    case "module":
      return b.kind === "module" && a.declaration === b.declaration && a.file === b.file;
    case "member":
      return b.kind === "member" && a.name === b.name && a.owner === b.owner;
    case "loose":
      return b.kind === "loose" && a.name === b.name;
    case "effect":
      return b.kind === "effect" && a.name === b.name;
    case "payload":
      return b.kind === "payload" && a.effect === b.effect && a.name === b.name;
    case "request":
      return b.kind === "request" && a.name === b.name && a.effect === b.effect;
    case "builtin":
      return b.kind === "builtin" && a.builtin === b.builtin;
    case "ambiguous":
      return b.kind === "ambiguous" && a.name === b.name;
  }
}

/** The name by which a symbol is written. */
export function nameOf(symbol: ProgramSymbol): string {
  switch (symbol.kind) {
    case "local":
      return symbol.local.name;
    case "global":
      return symbol.global.export.name;
    case "module":
      return symbol.declaration.alias?.name ?? symbol.declaration.path;
    case "builtin":
      return symbol.builtin.name;
    default:
      return symbol.name;
  }
}

/** A place where a symbol is named. `certain` is false where it may be another of the same name (Y1). */
export interface Reference extends Named {
  readonly certain: boolean;
}

/** The places of one file where a symbol is named, in order. */
export function referencesIn(analysis: Analysis, file: string, symbol: ProgramSymbol): Reference[] {
  const tree = analysis.files.get(file);
  if (!tree) return [];
  const name = nameOf(symbol);
  const found: Reference[] = [];
  tree.items.forEach((item, index) => {
    if (!mayName(item.tree, name)) return;
    const names = analysis.names(file, index);
    for (const occurrence of occurrencesIn(item.tree, names)) {
      if (occurrence.name !== name) continue;
      const other = symbolOf(analysis, file, names, occurrence);
      if (!other) continue;
      const certain = isSameSymbol(symbol, other);
      const may =
        (symbol.kind === "member" && other.kind === "loose") || (symbol.kind === "loose" && other.kind === "member");
      if (certain || may)
        found.push({ file, names, span: moved(occurrence, item.offset), occurrence, symbol: other, certain });
    }
  });
  return found;
}

/** A quick look at the text: an effect may be written with escapes. */
const mayName = ({ text }: ast.ItemTree, name: string): boolean => text.includes(name) || text.includes("\\");

/** The files that a symbol can be named in. */
export function filesOf(analysis: Analysis, symbol: ProgramSymbol): Iterable<string> {
  if (symbol.kind === "local") {
    // Named arguments name a parameter from anywhere.
    if (symbol.local.role !== "param") return [analysis.locate(symbol.names).file];
    return analysis.files.keys();
  }
  return symbol.kind === "module" ? [symbol.file] : analysis.files.keys();
}

/** Every place where a symbol is named, file by file. */
export function referencesTo(analysis: Analysis, symbol: ProgramSymbol): Reference[] {
  return [...filesOf(analysis, symbol)].flatMap((file) => referencesIn(analysis, file, symbol));
}

export const moved = ({ start, end }: ast.Span, by: number): ast.Span => ({ start: start + by, end: end + by });
