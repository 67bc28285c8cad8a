// Faults: LANGUAGE, section 8.

import { describe, expect, test } from "vitest";
import { runWalia } from "../run.ts";
import { faults, prints } from "./prints.ts";

describe("a fault is an effect", () => {
  test("a handler abandons the block", () =>
    prints(
      `fun f() { handle "FAULT" { effect.kind + ": " + effect.message } 1 + nil } print f();`,
      "TypeError: + needs two numbers or a string, got number and nil",
    ));

  test("a handler resumes with a substitute, wherever it happened", () =>
    prints(
      `fun f(g) { handle "FAULT" { resume(effect.continuation, 40) } g() }
       print f(() => 2 + (1 - "x"));
       print f(() => [1, nil.x, 3]);
       print f(() => if (1 < "a") "truthy" else "falsy");
       print f(() => 1 + [5].map(x => x - nil)[0]);`,
      "42",
      "[1, 40, 3]",
      "truthy",
      "41",
    ));

  test("a clause that computes with a broken value faults outside its own handler", () =>
    prints(
      `fun f() { handle "FAULT" { "outer " + effect.message } handle "E" { resume(effect.continuation, effect.n * 2) } handle "FAULT" { "inner" } perform "E" { n: "x" } }
       print f();`,
      "outer * needs two numbers, got string and number",
    ));

  test("a program performs FAULT itself", () =>
    prints(
      `fun f() { handle "FAULT" { effect.kind } perform "FAULT" { kind: "Mine", message: "m" } } print f();`,
      "Mine",
    ));

  test("awaiting a failed task performs its fault in the awaiter", () =>
    prints(
      `async fun bad() { [][0].x } async fun f() { handle "FAULT" { "saw " + effect.kind } await bad() } print await f();`,
      "saw NilAccess",
    ));
});

describe("every mistake is a fault with a plain message", () => {
  const cases: readonly (readonly [source: string, message: string])[] = [
    ["nil.x", 'fault NilAccess: "x" of nil'],
    ["nil()", "fault NilAccess: a call needs a function or a class, got nil"],
    ["var f = fun(a) a; f(1, 2)", "fault ArityError: function takes 1 argument, got 2"],
    ["class P { fun init(a) {} } var c = P; c()", "fault ArityError: P takes 1 argument, got 0"],
    ["class P { fun m(a) {} } P().m()", "fault ArityError: P.m takes 1 argument, got 0"],
    ["class P {} P().m()", 'fault TypeError: P has no method "m"'],
    ["[1].nope()", 'fault TypeError: List has no method "nope"'],
    ["[1][5] = 2", "fault IndexError: index 5 is outside the list (length 1)"],
    ["match 5 { 1 => 2 }", "fault MatchError: no arm matches 5"],
    ["var x: u8 = 255; x = x + 1", "fault Overflow: 256 does not fit u8 (0 to 255)"],
    ["assert(1 == 2)", "fault AssertError: assertion failed"],
    ["resume(1, 2)", "fault TypeError: resume needs a continuation, got number"],
    ['perform "NOBODY"', 'fault UnhandledEffect: nobody handles the effect "NOBODY"'],
    ["for (x in 5) x", "fault TypeError: for needs a list, a map, a string, Bytes or a range, got number"],
    ["nowhere", "fault UndefinedName: nowhere is not defined"],
  ];
  test.each(cases)("%s", (source, message) => faults(`${source};`, message));
});

test("an unhandled fault shows where it came from, handlers and tasks included", async () => {
  const ran = await runWalia(
    `fun inner(x) { x - "a" }
fun middle(x) { var r = inner(x); r }
fun outer() {
    handle "E" { var r = middle(effect.n); resume(effect.continuation, r) }
    var v = perform "E" { n: 1 };
    v
}
outer();
`,
    { check: false },
  );
  expect(ran.exitCode).toBe(70);
  for (const name of ["inner", "middle", 'handler of "E"', 'inside handle "E"']) expect(ran.faults).toContain(name);
  expect(ran.faults).toContain('x - "a"');
  expect(ran.faults).not.toMatch(/\.ts|node:|at Object/);
});

test("a fault of a task shows where it happened and who awaited it", async () => {
  const ran = await runWalia(`async fun job(items) { var x = items[9].price; x }
fun ready() { 1 }
print await job([1]) + ready();
`);
  expect(ran.exitCode).toBe(70);
  expect(ran.faults.split("\n").filter((line) => !line.includes("|"))).toEqual([
    'fault NilAccess: "price" of nil',
    "  at job (main.wal:1:32)",
    "  awaited by",
    "  at program (main.wal:3:7)",
    "",
  ]);
});
