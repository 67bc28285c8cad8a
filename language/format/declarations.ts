// Declarations and functions as documents.
//
// F1. Annotations stay on the line where they are written, beside or above what they describe.
// F2. Members and fields end in `;` unless they end in a brace.

import type * as ast from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { concat, type Doc, hardline, nothing } from "./document.ts";
import { body, expression } from "./expressions.ts";
import { bracketed } from "./lists.ts";
import { block, braced, endingOf, semicolon } from "./statements.ts";
import { annotatedType } from "./types.ts";

/** Without the `;` behind it. */
export function declaration(c: Cursor, node: ast.Declaration): Doc {
  switch (node.kind) {
    case "Var":
      return variable(c, node);
    case "Fun":
      return concat([annotations(c, node.annotations), functionDoc(c, node.fun, node.name)]);
    case "Class":
      return classDoc(c, node);
    case "Trait":
      return concat([
        c.take("trait"),
        " ",
        c.raw(node.name),
        " ",
        braced(c, node.methods, (method) => member(c, method)),
      ]);
    case "Layout":
      return layout(c, node);
    case "Gene":
      return gene(c, node);
    case "Test": {
      const word = c.take("test");
      return concat([word, " ", c.take(), " ", block(c, node.body)]);
    }
    case "Import":
      return importDoc(c, node);
  }
}

function annotations(c: Cursor, nodes: readonly ast.Annotation[]): Doc {
  const parts = nodes.flatMap((node) => {
    const name = concat([c.take("@"), c.take()]);
    const args = c.is("(") ? bracketed(c, node.args, (arg) => annotationArgument(c, arg)) : nothing;
    return [name, args, c.lineEnds ? hardline : " "];
  });
  return concat(parts);
}

/** The tree does not keep the names of an annotation's arguments. */
function annotationArgument(c: Cursor, node: ast.Expression): Doc {
  if (c.peek(1) !== ":" || c.start >= node.start) return expression(c, node);
  return concat([c.take(), c.take(":"), " ", expression(c, node)]);
}

function variable(c: Cursor, node: ast.VarDeclaration): Doc {
  const head = [annotations(c, node.annotations), c.take(), " ", c.raw(node.name), annotatedType(c, node.type)];
  if (node.init === null) return concat(head);
  return concat([...head, " ", node.entangled ? c.takeSigns("~=") : c.take("="), " ", expression(c, node.init)]);
}

// ---- Functions ----

function functionDoc(c: Cursor, fun: ast.Function, name: ast.Identifier | null): Doc {
  const parts: Doc[] = fun.isAsync ? [c.take("async"), " "] : [];
  parts.push(c.take("fun"), ...(name ? [" ", c.raw(name)] : []));
  parts.push(params(c, fun.params), annotatedType(c, fun.returns), body(c, fun.body));
  return concat(parts);
}

function params(c: Cursor, nodes: readonly ast.Param[]): Doc {
  return bracketed(c, nodes, ({ name, type }) => concat([c.raw(name), annotatedType(c, type)]));
}

export function functionExpression(c: Cursor, { form, fun }: ast.FunExpression): Doc {
  if (form === "fun") return functionDoc(c, fun, null);
  const head = c.is("(") ? params(c, fun.params) : c.take();
  return concat([head, " ", c.takeSigns("=>"), body(c, fun.body)]);
}

// ---- What has members ----

function member(c: Cursor, node: ast.VarDeclaration | ast.FunDeclaration): Doc {
  const doc = declaration(c, node);
  const ends = endingOf(node) === "brace" && c.was("}");
  return concat([doc, semicolon(c, !ends)]);
}

const inOrder = <T extends ast.Span>(parts: readonly T[]): readonly T[] => [...parts].sort((a, b) => a.start - b.start);

function classDoc(c: Cursor, node: ast.ClassDeclaration): Doc {
  const parts = [annotations(c, node.annotations), c.take("class"), " ", c.raw(node.name)];
  if (node.superclass) parts.push(" ", c.take("<"), " ", c.raw(node.superclass));
  node.traits.forEach((trait, index) => {
    parts.push(...(index === 0 ? [" ", c.take("with")] : [c.take(",")]), " ", c.raw(trait));
  });
  const members = inOrder([...node.fields, ...node.methods]);
  return concat([...parts, " ", braced(c, members, (each) => member(c, each))]);
}

function layout(c: Cursor, node: ast.LayoutDeclaration): Doc {
  const form = node.form === "packed" ? concat([c.take("packed"), " ", c.take("layout")]) : c.take();
  return concat([form, " ", c.raw(node.name), " ", braced(c, node.fields, (field) => layoutField(c, field))]);
}

function layoutField(c: Cursor, node: ast.LayoutField): Doc {
  const parts = [annotations(c, node.annotations)];
  if (node.nested) {
    parts.push(layout(c, node.nested));
    if (c.start < node.end) parts.push(" ", c.raw(node.name));
  } else {
    if (c.start < node.name.start) parts.push(c.take("var"), " ");
    parts.push(c.raw(node.name), annotatedType(c, node.type));
    if (node.bits !== null) parts.push(" ", c.take(":"), " ", c.raw({ start: c.start, end: node.end }));
  }
  const isBraced = c.was("}");
  if (!c.skipIf(",")) c.skipIf(";");
  return concat([...parts, isBraced ? nothing : ";", c.trailing()]);
}

function gene(c: Cursor, node: ast.GeneDeclaration): Doc {
  const members = inOrder<ast.GeneField | ast.VarDeclaration | ast.FunDeclaration>([
    ...node.fields,
    ...node.constants,
    ...node.methods,
  ]);
  const print = (each: (typeof members)[number]): Doc => ("range" in each ? allele(c, each) : member(c, each));
  return concat([c.take("gene"), " ", c.raw(node.name), " ", braced(c, members, print)]);
}

function allele(c: Cursor, node: ast.GeneField): Doc {
  const word = c.start < node.name.start ? concat([c.take("var"), " "]) : nothing;
  const doc = concat([word, c.raw(node.name), c.take(":"), " ", expression(c, node.range)]);
  return concat([doc, semicolon(c, true)]);
}

/** The version keeps its form: `at "2.1.0"`, `at 2.1.0`, `^1.0.0`. */
function importDoc(c: Cursor, node: ast.ImportDeclaration): Doc {
  const parts = [c.take("import"), " ", c.raw(node.pathSpan)];
  while (c.start < node.end) {
    if (c.is("as")) parts.push(" ", c.take(), " ", c.take());
    else if (c.is("at")) parts.push(" ", c.take());
    else parts.push(" ", c.raw({ start: c.start, end: endOfClause(c, node.end) }));
  }
  return concat(parts);
}

function endOfClause(c: Cursor, end: number): number {
  const written = /^\S+/.exec(c.text.slice(c.start, end));
  return c.start + (written?.[0].length ?? 0);
}
