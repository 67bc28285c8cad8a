// Trees as text, for the cases in tests/parse/cases: an S-expression without spans, defaults left out.
//
//   var x: u8 = f(1);   (Var x u8 (Call f [1]))

import type { Expression, Pattern, Statement, TypeRef } from "../../language/ast.ts";

/** One line a statement. */
export function printTree(statements: readonly Statement[]): string {
  return statements.map(print).join("\n");
}

function print(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(print).join(" ")}]`;
  return "kind" in value ? printNode(value as Expression | Pattern | TypeRef | Statement) : printPart(value);
}

function printNode(node: Expression | Pattern | TypeRef | Statement): string {
  switch (node.kind) {
    case "Name":
      return node.name === "" ? "<no name>" : node.name;
    case "Number":
    case "Bool":
      return String(node.value);
    case "String":
      return JSON.stringify(node.value);
    case "Char":
      return `'${String.fromCodePoint(node.value)}'`;
    case "Nil":
      return node.start === node.end ? "<hole>" : "nil";
    case "NamedType":
      return node.args.length === 0 ? node.name : `(${node.name} ${node.args.map(print).join(" ")})`;
    case "NamePattern":
      return node.name.name;
    case "WildcardPattern":
      return "_";
    case "LiteralPattern":
      return JSON.stringify(node.value);
    default:
      return `(${[node.kind, ...fields(node)].join(" ")})`;
  }
}

/** Identifiers, arguments, parameters, arms and the like have no kind. */
function printPart(part: object): string {
  const { name, value, type, ...rest } = part as Record<string, unknown>;
  if (isIdentifier(part)) return part.name === "" ? "<no name>" : part.name;
  if ("value" in part && name === null) return print(value);
  if ("name" in part && "value" in part) return `${print(name)}: ${print(value)}`;
  if ("name" in part && type === null) return print(name);
  if ("name" in part && type !== undefined && fields(rest).length === 0) return `${print(name)}: ${print(type)}`;
  return `(${fields(part).join(" ")})`;
}

function isIdentifier(part: object): part is { name: string } {
  return Object.keys(part).every((key) => ["name", "start", "end"].includes(key));
}

const UNSAID = new Set(["kind", "start", "end", "opSpan", "effectSpan", "pathSpan"]);

function fields(node: object): string[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (UNSAID.has(key) || value === null || value === false) return [];
    if (value === true) return [key];
    if (Array.isArray(value) && value.length === 0) return [];
    return [key === "doc" ? `doc:${print(value)}` : print(value)];
  });
}
