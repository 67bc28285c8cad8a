// Types and patterns as documents.

import type * as ast from "../ast.ts";
import { type Cursor, Lost } from "./cursor.ts";
import { concat, type Doc, join } from "./document.ts";
import { expression } from "./expressions.ts";
import { bracketed } from "./lists.ts";

/** `*Frame`, `u8[64]`, `List(<m>)`, `Map<K, V>`: no space inside but behind commas. */
export function typeRef(c: Cursor, node: ast.TypeRef): Doc {
  switch (node.kind) {
    case "PointerType":
      return concat([c.take("*"), typeRef(c, node.to)]);
    case "ArrayType":
      return concat([
        typeRef(c, node.of),
        c.take("["),
        ...(node.length ? [expression(c, node.length)] : []),
        c.take("]"),
      ]);
    case "UnitType":
      return c.raw(node);
    case "NamedType": {
      const name = [c.take()];
      while (c.is(".")) name.push(c.take(), c.take());
      if (node.args.length === 0) return concat(name);
      const open = c.take();
      const args = node.args.map((arg) => {
        const doc = typeRef(c, arg);
        return c.skipIf(",") ? concat([doc, ",", c.trailing()]) : doc;
      });
      return concat([...name, open, join(args, " "), c.take()]);
    }
  }
}

/** `: T`, or nothing. */
export function annotatedType(c: Cursor, type: ast.TypeRef | null): Doc {
  return type === null ? "" : concat([c.take(":"), " ", typeRef(c, type)]);
}

export function pattern(c: Cursor, node: ast.Pattern): Doc {
  const before = c.leading();
  if (c.start === node.start) return concat([before, plain(c, node)]);
  if (!c.is("(")) throw new Lost(`a pattern at ${c.start}`);
  return concat([before, c.take("("), pattern(c, node), c.dangling(false), c.take(")")]);
}

function plain(c: Cursor, node: ast.Pattern): Doc {
  switch (node.kind) {
    case "LiteralPattern":
      return c.is("-") ? concat([c.take(), c.raw({ start: c.start, end: node.end })]) : c.raw(node);
    case "NamePattern":
    case "WildcardPattern":
      return c.raw(node);
    case "TuplePattern":
      // `(x)` would be a pattern in parentheses.
      return bracketed(c, node.items, (item) => pattern(c, item), node.items.length === 1 ? { last: "always" } : {});
    case "SimilarPattern":
      return concat([
        c.take("~"),
        " ",
        expression(c, node.to),
        ...(node.threshold ? [" ", c.take("at"), " ", expression(c, node.threshold)] : []),
      ]);
    case "LayoutPattern": {
      const head = concat([c.take("layout"), " ", c.raw(node.name), " "]);
      const fields: readonly (ast.FieldPattern | null)[] = node.rest ? [...node.fields, null] : node.fields;
      const field = (part: ast.FieldPattern | null): Doc => {
        if (part === null) return c.takeSigns("..");
        const name = c.raw(part.name);
        return c.is(":") ? concat([name, c.take(":"), " ", pattern(c, part.pattern)]) : name;
      };
      return concat([head, bracketed(c, fields, field, { spaced: true, ...(node.rest ? { last: "never" } : {}) })]);
    }
  }
}
