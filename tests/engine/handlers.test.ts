// Effects and handlers: LANGUAGE, section 4.

import { describe, expect, test } from "vitest";
import { runWalia } from "../run.ts";
import { faults, prints } from "./prints.ts";

describe("perform and resume", () => {
  test("a clause in tail position gives the perform its value", () =>
    prints(
      `fun f() { handle "ASK" { resume(effect.continuation, effect.n * 2) } perform "ASK" { n: 4 } + 1 } print f();`,
      "9",
    ));

  test("resume yields the value of the rest of the handled block", () =>
    prints(
      `fun f() { handle "ASK" { "[" + resume(effect.continuation, 1) + "]" } "got " + perform "ASK" } print f();`,
      "[got 1]",
    ));

  test("a clause that ends without resuming abandons the performer", () =>
    prints(`fun f() { handle "STOP" { "stopped" } perform "STOP"; print "never"; 1 } print f();`, "stopped"));

  test("a continuation is resumed many times, each time from the captured point", () =>
    prints(
      `fun f() {
         handle "PICK" { [resume(effect.continuation, 1), resume(effect.continuation, 2)] }
         var a = perform "PICK"; var b = perform "PICK"; a * 10 + b
       }
       print f();`,
      "[[11, 12], [21, 22]]",
    ));

  test("the example of the language's own page", () =>
    prints(
      `fun pick(options) perform "CHOOSE" { options: options };
       fun all_sums() {
           handle "CHOOSE" {
               var out = [];
               for (o in effect.options) { out.add_all(resume(effect.continuation, o)); }
               out
           }
           [pick([1, 2]) + pick([10, 20])]
       }
       print all_sums();`,
      "[11, 21, 12, 22]",
    ));

  test("plain locals are not shared between resumptions, captured variables are", () =>
    prints(
      `fun plain() { handle "C" { [resume(effect.continuation, 1), resume(effect.continuation, 2)] } var n = 10; n = n + perform "C"; n }
       fun shared() { var n = 0; handle "C" { resume(effect.continuation, 1); resume(effect.continuation, 1); n } perform "C"; n = n + 1; n }
       print plain(); print shared();`,
      "[11, 12]",
      "2",
    ));

  test("a continuation is kept and resumed after its handler's block has ended", () =>
    prints(
      `var kept = nil;
       fun f() { handle "KEEP" { kept = effect.continuation; "kept" } 10 * perform "KEEP" }
       print f(); print resume(kept, 2); print resume(kept, 3);`,
      "kept",
      "20",
      "30",
    ));

  test("continuations stand in lists and maps", () =>
    prints(
      `var waiting = []; var by_name = {};
       fun job(name) { handle "WAIT" { waiting.add(effect.continuation); by_name[name] = effect.continuation; nil } name + perform "WAIT" }
       job("a"); job("b");
       print resume(waiting[1], "!"); print resume(by_name.a, "?");`,
      "b!",
      "a?",
    ));

  test("a handler stays installed for the rest of a resumed block (deep handlers)", () =>
    prints(
      `fun f() { handle "TICK" { 1 + resume(effect.continuation, nil) } perform "TICK"; perform "TICK"; perform "TICK"; 0 } print f();`,
      "3",
    ));

  test("effect as a value carries its continuation", () =>
    prints(
      `fun answer(request) { resume(request.continuation, request.name + request.x) }
       fun f() { handle "ASK" { answer(effect) } perform "ASK" { x: 5 } + "!" } print f();`,
      "ASK5!",
    ));

  test("effect.target is the payload's target, else its fd", () =>
    prints(
      `fun f() { handle "E" { resume(effect.continuation, effect.target) } [perform "E" { fd: 3 }, perform "E" { target: 4, fd: 5 }, perform "E"] } print f();`,
      "[3, 4, nil]",
    ));
});

