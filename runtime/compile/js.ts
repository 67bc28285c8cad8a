// Short constructors for the JavaScript tree (ESTree), so that the emitter reads like the code it makes.

import type * as es from "estree";

export const id = (name: string): es.Identifier => ({ type: "Identifier", name });

export function value(constant: number | string | boolean | null | undefined): es.Expression {
  if (constant === undefined) return id("undefined");
  if (typeof constant === "number" && (constant < 0 || Object.is(constant, -0)))
    return { type: "UnaryExpression", operator: "-", prefix: true, argument: value(-constant) };
  if (constant === Number.POSITIVE_INFINITY) return id("Infinity");
  if (Number.isNaN(constant)) return id("NaN");
  return { type: "Literal", value: constant };
}

export const array = (elements: readonly es.Expression[]): es.ArrayExpression => ({
  type: "ArrayExpression",
  elements: [...elements],
});

export const member = (object: es.Expression, name: string): es.MemberExpression => ({
  type: "MemberExpression",
  object,
  property: id(name),
  computed: false,
  optional: false,
});

export const element = (object: es.Expression, index: es.Expression): es.MemberExpression => ({
  type: "MemberExpression",
  object,
  property: index,
  computed: true,
  optional: false,
});

/** `object?.name` */
export const maybe = (object: es.Expression, name: string): es.ChainExpression => ({
  type: "ChainExpression",
  expression: { type: "MemberExpression", object, property: id(name), computed: false, optional: true },
});

export const call = (callee: es.Expression | string, ...args: es.Expression[]): es.CallExpression => ({
  type: "CallExpression",
  callee: typeof callee === "string" ? id(callee) : callee,
  arguments: args,
  optional: false,
});

export const make = (callee: string, ...args: es.Expression[]): es.NewExpression => ({
  type: "NewExpression",
  callee: id(callee),
  arguments: args,
});

export const binary = (
  operator: es.BinaryOperator,
  left: es.Expression,
  right: es.Expression,
): es.BinaryExpression => ({
  type: "BinaryExpression",
  operator,
  left,
  right,
});

export const logical = (operator: "&&" | "||", left: es.Expression, right: es.Expression): es.LogicalExpression => ({
  type: "LogicalExpression",
  operator,
  left,
  right,
});

export const not = (argument: es.Expression): es.UnaryExpression => ({
  type: "UnaryExpression",
  operator: "!",
  prefix: true,
  argument,
});

export const typeOf = (argument: es.Expression): es.UnaryExpression => ({
  type: "UnaryExpression",
  operator: "typeof",
  prefix: true,
  argument,
});

export const choose = (
  test: es.Expression,
  consequent: es.Expression,
  alternate: es.Expression,
): es.ConditionalExpression => ({ type: "ConditionalExpression", test, consequent, alternate });

export const assign = (left: es.Expression, right: es.Expression): es.Statement => ({
  type: "ExpressionStatement",
  expression: { type: "AssignmentExpression", operator: "=", left: left as es.MemberExpression, right },
});

/** `target++` */
export const increment = (target: es.Expression): es.Statement =>
  run({ type: "UpdateExpression", operator: "++", prefix: false, argument: target });

export const run = (expression: es.Expression): es.Statement => ({ type: "ExpressionStatement", expression });

export const ret = (argument: es.Expression): es.Statement => ({ type: "ReturnStatement", argument });

export const block = (body: readonly es.Statement[]): es.BlockStatement => ({
  type: "BlockStatement",
  body: [...body],
});

export const when = (
  test: es.Expression,
  then: readonly es.Statement[],
  otherwise: readonly es.Statement[] | null = null,
): es.Statement => ({
  type: "IfStatement",
  test,
  consequent: block(then),
  alternate: otherwise === null || otherwise.length === 0 ? null : block(otherwise),
});

export const declare = (
  kind: "var" | "const",
  ...declarations: readonly (readonly [name: string, init: es.Expression | null])[]
): es.VariableDeclaration => ({
  type: "VariableDeclaration",
  kind,
  declarations: declarations.map(([name, init]) => ({ type: "VariableDeclarator", id: id(name), init })),
});

export const fun = (
  name: string,
  params: readonly string[],
  body: readonly es.Statement[],
): es.FunctionDeclaration => ({
  type: "FunctionDeclaration",
  id: id(name),
  params: params.map(id),
  body: block(body),
});

export const isNumber = (expression: es.Expression): es.Expression =>
  binary("===", typeOf(expression), value("number"));
