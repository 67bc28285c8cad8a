// From Ohm's tree to ours: one operation, `ast`, with an action for each rule of the grammar `Walia`, in its order.
// draft.ts adds those of `Draft`; nothing else in the project touches Ohm nodes.
//
// B1. A token takes the space after it, so the end of a node is trimmed back to its last token (`spanOf`).
// B2. What the grammar leaves open is decided here, with a message in our words: missing `;` (G3), a lone `at`,
//     escapes and numbers that mean nothing, operations that are too long.
//
// The file is long because the grammar is: most of it is one entry a rule.
//
// `reading` is module state because Ohm's actions have no other way to reach it; it is set for the duration of one
// `build`, which is synchronous and never re-entered.

import type { Dict, MatchResult, Node } from "ohm-js";
import grammars, { type WaliaActionDict } from "../../syntaxes/walia.ohm-bundle.js";
import type * as ast from "../ast.ts";
import { fold, type Prefix, type Tail, type Term } from "./fold.ts";
import { characterValue, numberValue, stringValue } from "./literals.ts";
import { expected, tooLongChain } from "./messages.ts";
import { cheaply } from "./ohm.ts";
import { docsByOffset, type Scan, trimEnd } from "./scan.ts";

/** Operators, members and calls in one operation, and branches in one `else if` ladder: the tree stays shallow enough to walk. */
export const MAX_CHAIN = 1000;

interface Reading {
  readonly scan: Scan;
  readonly docs: ReadonlyMap<number, string>;
  readonly errors: ast.SyntaxError[];
}

let reading: Reading;

/** The statements of an item that matched `Walia`; faults are added to `errors`. */
export function build(match: MatchResult, scan: Scan, errors: ast.SyntaxError[]): readonly ast.Statement[] {
  return buildFrom(semantics(match), scan, errors);
}

/** The same for a match that is wrapped with the operations of a grammar already. */
export function buildFrom(root: Dict, scan: Scan, errors: ast.SyntaxError[]): readonly ast.Statement[] {
  reading = { scan, docs: docsByOffset(scan), errors };
  return root.ast() as readonly ast.Statement[];
}

// ---- Reading Ohm nodes ----

const one = <T>(node: Node): T => node.ast() as T;
const many = <T>(node: Node): T[] => node.children.map((child) => child.ast() as T);
const maybe = <T>(node: Node): T | null => (node.numChildren === 0 ? null : (node.child(0).ast() as T));
/** `(a (comma a)*)?`: the first and the rest are two nodes. */
const listed = <T>(first: Node, rest: Node): T[] => [...many<T>(first), ...manyDeep<T>(rest)];
/** An iteration inside an optional part is an iteration of iterations. */
const manyDeep = <T>(node: Node): T[] =>
  node.children.flatMap((child) => (child.isIteration() ? many<T>(child) : [child.ast() as T]));

const startOf = (node: Node): number => node.source.startIdx;
const endOf = (node: Node): number => trimEnd(reading.scan, node.source.endIdx);
/** A node without text, such as a hole, stands behind the token before it. */
export const spanOf = (node: Node): ast.Span => {
  const end = endOf(node);
  return { start: Math.min(startOf(node), end), end };
};
const sourceOf = (node: Node): string => reading.scan.text.slice(startOf(node), endOf(node));
const docOf = (node: Node): string | null => reading.docs.get(startOf(node)) ?? null;

function identifier(node: Node): ast.Identifier {
  const span = spanOf(node);
  return { name: reading.scan.text.slice(span.start, span.end), ...span };
}

const spanOfIdentifier = ({ start, end }: ast.Identifier): ast.Span => ({ start, end });

function fault(start: number, end: number, message: string): void {
  reading.errors.push({ start, end, message });
}

// ---- Statements ----

interface Step {
  readonly statement: ast.Statement | null;
  readonly end: number;
  readonly terminated: boolean;
}

