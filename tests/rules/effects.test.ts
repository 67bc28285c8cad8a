import { describe, expect, test } from "vitest";
import { analyseFixture, check, diagnosticsOf } from "./check.ts";

describe("effects that nothing handles", () => {
  test("in the program, with the calls on the way", () => {
    const fixture = `
fun ask() perform "ASK";
//                ^^^^^ W301 nothing handles "ASK", which the program performs here
fun twice() ask() + ask();
  print twice();
`;
    check(fixture);
    const [first] = diagnosticsOf(analyseFixture(fixture));
    expect(first?.severity).toBe("error");
    expect(first?.related.map((place) => place.message)).toEqual(["the program calls this", "which calls this"]);
  });

  test("not in code that nobody runs, nor what the reactor and the system answer", () =>
    check(`
fun library() perform "ASK";
  print perform "IO_READ" { fd: 1 };
  perform "FAULT" { kind: "TypeError", message: "no" };
  sleep(1);
`));

  test("a task does not see its starter's handlers", () =>
    check(`
async fun work() perform "ASK";
//                       ^^^^^ W301 nothing handles "ASK" on the way here from a task; a handler of it is elsewhere
fun start() {
  handle "ASK" { resume(effect.continuation, 1) }
  perform "ASK";
  work()
}
  start();
`));

  test("a program-wide handler holds for tasks and tests", () =>
    check(`
  handle "ASK" { resume(effect.continuation, 1) }
async fun work() perform "ASK";
  work();
test "t" { perform "ASK"; }
`));

  test("in a test, and in a function that is started as a task", () =>
    check(`
test "t" { perform "ASK"; }
//                 ^^^^^ W301 nothing handles "ASK", which this test performs here
fun work() perform "TELL";
//                 ^^^^^^ W301 nothing handles "TELL", which a task performs here
  task(work);
`));

  test("a clause runs outside its own handler", () =>
    check(`
  handle "LOG" { perform "LOG"; resume(effect.continuation, 1) }
//                       ^^^^^ W301 nothing handles "LOG" on the way here from a program-wide handler; a handler of it is elsewhere
  perform "LOG";
`));

  test("a callback's effects are handled where it is called", () =>
    check(`
fun with_ask(body) {
  handle "ASK" { resume(effect.continuation, 1) }
  body()
}
fun run(body) with_ask(() => body());
  print run(() => perform "ASK");
  print with_ask(fun() perform "ASK");
  print [1, 2] |> map(x => perform "OTHER");
//                                 ^^^^^^^ W301 nothing handles "OTHER", which the program performs here
`));

  test("a FAULT handler takes the fault that an unhandled effect is", () =>
    check(`
fun f() {
  handle "FAULT" { "caught" }
  perform "NOBODY"
}
  print f();
`));

  test("a call that may mean several methods is no proof", () =>
    check(`
class A { fun run() perform "ASK"; }
class B { fun run() 1; }
fun f(x) x.run();
  f(B());
`));

  test("methods, constructors and fields", () =>
    check(`
class A { var x = perform "FIELD"; fun init() { perform "INIT"; } fun only_here() perform "METHOD"; }
//                        ^^^^^^^ W301 nothing handles "FIELD", which the program performs here
//                                                      ^^^^^^ W301 nothing handles "INIT", which the program performs here
//                                                                                        ^^^^^^^^ W301 nothing handles "METHOD", which the program performs here
  A().only_here();
`));
});

describe("handlers that nothing reaches", () => {
  test("a wrong name", () =>
    check(`
fun f() {
  handle "ASC" { resume(effect.continuation, 1) }
//       ^^^^^ W302 nothing that this handler covers performs "ASC": the clause never runs
  quiet()
}
fun quiet() 1;
  handle "NEVER" { 1 }
//       ^^^^^^^ W302 nothing in the program performs "NEVER": the clause never runs
`));

  test("not when what is called cannot be seen", () =>
    check(`
fun f(body) {
  handle "ASK" { resume(effect.continuation, 1) }
  body()
}
fun g(thing) {
  handle "ASK" { resume(effect.continuation, 1) }
  thing.unheard_of()
}
fun h() {
  handle "FAULT" { nil }
  handle "CANCELLED" { nil }
  handle "IO_READ" { resume(effect.continuation, nil) }
  net_read(1)
}
`));

  test("a continuation that is resumed under a handler may perform its effect", () =>
    check(`
fun f() {
  handle "A" {
    handle "B" { resume(effect.continuation, 1) } in { resume(effect.continuation, 2) }
  }
  perform "A";
  perform "B"
}
`));
});

describe("resume", () => {
  test("forgotten on one path", () =>
    check(`
fun f() {
  handle "ASK" {
    if (effect.polite) { resume(effect.continuation, 1); }
//  ^^^^^^^^^^^^^^^^^ W303 when this is false the clause ends without \`resume\`: whoever performed "ASK" is abandoned
  }
  perform "ASK" { polite: true }
}
`));

  test("not resumed on purpose", () =>
    check(`
fun f() {
  handle "ASK" { if (effect.polite) { resume(effect.continuation, 1) } else { nil } }
  handle "STOP" { effect.value }
  handle "MANY" { var out = []; for (o in [1, 2]) out.add(resume(effect.continuation, o)); out }
  perform "ASK" { polite: true } + perform "STOP" { value: 1 } + perform "MANY"
}
`));
});

describe("tasks", () => {
  test("an assignment that nobody sees", () =>
    check(`
fun f() {
  var total = 0;
  async fun work() { total = total + 1; }
//                   ^^^^^ W304 the assignment of \`total\` is not seen outside the task, which has its own copy
  var other = task(() => { total = 2; });
//                         ^^^^^ W304 the assignment of \`total\` is not seen outside the task, which has its own copy
  async fun inner() { var own = 1; [1].each(x => { own = own + x; }); own }
  [1].each(x => { total = total + x; });
  all([work(), other, inner()]);
  total
}
`));

  test("globals are not captured", () =>
    check(`
var total = 0;
async fun work() { total = total + 1; }
  work();
`));
});
