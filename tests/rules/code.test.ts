import { describe, expect, test } from "vitest";
import { analyseFixture, check, diagnosticsOf } from "./check.ts";

describe("assignments", () => {
  test("what cannot change", () =>
    check(`
//- /a.wal
  import "b" as b;
const LIMIT = 10;
fun f() 1;
class C { fun m() 1; }
fun g() {
  const inner = 1;
  LIMIT = 20;
//^^^^^ W201 \`LIMIT\` is a constant and cannot be assigned
  inner = 2;
//^^^^^ W201 \`inner\` is a constant and cannot be assigned
  f = 2;
//^ W201 \`f\` is a function and cannot be assigned
  C = 2;
//^ W201 \`C\` is a class and cannot be assigned
  b = 2;
//^ W201 \`b\` is an import and cannot be assigned
  clock = inner;
//^^^^^ W201 \`clock\` is built in and cannot be assigned
  b.x
}
//- /b.wal
var x = 1;
`));

  test("variables, parameters, fields and items can", () =>
    check(`
var total = 0;
class C { var x = 1; fun set(v) { this.x = v; } }
fun f(a, list) { a = 1; total = a; list[0] = a; list.name = a; }
`));

  test("no place", () =>
    check(`
fun f() 1;
fun g() {
  f() = 2;
//^^^ W202 this cannot be assigned: only a name, a field, an item or \`*pointer\` can
}
`));
});

describe("arguments", () => {
  test("counted where the callee is certain", () =>
    check(`
fun area(w, h) w * h;
class P { var x; fun init(x) { this.x = x; } }
class Q < P { fun m() 1; }
class E { fun m() 1; }
fun f(unknown) {
  area(1);
//^^^^ W203 \`area\` takes 2 arguments and gets 1
  area(1, 2, 3);
//^^^^ W203 \`area\` takes 2 arguments and gets 3
  1 |> area();
//     ^^^^ W203 \`area\` takes 2 arguments and gets 1
  1 |> area;
//     ^^^^ W203 \`area\` takes 2 arguments and gets 1
  1 |> area(2);
  P();
//^ W203 \`P\` takes 1 argument and gets none
  Q(1, 2);
//^ W203 \`Q\` takes 1 argument and gets 2
  E(1);
//^ W203 \`E\` takes no arguments and gets 1
  math_pow(1);
//^^^^^^^^ W203 \`math_pow\` takes 2 arguments and gets 1
  var inner = fun(a) a;
  inner();
//^^^^^ W203 \`inner\` takes 1 argument and gets none
  unknown(1, 2, 3);
  var changed = fun(a) a;
  changed = fun(a, b) a + b;
  changed(1, 2)
}
`));

  test("named arguments of what takes none", () =>
    check(`
class Point { var x; fun init(x) { this.x = x } fun move(by) { this.x = this.x + by } }
const twice = fun(n) { n * 2 };
fun area(w, h) { fun half(n) { n / 2 } half(n: w * h) }
fun apply(f) { f(n: 1) }
//               ^ W203 named arguments need a function that is declared with \`fun\` and called by its name
print area(h: 2, w: 1);
print Point(x: 1).move(by: 2);
//          ^ W203 named arguments need a function that is declared with \`fun\` and called by its name
//                     ^^ W203 named arguments need a function that is declared with \`fun\` and called by its name
print twice(n: 1);
//          ^ W203 named arguments need a function that is declared with \`fun\` and called by its name
print apply(f: x => x);
`));

  test("by name", () =>
    check(`
fun page(list, limit) list.slice(0, limit);
fun f(xs) {
  page(xs, limit: 10);
  page(limit: 10, list: xs);
  page(xs, limt: 10);
//         ^^^^ W203 \`page\` has no parameter \`limt\`
  page(xs, list: 10);
//         ^^^^ W203 \`list\` is given twice
  net_listen(8080, host: "localhost")
}
`));

  test("resume", () =>
    check(`
  handle "A" { resume() }
//             ^^^^^^ W203 \`resume\` takes 1 or 2 arguments and gets none
  perform "A";
`));

  test("an alias's functions", () =>
    check(`
//- /a.wal
  import "b" as b;
  b.area(1);
//^^^^^^ W203 \`area\` takes 2 arguments and gets 1
//- /b.wal
fun area(w, h) w * h;
`));

  test("the declaration is named", () => {
    const [first] = diagnosticsOf(analyseFixture("fun one(a) a;\none();"));
    expect(first?.related).toEqual([
      { message: "`one` is declared here", file: "/main.wal", span: { start: 4, end: 7 } },
    ]);
  });
});