/** G3: a statement without `;` must end in `}` or be the last one. */
function statements(steps: readonly Step[]): ast.Statement[] {
  steps.forEach(({ end, terminated, statement }, index) => {
    if (terminated || index === steps.length - 1 || statement?.kind === "Error") return;
    if (reading.scan.text[end - 1] === "}") return;
    reading.errors.push(expected("`;`", reading.scan, end));
  });
  return steps.flatMap(({ statement }) => statement ?? []);
}

/** G3: like statements, members and arms without their sign must end in `}` or be the last ones. */
function separated(nodes: Node, sign: ";" | ","): void {
  for (const node of nodes.children.slice(0, -1)) {
    const end = endOf(node);
    if (!";,}".includes(reading.scan.text[end - 1]!) && !node.child(0).ctorName.startsWith("broken"))
      reading.errors.push(expected(`\`${sign}\``, reading.scan, end));
  }
}

// ---- Functions ----

function funDeclaration(
  node: Node,
  annotations: Node,
  isAsync: Node,
  name: Node,
  params: Node,
  returns: Node,
  body: Node,
): ast.FunDeclaration {
  const fun = functionOf(node, isAsync, params, returns, body);
  const span = { start: fun.start, end: fun.end };
  return { kind: "Fun", name: identifier(name), fun, annotations: many(annotations), doc: docOf(node), ...span };
}

function functionOf(node: Node, isAsync: Node, params: Node, returns: Node, body: Node): ast.Function {
  return {
    isAsync: isAsync.numChildren > 0,
    params: one(params),
    returns: maybe(returns),
    body: one(body),
    start: startOf(node),
    end: endOf(body),
  };
}

function lambda(node: Node, params: readonly ast.Param[], body: Node): ast.FunExpression {
  const span = spanOf(node);
  const fun: ast.Function = { isAsync: false, params, returns: null, body: one(body), ...span };
  return { kind: "FunExpression", form: "lambda", fun, ...span };
}

function ifOf(node: Node, condition: Node, then: Node, elseIfs: Node, otherwise: Node): ast.If {
  const end = endOf(node);
  let rest = maybe<ast.Expression>(otherwise);
  const branches = elseIfs.children;
  if (branches.length > MAX_CHAIN) {
    const { start } = spanOf(branches[MAX_CHAIN]!);
    fault(start, start + "else".length, `too many branches: more than ${MAX_CHAIN} \`else if\``);
  }
  for (const branch of branches.slice(0, MAX_CHAIN).reverse()) {
    const { start, condition: test, body } = one<ElseIf>(branch);
    rest = ifNode(test, body, rest, { start, end });
  }
  return ifNode(one(condition), one(then), rest, { start: startOf(node), end });
}

function ifNode(
  condition: ast.Expression,
  then: ast.Expression,
  otherwise: ast.Expression | null,
  span: ast.Span,
): ast.If {
  return { kind: "If", condition, then, otherwise, ...span };
}

interface ElseIf {
  readonly start: number;
  readonly condition: ast.Expression;
  readonly body: ast.Expression;
}

/** A term, or the text of a prefixed one, as an operand for `fold`. */
function termOf(node: Node): Term {
  const value = one<ast.Expression | PrefixedTerm>(node);
  return value.kind === "Prefixed" ? value.term : { prefixes: [], value, ...spanOf(node) };
}

interface PrefixedTerm {
  readonly kind: "Prefixed";
  readonly term: Term;
}

function operationOf(first: Term, tails: Node): ast.Expression {
  const parts = tails.children;
  if (parts.length > MAX_CHAIN) {
    const { start } = spanOf(parts[MAX_CHAIN]!);
    fault(start, start + 1, tooLongChain(MAX_CHAIN));
  }
  return fold(first, parts.slice(0, MAX_CHAIN).map(one<Tail>), reading.errors);
}

// ---- The operation ----

