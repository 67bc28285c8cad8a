// Values, classes, traits, closures, control flow: LANGUAGE, sections 2 and 3.

import { describe, test } from "vitest";
import { prints } from "./prints.ts";

describe("classes", () => {
  test("fields, init, methods, super, overriding", () =>
    prints(
      `class A { var x = 1; var list = []; fun init(x) { this.x = x; } fun who() { "A" + this.x } fun both() { this.who() + "!" } }
       class B < A { var z = 5; fun init(x) { super.init(x + 1); } fun who() { "B" + super.who() + this.z } }
       print B(1).both();
       var b = B(3); b.list.add(2); print B(4).list; print b.list;
       print b;`,
      "BA25!",
      "[]",
      "[2]",
      "B{x: 4, list: [2], z: 5}",
    ));

  test("init always yields the instance, and may suspend", () =>
    prints(
      `class P { var a = perform "ASK" { q: "a" }; var b; fun init() { this.b = perform "ASK" { q: "b" }; "ignored" } }
       fun make() { handle "ASK" { [resume(effect.continuation, effect.q + 1)] } P() }
       print make()[0][0];`,
      'P{a: "a1", b: "b1"}',
    ));

  test("traits, mixin, methods as values", () =>
    prints(
      `trait Loud { fun shout() { this.say() + "!" } }
       class Dog with Loud { fun say() { "woof" } }
       class Cat { fun say() { "meow" } }
       var c = Cat(); mixin(c, Loud);
       print Dog().shout(); print c.shout(); var m = Dog().say; print m();`,
      "woof!",
      "meow!",
      "woof",
    ));

  test("a class inside a function sees the function's variables, through a subclass too", () =>
    prints(
      `fun make(k) { class Base { var v = k * 2; fun get() { this.v + k } } class Sub < Base { fun more() { this.get() + k } } Sub() }
       print make(4).more(); print make(1).more();`,
      "16",
      "4",
    ));

  test("names that mean something to JavaScript are ordinary names", () =>
    prints(
      `class C { var constructor = 1; var __proto__ = 2; var prototype = 3; fun toString() { "walia" } fun hasOwnProperty() { 4 } }
       var c = C(); c.valueOf = 5;
       var arguments = 6; var eval = 7; var this_ = 8; var undefined = 9; var NaN = 10; var E = 11; var SIGNAL = 12;
       print [c.constructor, c.__proto__, c.prototype, c.toString(), c.hasOwnProperty(), c.valueOf, arguments, eval, undefined, NaN, E, SIGNAL];
       var m = { __proto__: 1, constructor: 2 }; print m; print m.toString; print m.__proto__;
       fun f() { handle "toString" { resume(effect.continuation, effect.__proto__) } perform "toString" { __proto__: "safe" } } print f();
       print "\${1}\`\\u{2028}'".length();`,
      '[1, 2, 3, "walia", 4, 5, 6, 7, 9, 10, 11, 12]',
      "{__proto__: 1, constructor: 2}",
      "nil",
      "1",
      "safe",
      "7",
    ));
});

describe("closures", () => {
  test("share a captured variable that is assigned", () =>
    prints(
      `fun pair() { var n = 0; [() => { n = n + 1; n }, () => n] } var p = pair(); p[0](); p[0](); print p[1]();`,
      "2",
    ));
  test("each turn of a loop has its own variable", () =>
    prints(`var fs = []; for (i in 0..3) { fs.add(() => i); } print fs.map(f => f());`, "[0, 1, 2]"));
  test("call themselves and each other", () =>
    prints(
      `fun f() { fun ev(n) if (n == 0) true else od(n - 1); fun od(n) if (n == 0) false else ev(n - 1); ev(101) }
       fun g() { var down = fun(n) if (n == 0) "done" else down(n - 1); down(5) }
       print f(); print g();`,
      "false",
      "done",
    ));
  test("capture more than four variables", () =>
    prints(
      `fun f(a, b, c, d, e) { var g = 6; () => { g = g + 1; [a, b, c, d, e, g] } } print f(1, 2, 3, 4, 5)();`,
      "[1, 2, 3, 4, 5, 7]",
    ));
});

describe("control flow", () => {
  test("everything yields a value", () =>
    prints(
      `var w = 0; print while (w < 3) { w = w + 1; w * 10 };
       print if (nil) 1; print { 1; 2; 3 }; print unsafe { 5 };
       print if (0) "truthy" else "falsy"; print for (x in [1, 2]) x * 2;`,
      "30",
      "nil",
      "3",
      "5",
      "truthy",
      "4",
    ));
  test("match: constants, guards, tuples, binding", () =>
    prints(
      `const RED = 1; var blue = 2;
       fun f(x) match x { RED => "red", blue => "blue", -1 => "minus", "s" => "string", nil => "nil", n if n > 100 => "big " + n, other => "other " + other };
       print [1, 2, -1, "s", nil, 500, 7].map(f);
       print match (0x01, true) { (0x01, false) => "no", (_, true) => "yes" };`,
      '["red", "blue", "minus", "string", "nil", "big 500", "other 7"]',
      "yes",
    ));
  test("and, or yield the deciding operand", () =>
    prints(
      `print nil or 5; print 0 and "b"; print false and nope(); print 1 || nope(); fun nope() { print "called"; }`,
      "5",
      "b",
      "false",
      "1",
    ));
  test("arguments are evaluated left to right, before later ones change anything", () =>
    prints(
      `var log = []; fun t(x) { log.add(x); x } fun three(a, b, c) { [a, b, c] }
       var n = 1; print three(n, n = 2, n); print t(1) + t(2) * t(3) - t(4); print log;
       fun late() { var x = 1; [x, x = x + 1, x] } print late();`,
      "[1, 2, 2]",
      "3",
      "[1, 2, 3, 4]",
      "[1, 2, 2]",
    ));
  test("named arguments of a function inside a function", () =>
    prints(`fun outer() { fun f(a, b) { a - b } [f(b: 1, a: 5), f(7, b: 2)] } print outer();`, "[4, 5]"));

  test("pipes and named arguments", () =>
    prints(
      `fun sub(a, b) a - b; print 10 |> sub(3) |> sub(2); print sub(b: 1, a: 5); print [1, 2] |> map(x => x + 1) |> sum();`,
      "5",
      "4",
      "5",
    ));
  test("numeric types check and truncate", () =>
    prints(
      `var u: u8 = 255; print u; print 300 !as u8; print -1 !as u16; print 7 as i8; print 1 << 40; print 0xFF & 0x0F;`,
      "255",
      "44",
      "65535",
      "7",
      "1099511627776",
      "15",
    ));
});

describe("methods as values and as tasks", () => {
  test("an async method starts a task on a copy of its instance", () =>
    prints(
      `class C { var n = 1; async fun grow(by) { yield_now(); this.n = this.n + by; this.n } }
       class D < C { async fun grow(by) { await super.grow(by * 10) } }
       var c = C(); print await c.grow(2); print c.n; print await D().grow(1);`,
      "3",
      "1",
      "11",
    ));

  test("a bound method is called by a task", () =>
    prints(
      `class C { var n = 5; fun plus(x) { this.n + x } } var m = C().plus; print await task(m, 2); print [1, 2].map(m);`,
      "7",
      "[6, 7]",
    ));
});
