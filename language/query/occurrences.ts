// Everything in an item that names something, with what kind of name it is: the ground of go to definition, references,
// highlighting and rename. From the item alone, so it is found once for each version of an item; what a name means in the
// workspace is symbols.ts's affair.
//
// O1. The span covers the name as it is written, without the quotes of a string.
// O2. A name that was left out in broken text (`x.`) is no occurrence.

import type * as ast from "../ast.ts";
import type { Export, ItemNames, Local } from "../names/model.ts";
import { type Node, walk } from "../walk.ts";

export type Access = "declaration" | "read" | "write";

export interface Occurrence extends ast.Span {
  readonly name: string;
  readonly access: Access;
  readonly of: Naming;
}

/** What kind of name stands there, with what is needed to find its meaning. */
export type Naming =
  | { readonly kind: "local"; readonly local: Local }
  | { readonly kind: "export"; readonly export: Export }
  /** Declared somewhere else: the registry knows. */
  | { readonly kind: "free" }
  | { readonly kind: "type" }
  | { readonly kind: "alias"; readonly declaration: ast.ImportDeclaration }
  /** A field or method where its class, trait or layout declares it. */
  | { readonly kind: "own member"; readonly owner: Owner }
  /** `object.name`. */
  | { readonly kind: "member"; readonly object: ast.Expression }
  /** `super.name`. */
  | { readonly kind: "inherited"; readonly node: ast.Super }
  /** A key of a map. */
  | { readonly kind: "key" }
  /** The argument's name in `f(limit: 10)`. */
  | { readonly kind: "argument"; readonly call: ast.Call }
  | { readonly kind: "effect"; readonly node: ast.Perform | ast.Handle }
  /** A field of a request, where it is performed. */
  | { readonly kind: "payload"; readonly effect: string };

export type Owner = ast.ClassDeclaration | ast.TraitDeclaration | ast.LayoutDeclaration | ast.GeneDeclaration;

const known = new WeakMap<ItemNames, readonly Occurrence[]>();

/** In the order of the text. */
export function occurrencesIn(tree: ast.ItemTree, names: ItemNames): readonly Occurrence[] {
  const before = known.get(names);
  if (before) return before;
  const found = [...boundNames(names), ...writtenNames(tree)]
    .filter(({ name, start, end }) => name !== "" && end > start)
    .sort((a, b) => a.start - b.start);
  known.set(names, found);
  return found;
}

/** The occurrence at an offset in the item; between two that touch, the one that begins there. */
export function occurrenceAt(tree: ast.ItemTree, names: ItemNames, at: number): Occurrence | undefined {
  let ending: Occurrence | undefined;
  for (const each of occurrencesIn(tree, names)) {
    if (each.start <= at && at < each.end) return each;
    if (each.end === at) ending = each;
    if (each.start > at) break;
  }
  return ending;
}

/** Names that scopes know. */
function boundNames(names: ItemNames): Occurrence[] {
  const found: Occurrence[] = [];
  const add = (node: object, access: Access, of: Naming): void => {
    if ("name" in node) found.push(at(node as ast.Identifier, access, of));
  };
  for (const unit of names.units) {
    for (const local of unit.locals) {
      const of: Naming = { kind: "local", local };
      if (local.declaration) add(local.declaration, "declaration", of);
      for (const { node, access } of local.uses) add(node, access, of);
    }
    for (const { node, access } of unit.free) add(node, access, { kind: "free" });
  }
  for (const each of names.exports) add(each.identifier, "declaration", { kind: "export", export: each });
  for (const declaration of names.imports)
    if (declaration.alias) add(declaration.alias, "declaration", { kind: "alias", declaration });
  return found;
}

/** Names that no scope knows: of members, keys, arguments, effects and types. */
function writtenNames({ statements }: ast.ItemTree): Occurrence[] {
  const found: Occurrence[] = [];
  const add = (name: ast.Identifier, access: Access, of: Naming): void => void found.push(at(name, access, of));
  const payloads = new Map<ast.MapLiteral, string>();
  const targets = new Set<ast.Expression>();
  const visit = (node: Node): undefined => {
    switch (node.kind) {
      case "Class":
        for (const { name } of [...node.fields, ...node.methods])
          add(name, "declaration", { kind: "own member", owner: node });
        return;
      case "Trait":
        for (const { name } of node.methods) add(name, "declaration", { kind: "own member", owner: node });
        return;
      case "Layout":
        for (const { name } of node.fields) add(name, "declaration", { kind: "own member", owner: node });
        return;
      case "Gene":
        for (const { name } of [...node.fields, ...node.constants, ...node.methods])
          add(name, "declaration", { kind: "own member", owner: node });
        return;
      case "Assign":
        targets.add(node.target);
        return;
      case "Member":
        add(node.name, targets.has(node) ? "write" : "read", { kind: "member", object: node.object });
        return;
      case "Super":
        add(node.method, "read", { kind: "inherited", node });
        return;
      case "Map": {
        const effect = payloads.get(node);
        const of: Naming = effect === undefined ? { kind: "key" } : { kind: "payload", effect };
        for (const { key } of node.entries) add(unquoted(key), "write", of);
        return;
      }
      case "Call":
        for (const { name } of node.args) if (name) add(name, "read", { kind: "argument", call: node });
        return;
      case "Perform":
      case "Handle": {
        const { start, end } = node.effectSpan;
        const name = { start: start + 1, end: end - 1, name: node.effect };
        add(name, node.kind === "Handle" ? "write" : "read", { kind: "effect", node });
        if (node.kind === "Perform" && node.payload) payloads.set(node.payload, node.effect);
        return;
      }
      case "NamedType":
        add({ name: node.name, start: node.start, end: node.start + node.name.length }, "read", { kind: "type" });
        return;
    }
  };
  for (const statement of statements) walk(statement, visit);
  return found;
}

const at = ({ name, start, end }: ast.Identifier, access: Access, of: Naming): Occurrence => ({
  ...{ name, start, end, access, of },
});

/** A key may be a string; then its span has the quotes. */
const unquoted = (key: ast.Identifier): ast.Identifier =>
  key.end - key.start === key.name.length ? key : { ...key, start: key.start + 1, end: key.end - 1 };
