import { describe, expect, test } from "vitest";
import type * as ast from "../../language/ast.ts";
import type { ItemNames, Local, Unit } from "../../language/names/model.ts";
import { resolveItem } from "../../language/names/resolve.ts";
import { walkUnits } from "../../language/names/units.ts";
import { parseItem } from "../../language/parse/parse.ts";
import { walk } from "../../language/walk.ts";

const resolve = (text: string): ItemNames => resolveItem(parseItem(text));

/**
 * A unit as a line: `function f: a b! | captures c`. After a local: `*` captured, `!` in a cell, `^` early.
 */
function show(unit: Unit): string {
  const mark = (local: Local): string =>
    `${local.name}${local.early ? "^" : local.captured && local.assigned ? "!" : local.captured ? "*" : ""}`;
  const captures = unit.captures.map((local) => local.name);
  return [
    `${unit.kind} ${unit.path}:`.replace(" :", ":"),
    ...unit.locals.map(mark),
    ...(captures.length > 0 ? ["|", ...captures] : []),
  ].join(" ");
}

const units = (text: string): string[] => resolve(text).units.map(show);

describe("units (N1)", () => {
  test("functions, lambdas, clauses, handled code and methods have paths", () => {
    expect(
      units(`
fun f(a) {
  handle "ASK" { effect.x + a }
  var g = x => x + a;
  g(fun() 1);
  handle "TELL" { 1 } in { a }
}`),
    ).toEqual([
      "top:",
      "function f: a*",
      "clause f/handle ASK#1: effect | a",
      "handled f/in ASK#1: g | a",
      "function f/in ASK#1/fun#1: x | a",
      "function f/in ASK#1/fun#2:",
      "clause f/in ASK#1/handle TELL#1: effect",
      "handled f/in ASK#1/in TELL#1: | a",
    ]);
  });

  test("members of a class; a field's initialiser is a unit of its own", () => {
    expect(units("class A < B { var x = [this]; var y; fun init(v) { this.x = v; } fun m() super.m(); }")).toEqual([
      "top:",
      "field A.x: this",
      "method A.init: this v",
      "method A.m: this",
    ]);
  });

  test("a program-wide handler covers no unit of its own (N3)", () => {
    const names = resolve('handle "A" { effect.x }');
    expect(names.units.map(show)).toEqual(["top:", "clause handle A#1: effect"]);
    expect(names.handledOf(names.units[1]!.node as ast.Handle)).toBeUndefined();
  });

  test("same names are told apart, and tests have units", () => {
    expect(units('test "t" { if (1) { fun f() 1; f() } else { fun f() 2; f() } }')).toEqual([
      "top:",
      "test test#1: f f",
      "function test#1/f:",
      "function test#1/f#2:",
    ]);
  });

  test("handlers one after the other nest", () => {
    expect(units('fun f() { handle "A" { 1 } handle "B" { 2 } 3 }').map((line) => line.split(":")[0])).toEqual([
      "top",
      "function f",
      "clause f/handle A#1",
      "handled f/in A#1",
      "clause f/in A#1/handle B#1",
      "handled f/in A#1/in B#1",
    ]);
  });
});

describe("locals (N2, N4)", () => {
  test("captured and assigned ones live in cells", () => {
    expect(units("fun f() { var a = 1; var b = 2; var c = 3; b = 4; x => { a + b }; c }")).toEqual([
      "top:",
      "function f: a* b! c",
      "function f/fun#1: x | a b",
    ]);
  });

  test("handled code captures like any unit", () => {
    expect(units('fun f() { var n = 0; handle "A" { n = n + 1; } perform "A"; n }')).toEqual([
      "top:",
      "function f: n!",
      "clause f/handle A#1: effect | n",
      "handled f/in A#1: | n",
    ]);
  });

  test("functions are made when their block is entered: what they name of it is early", () => {
    expect(units("fun f(p) { var a = 1; fun g() a + p + h(); fun h() 1; g() }")).toEqual([
      "top:",
      "function f: p* g h^ a^",
      "function f/g: | a p h",
      "function f/h:",
    ]);
  });

  test("a function that calls itself, and a class that makes its own kind", () => {
    expect(units("fun f() { var g = fun(n) g(n); class C { fun m() C(); } g(C()) }")).toEqual([
      "top:",
      "function f: g^ C^",
      "function f/fun#1: n | g",
      "method f/C.m: this | C",
    ]);
  });

  test("a variable's initialiser sees the name outside, unless it is a function", () => {
    const names = resolve("fun f(x) { { var x = x + 1; x } }");
    const [outer, inner] = names.units[1]!.locals;
    expect([outer?.uses.length, inner?.uses.length]).toEqual([1, 1]);
  });

  test("names that no scope declares are free, with who reads and who writes", () => {
    const names = resolve('fun f() { a = b; handle "X" { c } d }');
    const free = names.units.flatMap((unit) =>
      unit.free.map((use) => `${unit.kind} ${use.access} ${(use.node as ast.Name).name}`),
    );
    expect(free).toEqual(["function write a", "function read b", "clause read c", "handled read d"]);
  });

  test("top-level names are exports, not locals", () => {
    const names = resolve("/// doc\nconst A = x => A;");
    expect(names.exports.map(({ name, role }) => `${role} ${name}`)).toEqual(["const A"]);
    expect(names.units.flatMap((unit) => unit.free.length)).toEqual([0, 1]);
  });
});

describe("patterns (N5)", () => {
  test("a visible constant compares; another local binds; a free name is left to the registry", () => {
    const names = resolve("fun f(v, other) { const K = 1; match v { K => 1, other => other, FREE => FREE } }");
    const locals = names.units[1]!.locals.map((local) => `${local.role} ${local.name}${local.pattern ? "?" : ""}`);
    expect(locals).toEqual(["param v", "param other", "const K", "pattern other", "pattern FREE?"]);
  });
});

test("walkUnits visits every node in the unit that the resolver gave its uses", () => {
  const tree = parseItem(`
fun f(a) {
  handle "A" { handle "B" { effect } in { a } }
  class C { var x = y; fun m() { this.x = z => z; } }
  if (a) { handle "D" { u } w } else v
  q
}`);
  const names = resolveItem(tree);
  const expected = new Map<object, Unit>();
  for (const unit of names.units) {
    for (const use of unit.free) expected.set(use.node, unit);
    for (const local of unit.locals) for (const use of local.uses) expected.set(use.node, use.unit);
  }
  let seen = 0;
  walkUnits(tree, names, (node, unit) => {
    const wanted = expected.get(node);
    if (wanted) {
      expect(unit.path).toBe(wanted.path);
      seen++;
    }
    return undefined;
  });
  let all = 0;
  for (const statement of tree.statements)
    walk(statement, (node) => {
      if (expected.has(node)) all++;
      return undefined;
    });
  expect(seen).toBe(all);
  expect(seen).toBeGreaterThan(8);
});
