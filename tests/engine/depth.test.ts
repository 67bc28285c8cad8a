// Recursion, tail calls and deep stacks of handlers: bounded by memory, never by the host's stack.

import { describe, test } from "vitest";
import { prints } from "./prints.ts";

describe("recursion", () => {
  test("a million deep, not a tail call", () =>
    prints(`fun deep(n) if (n == 0) 0 else 1 + deep(n - 1); print deep(1000000);`, "1000000"));

  test("through methods, closures and callbacks", () =>
    prints(
      `class C { fun down(n) { if (n == 0) 0 else 1 + this.down(n - 1) } }
       fun twist(n, f) if (n == 0) f(0) else 1 + twist(n - 1, x => f(x));
       fun nest(n) if (n == 0) 0 else 1 + [n].map(x => nest(x - 1))[0];
       print C().down(100000); print twist(30000, x => x); print nest(30000);`,
      "100000",
      "30000",
      "30000",
    ));

  test("a perform at the bottom of a deep recursion, resumed many times", () =>
    prints(
      `fun deep(n) if (n == 0) perform "E" else 1 + deep(n - 1);
       fun f() { handle "E" { [resume(effect.continuation, 0), resume(effect.continuation, 1)] } deep(50000) }
       print f();`,
      "[50000, 50001]",
    ));
});

describe("tail calls never grow the stack", () => {
  test("of itself", () =>
    prints(`fun f(n, acc) if (n == 0) acc else f(n - 1, acc + 1); print f(2000000, 0);`, "2000000"));

  test("mutual", () =>
    prints(
      `fun even(n) if (n == 0) true else odd(n - 1); fun odd(n) if (n == 0) false else even(n - 1); print even(2000001);`,
      "false",
    ));

  test("through a value, a method and a match", () =>
    prints(
      `fun go(n, f) if (n == 0) "done" else f(n - 1, f);
       class C { fun run(n) { match n { 0 => "end", _ => this.run(n - 1) } } }
       print go(1000000, go); print C().run(1000000);`,
      "done",
      "end",
    ));

  test("evaluates its arguments before it changes its parameters", () =>
    prints(`fun swap(n, a, b) if (n == 0) [a, b] else swap(n - 1, b, a); print swap(3, 1, 2);`, "[2, 1]"));

  test("gives each turn its own captured variables", () =>
    prints(
      `fun f(n, out) { if (n == 0) return out; out.add(() => n); f(n - 1, out) } print f(3, []).map(g => g());`,
      "[3, 2, 1]",
    ));
});

describe("handlers", () => {
  test("20,000 nested, the outermost answers", () =>
    prints(
      `fun nest(n) { if (n == 0) perform "GO" else { handle "X" { 0 } nest(n - 1) + 1 } }
       fun f() { handle "GO" { resume(effect.continuation, 5) } nest(20000) }
       fun g() { handle "GO" { [resume(effect.continuation, 5), resume(effect.continuation, 6)] } nest(20000) }
       print f(); print g();`,
      "20005",
      "[20005, 20006]",
    ));

  test("10,000 clauses in place, each performing to the next", () =>
    prints(
      `fun nest(n) { if (n == 0) perform "P" { e: 0 } else { handle "P" { resume(effect.continuation, perform "P" { e: effect.e + 1 }) } nest(n - 1) } }
       fun f() { handle "P" { resume(effect.continuation, effect.e) } nest(10000) }
       print f();`,
      "10000",
    ));

  test("an abandoned performer 100,000 frames deep", () =>
    prints(
      `fun deep(n) { if (n == 0) perform "AB" { v: 3 } else 1 + deep(n - 1) } fun f() { handle "AB" { effect.v } deep(100000) } print f();`,
      "3",
    ));

  test("a loop of a million performs whose clauses take the continuation", () =>
    prints(
      `var last = nil;
       fun f() { handle "E" { last = effect.continuation; resume(effect.continuation, effect.n + 1) } var n = 0; while (n < 1000000) n = perform "E" { n: n }; n }
       print f();`,
      "1000000",
    ));
});