describe("words in the wrong place", () => {
  test("await", () =>
    check(`
async fun load() 1;
var top = await load();
fun f() {
  print await load();
//      ^^^^^ W204 \`await\` needs an \`async\` function, and \`f\` is none
  1 |> await g();
//           ^^^ W204 \`await\` needs an \`async\` function, and \`f\` is none
  fun() await load()
//      ^^^^^ W204 \`await\` needs an \`async\` function, and this function is none
}
async fun g(a) {
  handle "A" { resume(effect.continuation, await load()) }
  perform "A";
  [a].map(x => await x);
  await load()
}
test "may await" { assert(await load() == 1); }
`));

  test("break, continue and return", () =>
    check(`
fun g() { break; }
//        ^^^^^ W205 \`break\` has no loop around it
fun f(xs) {
  for (x in xs) { handle "A" { nil } if (x) break; perform "A"; }
  for (x in xs) { xs.each(fun(y) { if (y) continue; }); print x; }
//                                        ^^^^^^^^ W205 \`continue\` has no loop around it
  for (x in xs) { handle "A" { break } perform "A" { x: x } }
//                             ^^^^^ W205 \`break\` has no loop around it
  while (true) { if (xs) { return 1; } }
}
  return 1;
//^^^^^^^^ W206 \`return\` has no function around it
test "t" { return 1; }
  handle "A" { return resume(effect.continuation, 1); }
`));

  test("this, super and effect", () =>
    check(`
class A { var x; fun m() { [1].map(e => this.x + e) } }
class B < A { fun m() super.m(); }
class C {
  fun m() super.m();
//        ^^^^^^^ W207 \`C\` has no superclass for \`super\` to mean
}
trait T { fun t() this.x; }
fun f() {
  print this.x;
//      ^^^^ W207 \`this\` is only known in a class or trait
  print effect.fd;
//      ^^^^^^ W208 \`effect\` is only known in the clause of a \`handle\`
}
`));
});

describe("numbers", () => {
  test("that do not fit their type", () =>
    check(`
  var a: u8 = 300;
//            ^^^ W209 300 does not fit in \`u8\`, which holds 0 to 255
  var b: i8 = -129;
//            ^^^^ W209 -129 does not fit in \`i8\`, which holds -128 to 127
  var c: u16 = 0xFFFF;
  print 256 as u8;
//      ^^^ W209 256 does not fit in \`u8\`, which holds 0 to 255
  print 256 !as u8;
  var d: f32 = 1e300;
//             ^^^^^ W209 1e+300 does not fit in \`f32\`, which holds ±3.4028234663852886e+38
`));
});

describe("code that is never reached", () => {
  test("after return, break and exit", () =>
    check(`
fun f(xs) {
  for (x in xs) { break; print x; }
//                       ^^^^^^^ W210 this is never reached: \`break\` comes before it
  if (xs) { exit(1); print "x"; }
//                   ^^^^^^^^^ W210 this is never reached: \`exit\` comes before it
  return g();
  fun g() 1;
}
`));

  test("an exit of one's own goes on", () =>
    check(`
fun exit(a) a;
fun f() { exit(1); print "x"; }
`));
});

describe("match", () => {
  test("that leaves values out", () =>
    check(`
const RED = 1;
const BLUE = 2;
fun f(a, b) {
  match a { true => 1 };
//^^^^^^^ W211 no arm takes \`false\`
  match a { true => 1, false if b => 2 };
//^^^^^^^ W211 no arm takes \`false\`
  match a { true => 1, false => 2 };
  match a { RED => 1, BLUE => 2 };
//^^^^^^^ W211 no arm takes other values: add \`_ => …\`, or it is a fault when one comes
  match a { "x" => 1, _ => 2 };
  match a { 1 => 1, other => other };
  match (a, b) { (1, _) => 1 };
//^^^^^^^^^^^^ W211 no arm takes other values: add \`_ => …\`, or it is a fault when one comes
  match (a, b) { (1, _) => 1, (_, y) => y };
}
`));

  test("a part of effect is limited by who performs", () =>
    check(`
  handle "A" { match effect.name { "x" => resume(effect.continuation, 1) } }
  perform "A" { name: "x" };
`));

  test("every monitored port has its arm", () =>
    check(`
  unsafe { io_monitor(0x80, WLD_EVENT_READ); io_monitor(0x82, WLD_EVENT_READ); }
  handle "IO_READ" {
    match effect.target { 0x80 => print "power" }
//  ^^^^^^^^^^^^^^^^^^^ W211 port 0x82 is monitored, and no arm takes it
    resume(effect.continuation, true);
  }
`));

  test("arms that are never reached", () =>
    check(`
const RED = 1;
fun f(a) {
  match a { 1 => "a", RED => "b", _ => "c", 2 => "d" };
//                    ^^^ W212 this arm is never reached: an earlier one takes this value
//                                          ^ W212 this arm is never reached: an earlier one takes everything
  match a { x if x > 1 => x, x if x < 0 => x, WLD_EVENT_WRITE => 0, 2 => 1, _ => 2 };
//                                                                  ^ W212 this arm is never reached: an earlier one takes this value
}
`));
});
