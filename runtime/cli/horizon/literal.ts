// Values as they are written on the command line: literals of Walia, read by the language's own parser, or JSON. Also a Walia
// literal may have `null` for nil.
//
//   nil  true  3  -1.5  0x1f  'A'  "text"  [1, 2]  { name: "Ada", "any key": nil }  "text".bytes()

import type { Expression } from "../../../language/ast.ts";
import { parseFile } from "../../../language/parse/parse.ts";
import { MapValue, type Value } from "../../engine/values.ts";
import { UsageError } from "../trouble.ts";

/** The value of a literal. UsageError when the text is none; `option` is where it stands, `--with`. */
export function readLiteral(text: string, option: string): Value {
  const literal = expressionOf(text);
  const value = literal === undefined ? undefined : literalValue(literal);
  if (value !== undefined) return value.value;
  const json = jsonOf(text);
  if (json !== undefined) return json.value;
  const isWord = /^[A-Za-z_][\w -]*$/.test(text);
  throw new UsageError(
    "horizon",
    `${option} is a literal of Walia or JSON, not ${text}${isWord ? `; a text has quotes of its own: '"${text}"'` : ""}`,
  );
}

/** A value, which may be nil; undefined stands for "no literal". */
interface Read {
  readonly value: Value;
}

/** The expression that all of the text is. */
function expressionOf(text: string): Expression | undefined {
  const { items } = parseFile("value", `var value = ${text}\n;`);
  const [item] = items;
  const [statement] = item?.tree.statements ?? [];
  const isOne = items.length === 1 && item!.tree.errors.length === 0 && item!.tree.statements.length === 1;
  return isOne && statement?.kind === "Var" && statement.type === null ? (statement.init ?? undefined) : undefined;
}

function literalValue(literal: Expression): Read | undefined {
  switch (literal.kind) {
    case "Nil":
      return { value: undefined };
    case "Number":
    case "String":
    case "Char":
    case "Bool":
      return { value: literal.value };
    // As JSON writes it.
    case "Name":
      return literal.name === "null" ? { value: undefined } : undefined;
    case "Unary": {
      const operand = literal.op === "-" ? literalValue(literal.operand) : undefined;
      return typeof operand?.value === "number" ? { value: -operand.value } : undefined;
    }
    case "List": {
      const items = literal.items.map(literalValue);
      return items.every((item) => item !== undefined) ? { value: items.map(({ value }) => value) } : undefined;
    }
    case "Map": {
      const entries = literal.entries.map(({ key, value }) => [key.name, literalValue(value)] as const);
      const map = new MapValue();
      for (const [key, entry] of entries) {
        if (entry === undefined) return undefined;
        map.set(key, entry.value);
      }
      return { value: map };
    }
    case "Call": {
      const { callee, args } = literal;
      const isBytes = callee.kind === "Member" && callee.name.name === "bytes" && args.length === 0;
      return isBytes && callee.object.kind === "String"
        ? { value: Uint8Array.from(Buffer.from(callee.object.value)) }
        : undefined;
    }
    default:
      return undefined;
  }
}

function jsonOf(text: string): Read | undefined {
  try {
    return { value: fromJson(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

function fromJson(json: unknown): Value {
  if (json === null) return undefined;
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === "object") return MapValue.of(Object.entries(json).map(([key, value]) => [key, fromJson(value)]));
  return json as Value;
}