describe("which handler", () => {
  test("the innermost one; its clause runs outside it", () =>
    prints(
      `fun f() { handle "A" { "outer " + effect.v } handle "A" { perform "A" { v: "via inner " + effect.v } } perform "A" { v: "x" } } print f();`,
      "outer via inner x",
    ));

  test("a clause does not see handlers between its own and the performer", () =>
    prints(
      `fun f() { handle "A" { "outer A" } handle "B" { perform "A" } handle "A" { "inner A" } perform "B" } print f();`,
      "outer A",
    ));

  test("also when the clause resumes in place", () =>
    prints(
      `fun f() {
         handle "A" { resume(effect.continuation, "outer A") }
         handle "B" { resume(effect.continuation, perform "A") }
         handle "A" { resume(effect.continuation, "inner A") }
         perform "B" + ", " + perform "A"
       }
       print f();`,
      "outer A, inner A",
    ));

  test("a clause in place may suspend, and its performer goes on under its own handlers", () =>
    prints(
      `fun f() {
         handle "OUT" { "<" + resume(effect.continuation, "o") + ">" }
         handle "MID" { var got = perform "OUT"; resume(effect.continuation, got + "m") }
         handle "IN" { resume(effect.continuation, "i") }
         perform "MID" + perform "IN"
       }
       print f();`,
      "<omi>",
    ));

  test("a clause that ends with its own effect passes it on, to whatever kind of handler is next", async () => {
    const passing = (outer: string, line: string) =>
      prints(
        `fun f() {
           ${outer}
           handle "ASK" { resume(effect.continuation, perform "ASK" { n: effect.n + 1 }) }
           handle "ASK" {
             if (effect.n == 0) resume(effect.continuation, "zero")
             else resume(effect.continuation, perform "ASK" { n: effect.n + 1 })
           }
           var got = [perform "ASK" { n: 0 }, perform "ASK" { n: 5 }];
           [got, perform "ASK" { n: 7 }]
         }
         handle "ASK" { resume(effect.continuation, "program " + effect.n) }
         print f();`,
        line,
      );
    await passing("", '[["zero", "program 7"], "program 9"]');
    await passing(`handle "ASK" { resume(effect.continuation, effect.n) }`, '[["zero", 7], 9]');
    await passing(`handle "ASK" { "over at " + effect.n }`, "over at 7");
    await passing(
      `handle "ASK" { [resume(effect.continuation, "a"), resume(effect.continuation, effect.n)] }`,
      '[[[["zero", "a"], "a"], [["zero", "a"], 9]], [[["zero", 7], "a"], [["zero", 7], 9]]]',
    );
    await passing(`handle "ASK" { sleep(1); resume(effect.continuation, "slept") }`, '[["zero", "slept"], "slept"]');
  });

  test("a clause that has suspended passes on, too, and so does one whose own clause has", () =>
    prints(
      `fun f() {
         handle "ASK" { resume(effect.continuation, perform "NEXT" { n: effect.n }) }
         handle "NEXT" { sleep(1); resume(effect.continuation, perform "LAST" { n: effect.n + 1 }) }
         handle "LAST" { sleep(1); resume(effect.continuation, "clause of NEXT runs outside this one") }
         perform "ASK" { n: perform "NEXT" { n: 1 } }
       }
       handle "LAST" { resume(effect.continuation, effect.n * 10) }
       handle "NEXT" { sleep(1); resume(effect.continuation, perform "LAST" { n: effect.n + 1 }) }
       print f();`,
      "210",
    ));

  test("an effect that is passed on and that nobody handles is the reactor's, or a fault", async () => {
    const passing = (effect: string) =>
      `fun f() { handle "${effect}" { resume(effect.continuation, perform "${effect}" { ms: 1 }) } perform "${effect}" { ms: 1 } }
       print f();`;
    await prints(passing("TIMER"), "nil");
    await faults(passing("NOBODY"), 'fault UnhandledEffect: nobody handles the effect "NOBODY"');
    const { faults: trace } = await runWalia(passing("NOBODY"), { check: false });
    expect(trace.split("\n")[1]).toMatch(/at handler of "NOBODY" \(.*:1:57\)/);
  });

  test("the scoped form holds for its body only", () =>
    prints(
      `fun f() { handle "E" { "outer" } var a = g(); a + perform "E" }
       fun g() { handle "E" { resume(effect.continuation, "scoped ") } in { perform "E" } }
       print f();`,
      "outer",
    ));

  test("a top-level handler holds for the whole program, functions above it too", () =>
    prints(`fun early() perform "TOP"; handle "TOP" { resume(effect.continuation, "top") } print early();`, "top"));

  test("dynamic extent: a function called from the block is covered", () =>
    prints(
      `fun inner() perform "E"; fun f() { handle "E" { resume(effect.continuation, 7) } inner() } print f();`,
      "7",
    ));
});

describe("leaving a handled block", () => {
  test("return in a block that is the function's value goes through the handler", () =>
    prints(`fun f() { handle "E" { resume(effect.continuation, 1) * 2 } return perform "E" + 1; } print f();`, "4"));

  test("return, break and continue leave a handled block inside a loop", () =>
    prints(
      `fun f(xs) {
         for (x in xs) {
           handle "E" { resume(effect.continuation, x * 100) }
           if (x == 1) continue;
           if (x == 9) break;
           if (x == 3) return "returned " + perform "E";
         }
         "ended"
       }
       print f([1, 2, 3, 4]); print f([1, 9, 3]); print f([2]);`,
      "returned 300",
      "ended",
      "ended",
    ));

  test("a return that leaves the block leaves the clause that resumed it too", () =>
    prints(
      `fun f() { for (x in [1]) { handle "E" { resume(effect.continuation, 1); print "never"; } return "out " + perform "E"; } "end" } print f();`,
      "out 1",
    ));
});

describe("generators and searches", () => {
  test("a generator over a tree, one element a resumption", () =>
    prints(
      `class Node { var value; var left; var right; fun init(v, l, r) { this.value = v; this.left = l; this.right = r; } }
       fun walk(t) { if (t) { walk(t.left); perform "YIELD" { value: t.value }; walk(t.right); } }
       fun start(t) { handle "YIELD" { [effect.value, effect.continuation] } walk(t); nil }
       var out = []; var g = start(Node(2, Node(1, nil, nil), Node(3, nil, nil)));
       while (g) { out.add(g[0]); g = resume(g[1], nil); }
       print out;`,
      "[1, 2, 3]",
    ));

  test("backtracking over a loop's own state", () =>
    prints(
      `fun f() {
         handle "CHOOSE" { resume(effect.continuation, true) + resume(effect.continuation, false) }
         var s = "";
         for (i in 0..2) { s = s + if (perform "CHOOSE") "T" else "F"; }
         s + " "
       }
       print f();`,
      "TT TF FT FF ",
    ));
});
