// The outline of a file: its declarations and handlers, nested as they are written.

import type * as ast from "../ast.ts";
import { childrenOf, type Node } from "../walk.ts";

export interface OutlineEntry {
  readonly kind:
    | "function"
    | "method"
    | "constructor"
    | "class"
    | "trait"
    | "layout"
    | "gene"
    | "field"
    | "variable"
    | "constant"
    | "handler"
    | "test"
    | "import";
  readonly name: string;
  /** What stands beside the name, dimmed: parameters, a superclass. */
  readonly detail: string;
  /** Offsets in the item. */
  readonly whole: ast.Span;
  readonly nameSpan: ast.Span;
  readonly children: readonly OutlineEntry[];
}

/** Functions in functions deeper than this are nobody's outline. */
const MAX_DEPTH = 20;

const known = new WeakMap<ast.ItemTree, readonly OutlineEntry[]>();

/** Made once for each version of an item: handlers may stand anywhere in it, so all of it is looked through. */
export function outlineOf(tree: ast.ItemTree): readonly OutlineEntry[] {
  const before = known.get(tree);
  if (before) return before;
  const made = tree.statements.flatMap((statement) => entriesOf(statement, true, 0));
  known.set(tree, made);
  return made;
}

/** Variables are listed at top level only. */
function entriesOf(node: Node, isTop: boolean, depth: number): OutlineEntry[] {
  if (depth > MAX_DEPTH) return [];
  const inside = (...nodes: readonly Node[]): OutlineEntry[] =>
    nodes.flatMap((each) => entriesOf(each, false, depth + 1));
  switch (node.kind) {
    case "Fun":
      return [entry("function", node, node.name, parameters(node.fun), inside(node.fun.body))];
    case "Class": {
      const above = node.superclass ? `< ${node.superclass.name}` : "";
      const traits = node.traits.length > 0 ? `with ${node.traits.map(({ name }) => name).join(", ")}` : "";
      const members = [...fields(node.fields), ...methods(node.methods, depth)];
      return [entry("class", node, node.name, [above, traits].filter(Boolean).join(" "), inOrder(members))];
    }
    case "Trait":
      return [entry("trait", node, node.name, "", methods(node.methods, depth))];
    case "Layout":
      return [entry("layout", node, node.name, node.form === "layout" ? "" : node.form, fields(node.fields))];
    case "Gene": {
      const members = [...fields(node.fields), ...fields(node.constants), ...methods(node.methods, depth)];
      return [entry("gene", node, node.name, "", inOrder(members))];
    }
    case "Test":
      return [{ ...entry("test", node, null, "", inside(node.body)), name: node.title || "test" }];
    case "Handle": {
      const name = { name: `handle "${node.effect}"`, ...span(node.effectSpan) };
      return [entry("handler", node, name, "", inside(node.clause, ...(node.body ? [node.body] : [])))];
    }
    case "Import": {
      const name = { name: node.alias?.name ?? node.path, ...span(node.alias ?? node.pathSpan) };
      return node.path === "" ? [] : [entry("import", node, name, node.alias ? node.path : "", [])];
    }
    case "Var": {
      const children = node.init ? inside(node.init) : [];
      if (!isTop) return children;
      return [entry(node.constant ? "constant" : "variable", node, node.name, "", children)];
    }
  }
  const children: Node[] = [];
  childrenOf(node, children);
  return inside(...children);
}

function entry(
  kind: OutlineEntry["kind"],
  whole: ast.Span,
  name: ast.Identifier | null,
  detail: string,
  children: readonly OutlineEntry[],
): OutlineEntry {
  const nameSpan = name && name.end > name.start ? name : { start: whole.start, end: whole.start };
  return { kind, name: name?.name || "?", detail, whole: span(whole), nameSpan: span(nameSpan), children };
}

const fields = (all: readonly (ast.Span & { readonly name: ast.Identifier })[]): OutlineEntry[] =>
  all.map((field) => entry("field", field, field.name, "", []));

const methods = (all: readonly ast.FunDeclaration[], depth: number): OutlineEntry[] =>
  all.map((method) => {
    const kind = method.name.name === "init" ? "constructor" : "method";
    return entry(kind, method, method.name, parameters(method.fun), entriesOf(method.fun.body, false, depth + 1));
  });

const inOrder = (entries: OutlineEntry[]): OutlineEntry[] => entries.sort((a, b) => a.whole.start - b.whole.start);
const parameters = ({ params }: ast.Function): string => `(${params.map((param) => param.name.name).join(", ")})`;
const span = ({ start, end }: ast.Span): ast.Span => ({ start, end });