/** By rule of `Walia`. Rules that are not here are never asked: words, signs, space, and what is read as text. */
export const actions: WaliaActionDict<unknown> = {
  item: (_mark, _s, steps) => statements(many(steps)),

  statement(node, semicolon): Step {
    const value = one<ast.Statement | null>(node);
    const terminated = semicolon.isIteration() ? semicolon.numChildren > 0 : true;
    return { statement: value, end: endOf(node), terminated };
  },
  nothing: (_empty) => null,
  whole: (node) => node.ast(),
  jump: (node) => node.ast(),
  return(_return, _gap, value): ast.Return {
    return { kind: "Return", value: maybe(value), ...spanOf(this) };
  },
  print(_print, _gap, value): ast.Print {
    return { kind: "Print", value: one(value), ...spanOf(this) };
  },
  printMany(_print, _gap, first, _commas, rest): ast.Print {
    const items = [one<ast.Expression>(first), ...many<ast.Expression>(rest)];
    const tuple: ast.Tuple = { kind: "Tuple", items, start: startOf(first), end: endOf(this) };
    return { kind: "Print", value: tuple, ...spanOf(this) };
  },
  break(_break, _gap): ast.Break {
    return { kind: "Break", ...spanOf(this) };
  },
  continue(_continue, _gap): ast.Continue {
    return { kind: "Continue", ...spanOf(this) };
  },
  release(_release, _gap, value): ast.Release {
    return { kind: "Release", value: one(value), ...spanOf(this) };
  },
  body: (node) => node.ast(),
  block(_open, _s, steps, _close): ast.Block {
    return { kind: "Block", statements: statements(many(steps)), ...spanOf(this) };
  },
  if(_if, _gap, condition, then, elseIfs, otherwise) {
    return ifOf(this, condition, then, elseIfs, otherwise);
  },
  elseIf(_semicolon, _else, _gap, word, _gap2, condition, body): ElseIf {
    return { start: startOf(word), condition: one(condition), body: one(body) };
  },
  else: (_semicolon, _else, _gap, body) => body.ast(),
  while(_while, _gap, condition, body): ast.While {
    return { kind: "While", condition: one(condition), body: one(body), ...spanOf(this) };
  },
  for(_for, _gap, _open, _s, _var, name, _in, _gap2, of, _close, body): ast.For {
    return { kind: "For", name: identifier(name), of: one(of), body: one(body), ...spanOf(this) };
  },
  unsafe(_unsafe, _gap, body): ast.Unsafe {
    return { kind: "Unsafe", body: one(body), ...spanOf(this) };
  },
  fused(_fused, _gap, body): ast.Fused {
    return { kind: "Fused", body: one(body), ...spanOf(this) };
  },
  asm(_asm, _gap, _open, _s, lines, _close): ast.Asm {
    return { kind: "Asm", lines: many(lines), ...spanOf(this) };
  },
  asmLine: (line, _separator) => line.ast(),
  condition: (_open, _s, value, _close) => value.ast(),

  match(_match, _gap, subject, _open, _s, branches, _close): ast.Match {
    separated(branches, ",");
    const arms = many<ast.Arm | ast.ErrorStatement>(branches).filter((branch) => "pattern" in branch);
    return { kind: "Match", subject: one(subject), arms, ...spanOf(this) };
  },
  branch: (node) => node.ast(),
  tuple(_open, _s, first, _commas, rest, _comma, _close, _s2): ast.Tuple {
    return { kind: "Tuple", items: [one(first), ...many<ast.Expression>(rest)], ...spanOf(this) };
  },
  arm(pattern, guard, _arrow, _s, body, _comma): ast.Arm {
    return { pattern: one(pattern), guard: maybe(guard), body: one(body), start: startOf(this), end: endOf(body) };
  },
  guard: (_if, _gap, condition) => condition.ast(),

  declaration: (node) => node.ast(),
  var(annotations, word, _gap, name, type, init): ast.VarDeclaration {
    const value = maybe<Init>(init);
    return {
      kind: "Var",
      constant: word.sourceString === "const",
      name: identifier(name),
      type: maybe(type),
      init: value?.value ?? null,
      entangled: value?.entangled ?? false,
      annotations: many(annotations),
      doc: docOf(this),
      ...spanOf(this),
    };
  },
  typeOf: (_colon, _s, type) => type.ast(),
  init: (sign, _s, value): Init => ({ entangled: sign.sourceString === "~=", value: one(value) }),
  fun(annotations, isAsync, _fun, _gap, name, params, returns, body) {
    return funDeclaration(this, annotations, isAsync, name, params, returns, body);
  },
  params: (_open, _s, first, _commas, rest, _comma, _close) => listed<ast.Param>(first, rest),
  param(name, type): ast.Param {
    return { name: identifier(name), type: maybe(type), ...spanOf(this) };
  },
  class(annotations, _class, _gap, name, superclass, traits, _open, _s, members, _close): ast.ClassDeclaration {
    separated(members, ";");
    const all = many<ast.VarDeclaration | ast.FunDeclaration | ast.ErrorStatement>(members);
    return {
      kind: "Class",
      name: identifier(name),
      superclass: maybe(superclass),
      traits: maybe<ast.Identifier[]>(traits) ?? [],
      fields: all.filter((member) => member.kind === "Var"),
      methods: all.filter((member) => member.kind === "Fun"),
      errors: all.filter((member) => member.kind === "Error"),
      annotations: many(annotations),
      doc: docOf(this),
      ...spanOf(this),
    };
  },
  superclass: (_sign, _s, name) => identifier(name),
  traits: (_with, _gap, first, _commas, rest) => [first, ...rest.children].map(identifier),
  member: (node) => node.ast(),
  method(annotations, isAsync, _fun, _gap, name, params, returns, body, _semicolon) {
    return funDeclaration(this, annotations, isAsync, name, params, returns, body);
  },
  field: (node, _semicolon) => node.ast(),
  trait(_trait, _gap, name, _open, _s, methods, _close): ast.TraitDeclaration {
    separated(methods, ";");
    const all = many<ast.FunDeclaration | ast.ErrorStatement>(methods);
    return {
      kind: "Trait",
      name: identifier(name),
      methods: all.filter((member) => member.kind === "Fun"),
      errors: all.filter((member) => member.kind === "Error"),
      doc: docOf(this),
      ...spanOf(this),
    };
  },
  traitMember: (node) => node.ast(),
  layout(form, name, _open, _s, fields, _close): ast.LayoutDeclaration {
    separated(fields, ";");
    const all = many<ast.LayoutField | ast.ErrorStatement>(fields);
    return {
      kind: "Layout",
      form: one(form),
      name: identifier(name),
      fields: all.filter((field) => "type" in field),
      errors: all.filter((field) => "kind" in field),
      doc: docOf(this),
      ...spanOf(this),
    };
  },
  layoutMember: (node) => node.ast(),
  layoutForm_layout: (_layout, _gap) => "layout",
  layoutForm_packed: (_packed, _gap, _layout, _gap2) => "packed",
  layoutForm_union: (_union, _gap) => "union",
  layoutForm: (form) => form.ast(),
  nestedLayout(layout, name, _separator): ast.LayoutField {
    const nested = one<ast.LayoutDeclaration>(layout);
    const type: ast.TypeRef = { kind: "NamedType", name: nested.name.name, args: [], ...spanOfIdentifier(nested.name) };
    const given = name.children.map(identifier)[0] ?? nested.name;
    const end = name.numChildren > 0 ? given.end : nested.end;
    return { name: given, type, nested, bits: null, annotations: [], start: nested.start, end };
  },
  layoutField(annotations, _var, name, type, bits, _separator): ast.LayoutField {
    return {
      name: identifier(name),
      type: one<ast.TypeRef | null>(type) ?? { kind: "NamedType", name: "", args: [], ...spanOf(type) },
      nested: null,
      bits: maybe(bits),
      annotations: many(annotations),
      start: startOf(this),
      end: endOf(bits.numChildren > 0 ? bits : type),
    };
  },
  bitWidth: (_colon, _s, bits) => bits.ast(),
  gene(_gene, _gap, name, _open, _s, members, _close): ast.GeneDeclaration {
    separated(members, ";");
    const all = many<ast.GeneField | ast.VarDeclaration | ast.FunDeclaration | ast.ErrorStatement>(members);
    return {
      kind: "Gene",
      name: identifier(name),
      fields: all.filter((member) => "range" in member),
      constants: all.filter((member) => "kind" in member && member.kind === "Var"),
      methods: all.filter((member) => "kind" in member && member.kind === "Fun"),
      errors: all.filter((member) => "kind" in member && member.kind === "Error"),
      doc: docOf(this),
      ...spanOf(this),
    };
  },
  geneMember: (node) => node.ast(),
  allele(_var, name, _colon, _s, range, _semicolon): ast.GeneField {
    return { name: identifier(name), range: one(range), start: startOf(this), end: endOf(range) };
  },
  test(_test, _gap, title, body): ast.TestDeclaration {
    return { kind: "Test", title: one<ast.StringLiteral>(title).value, body: one(body), ...spanOf(this) };
  },
  import(_import, _gap, path, clauses): ast.ImportDeclaration {
    const said = many<ImportClause>(clauses);
    return {
      kind: "Import",
      path: one<ast.StringLiteral>(path).value,
      pathSpan: spanOf(path),
      alias: said.find((clause) => clause.alias !== null)?.alias ?? null,
      version: said.find((clause) => clause.version !== null)?.version ?? null,
      ...spanOf(this),
    };
  },
  importClause: (node) => node.ast(),
  importClause_as: (_as, _gap, name): ImportClause => ({ alias: identifier(name), version: null }),
  importClause_at: (_at, _gap, version): ImportClause => ({
    alias: null,
    version: one<ast.StringLiteral>(version).value,
  }),
  importClause_version: (_at, _gap, version): ImportClause => ({ alias: null, version: sourceOf(version) }),
  handle(_handle, _gap, effect, clause, body): ast.Handle {
    return {
      kind: "Handle",
      effect: one<ast.StringLiteral>(effect).value,
      effectSpan: spanOf(effect),
      clause: one(clause),
      body: maybe(body),
      ...spanOf(this),
    };
  },
  handleIn: (_in, _gap, body) => body.ast(),
  annotation(_at, name, args): ast.Annotation {
    const given = maybe<readonly ast.Argument[]>(args) ?? [];
    return { name: sourceOf(name), args: given.map((argument) => argument.value), ...spanOf(this) };
  },
  annotationArgs: (_open, _s, args, _close) => args.ast(),

  type(pointers, core): ast.TypeRef {
    const end = endOf(core);
    const stars = pointers.children;
    if (stars.length > MAX_CHAIN)
      fault(startOf(this), startOf(core), `too long: more than ${MAX_CHAIN} \`*\` in one type`);
    return stars
      .slice(-MAX_CHAIN)
      .reduceRight<ast.TypeRef>(
        (to, star) => ({ kind: "PointerType", to, start: startOf(star), end }),
        core.ctorName === "unit" ? { kind: "UnitType", unit: unitText(core), ...spanOf(core) } : one(core),
      );
  },
  namedType(name, args, arrays, _s): ast.TypeRef {
    const start = startOf(this);
    const named: ast.TypeRef = {
      kind: "NamedType",
      name: name.sourceString,
      args: maybe<ast.TypeRef[]>(args) ?? [],
      start,
      end: args.numChildren > 0 ? args.source.endIdx : name.source.endIdx,
    };
    return arrays.children.reduce<ast.TypeRef>(
      (of, array) => ({ kind: "ArrayType", of, length: one(array), start, end: array.source.endIdx }),
      named,
    );
  },
  typeArgs: (_open, _s, first, _commas, rest, _close) => [one(first), ...many(rest)],
  arraySuffix: (_open, _s, length, _close) => maybe(length),

  expr: (node) => node.ast(),
  lambda(name, _arrow, _s, body) {
    return lambda(this, [{ name: identifier(name), type: null, ...spanOf(name) }], body);
  },
  lambdas(params, _arrow, _s, body) {
    return lambda(this, one(params), body);
  },
  operation(term, tails): ast.Expression {
    const first = termOf(term);
    return tails.numChildren === 0 && first.prefixes.length === 0 ? first.value : operationOf(first, tails);
  },
  tail: (node) => node.ast(),
  dot(_dot, name): Tail {
    const found = one<ast.Identifier>(name);
    return { kind: "dot", name: found, end: found.end };
  },
  call(_open, _s, args, _close): Tail {
    return { kind: "call", args: one(args), end: endOf(this) };
  },
  index(_open, _s, index, _close): Tail {
    return { kind: "index", index: one(index), end: endOf(this) };
  },
  assignment(_sign, _s, value): Tail {
    return { kind: "assign", value: one(value), end: endOf(value) };
  },
  binary(operator, term): Tail {
    const opSpan = spanOf(operator);
    return { kind: "binary", op: reading.scan.text.slice(opSpan.start, opSpan.end), opSpan, term: termOf(term) };
  },
  cast(word, _gap, type): Tail {
    return { kind: "cast", type: one(type), truncate: word.sourceString === "!as", end: endOf(type) };
  },
  arguments: (first, _commas, _s, rest, _comma) => listed<ast.Argument>(first, rest),
  argument(node): ast.Argument {
    const made = one<ast.Argument | ast.Expression>(node);
    return "kind" in made ? { name: null, value: made, ...spanOf(this) } : made;
  },
  namedArgument(name, _colon, _s, value): ast.Argument {
    return { name: identifier(name), value: one(value), ...spanOf(this) };
  },

  term(node): ast.Expression | PrefixedTerm {
    switch (node.ctorName) {
      case "name":
        return { kind: "Name", ...identifier(node) };
      case "string":
        return one<ast.StringLiteral>(node);
      case "unit":
        // `List(<m>)`: a unit where a value is expected measures nothing.
        return {
          kind: "Quantity",
          value: { kind: "Nil", start: startOf(node), end: startOf(node) },
          unit: unitText(node),
          ...spanOf(node),
        };
      default:
        return one(node);
    }
  },
  group: (_open, _s, value, _close) => value.ast(),
  list(_open, _s, first, _commas, _s2, rest, _comma, _close): ast.ListLiteral {
    return { kind: "List", items: listed(first, rest), ...spanOf(this) };
  },
  map(_open, _s, first, _commas, _s2, rest, _comma, _close): ast.MapLiteral {
    return { kind: "Map", entries: listed(first, rest), ...spanOf(this) };
  },
  entry(key, _colon, _s, value): ast.MapEntry {
    const name = key.ctorName === "string" ? one<ast.StringLiteral>(key).value : sourceOf(key);
    return { key: { name, ...spanOf(key) }, value: one(value), ...spanOf(this) };
  },
  prefixed(prefixes, term): PrefixedTerm {
    const { prefixes: inner, ...operand } = termOf(term);
    return { kind: "Prefixed", term: { ...operand, prefixes: [...many<Prefix>(prefixes), ...inner] } };
  },
  quantity(number, unit): ast.Expression {
    const plain: ast.NumberLiteral = { kind: "Number", value: one(number), ...spanOf(number) };
    const measured = unit.children[0];
    return measured === undefined
      ? plain
      : { kind: "Quantity", value: plain, unit: unitText(measured), ...spanOf(this) };
  },
  wordTerm: (node) => node.ast(),
  constant(word, _gap): ast.BoolLiteral | ast.NilLiteral {
    const span = spanOf(this);
    return word.sourceString === "nil"
      ? { kind: "Nil", ...span }
      : { kind: "Bool", value: word.sourceString === "true", ...span };
  },
  this(_this, _gap): ast.This {
    return { kind: "This", ...spanOf(this) };
  },
  super(_super, _gap, dot): ast.Super {
    const tail = one<Tail & { kind: "dot" }>(dot);
    return { kind: "Super", method: tail.name, ...spanOf(this) };
  },
  perform(_perform, _gap, effect, payload): ast.Perform {
    return {
      kind: "Perform",
      effect: one<ast.StringLiteral>(effect).value,
      effectSpan: spanOf(effect),
      payload: maybe(payload),
      ...spanOf(this),
    };
  },
  function(isAsync, _fun, _gap, params, returns, body): ast.FunExpression {
    const fun = functionOf(this, isAsync, params, returns, body);
    return { kind: "FunExpression", form: "fun", fun, ...spanOf(this) };
  },

  pattern: (node) => node.ast(),
  namePattern(name): ast.Pattern {
    const found = identifier(name);
    return found.name === "_"
      ? { kind: "WildcardPattern", start: found.start, end: found.end }
      : { kind: "NamePattern", name: found, start: found.start, end: found.end };
  },
  literalPattern(node): ast.Pattern {
    const span = spanOf(this);
    if (node.ctorName === "numberPattern") return { kind: "LiteralPattern", value: one(node), ...span };
    const literal = one<ast.StringLiteral | ast.CharLiteral | ast.BoolLiteral | ast.NilLiteral>(node);
    return { kind: "LiteralPattern", value: literal.kind === "Nil" ? null : literal.value, ...span };
  },
  numberPattern: (minus, number) => (minus.numChildren > 0 ? -one<number>(number) : one(number)),
  tuplePattern(_open, _s, first, _commas, rest, comma, _close, _s2): ast.Pattern {
    const items = [one<ast.Pattern>(first), ...many<ast.Pattern>(rest)];
    return items.length === 1 && comma.numChildren === 0 ? items[0]! : { kind: "TuplePattern", items, ...spanOf(this) };
  },
  similarPattern(_sign, _s, term, suffixes, threshold): ast.Pattern {
    return {
      kind: "SimilarPattern",
      to: operationOf(termOf(term), suffixes),
      threshold: maybe(threshold),
      ...spanOf(this),
    };
  },
  suffix: (node) => node.ast(),
  threshold: (_at, _gap, value) => value.ast(),
  layoutPattern(_layout, _gap, name, _open, _s, first, _commas, rest, _comma, others, _close, _s2): ast.Pattern {
    return {
      kind: "LayoutPattern",
      name: identifier(name),
      fields: listed(first, rest),
      rest: others.numChildren > 0,
      ...spanOf(this),
    };
  },
  fieldPattern: (node) => node.ast(),
  fieldPattern_pattern(name, _colon, _s, pattern): ast.FieldPattern {
    return { name: identifier(name), pattern: one(pattern), ...spanOf(this) };
  },
  fieldPattern_name(name): ast.FieldPattern {
    const found = identifier(name);
    return { name: found, pattern: { kind: "NamePattern", name: found, ...spanOf(name) }, ...spanOf(name) };
  },

  prefix(sign, _s): Prefix {
    return { op: sign.sourceString as Prefix["op"], ...spanOf(this) };
  },

  number(_digits, _s) {
    return numberValue(sourceOf(this), startOf(this), reading.errors);
  },
  string(_open, _parts, close, _s): ast.StringLiteral {
    const start = startOf(this);
    const end = endOf(close);
    const value = stringValue(reading.scan.text.slice(start, end), start, reading.errors);
    return { kind: "String", value, start, end };
  },
  character(_open, _parts, close, _s): ast.CharLiteral {
    const start = startOf(this);
    const end = close.source.endIdx;
    const value = characterValue(reading.scan.text.slice(start, end), start, reading.errors);
    return { kind: "Char", value, start, end };
  },
  nearName: (_space, name) => identifier(name),
  farName: (_s, name) => identifier(name),
};

export const semantics = cheaply(grammars.Walia.createSemantics().addOperation<unknown>("ast", actions));

interface Init {
  readonly entangled: boolean;
  readonly value: ast.Expression;
}

interface ImportClause {
  readonly alias: ast.Identifier | null;
  readonly version: string | null;
}

const unitText = (node: Node): string => sourceOf(node).slice(1, -1);
