// Tasks that never wait share the shard with the others; and so do those that run on top of others: because they are awaited
// (shard.ts, E4), or are given what they wait for (E5).

import { expect, test } from "vitest";
import { runWalia } from "../run.ts";

test.each([
  ["a plain loop", "while (true) { n = n + 1; }"],
  ["a loop that performs in place", `handle "E" { resume(effect.continuation, 1) } while (true) n = perform "E";`],
  [
    "a loop whose performs capture",
    `var k = nil; handle "E" { k = effect.continuation; resume(k, 1) } while (true) n = perform "E";`,
  ],
  [
    "a loop of generators",
    `handle "Y" { [effect.continuation] } var g = nil; while (true) { g = gen(); while (g) g = resume(g[0], nil); }`,
  ],
  ["calls in tail position", "forever(1);"],
  ["awaiting tasks that do not wait", "while (true) n = await add(n, 1);"],
  ["a tree of tasks that are awaited at once", "await tree(60);"],
  ["sending to a task that works for each value", "var c = Channel(); works(c); while (true) c.send(n);"],
])("%s lets a timer through", async (_what, loop) => {
  const ran = await runWalia(`
    fun gen() { handle "Y" { [effect.continuation] } perform "Y"; perform "Y"; nil }
    fun forever(n) { forever(n + 1) }
    async fun add(a, b) a + b;
    async fun tree(n) { if (n < 2) return n; var a = tree(n - 1); var b = tree(n - 2); await a + await b }
    async fun works(c) { while (true) { c.receive(); for (i in 0..100000) {} } }
    async fun busy() { var n = 0; ${loop} }
    busy();
    sleep(20);
    print "woken";
    exit(3);`);
  expect(ran).toEqual({ output: "woken\n", faults: "", exitCode: 3 });
});

/** The lines that a program without faults prints, with blanks between them. */
async function printedBy(program: string): Promise<string> {
  const { output, faults } = await runWalia(program);
  expect(faults).toBe("");
  return output.trimEnd().split("\n").join(" ");
}

test.each([
  [
    "tasks begin in the order in which they were started",
    "var a = say(1); var b = say(2); say(3); await a; await b",
    "1 2 3",
  ],
  ["and one that is awaited before them", "var a = say(1); var b = say(2); say(3); await b; await a", "2 1 3"],
  ["a task for each step, as deep as memory allows", "print await down(50000)", "50000"],
  ["a tree of them", "print await fib(15)", "610"],
  ["what it yields is a copy", "var f = listed(); var l = await f; l.add(2); print await f; print l", "[1] [1, 2]"],
  ["it may wait", "print [await slow(2), await slow(1)]", "[2, 1]"],
  [
    "its fault is its awaiter's",
    'handle "FAULT" { resume(effect.continuation, "mended") } print await fails()',
    "mended",
  ],
  ["it sees no handler of its awaiter", 'handle "E" { resume(effect.continuation, 1) } print await asks()', "none"],
  [
    "a clause may await it, and the code around goes on with its handlers",
    'handle "E" { resume(effect.continuation, await slow(1) + await fib(5)) } print perform "E" + perform "E"',
    "12",
  ],
  ["it may cancel its awaiter", "var f = awaits_canceller(); print await outcome(f)", "Cancelled"],
  ["it may end the program, and its awaiter does not go on", 'await leave(); print "still here"', ""],
])("awaited before it has begun: %s", async (_what, program, output) => {
  const printed = await printedBy(`
    async fun say(n) { print n; n }
    async fun down(n) if (n == 0) 0 else 1 + await down(n - 1);
    async fun fib(n) { if (n < 2) return n; var a = fib(n - 1); var b = fib(n - 2); await a + await b }
    async fun listed() [1];
    async fun slow(n) { sleep(n); n }
    async fun fails() nil.x;
    async fun asks() { handle "FAULT" { resume(effect.continuation, "none") } perform "E" }
    async fun leave() { exit(0); }
    async fun awaits_canceller() { var c = Channel(1); var k = cancels(c); c.send(futures.receive()); await k; 1 }
    async fun cancels(c) { cancel(c.receive()); 1 }
    async fun outcome(f) { handle "FAULT" { effect.kind } in { await f } }
    const futures = Channel(1);
    async fun main() { ${program.replace("awaits_canceller();", "awaits_canceller(); futures.send(f);")}; }
    await main();`);
  expect(printed).toBe(output);
});

test.each([
  ["goes on before its sender does", "takes(c); yield_now(); c.send(1); c.send(2); print 0;", "1 2 0"],
  [
    "several get a value each, in turn",
    "for (name in 1..4) names(c, name); yield_now(); for (i in 5..9) c.send(i);",
    "[1, 5] [2, 6] [3, 7] [1, 8]",
  ],
  ["it may wait for something else", "sleeps(c); yield_now(); c.send(1); c.send(2); print 0;", "1 2 0"],
  [
    "it sends to one that sends to one, as deep as memory allows",
    "var next = nil; for (i in 0..5000) { var here = Channel(); passes(here, next); next = here; } yield_now(); next.send(7);",
    "7",
  ],
  ["what it gets is a copy", "adds(c); yield_now(); var l = [1]; c.send(l); print l;", "[1, 2] [1]"],
  [
    "each has its own handlers",
    'asks(c); yield_now(); handle "E" { resume(effect.continuation, 5) } c.send(1); print perform "E"; yield_now();',
    "1 5 none",
  ],
  ["it may cancel its sender", "var f = sends(c); cancels(c, f); print await outcome(f);", "asked Cancelled"],
  [
    "it may end the program, and its sender goes no further",
    'leaves(c); yield_now(); c.send(1); print "still here";',
    "1",
  ],
])("given a value that it waits for: %s", async (_what, program, output) => {
  const printed = await printedBy(`
    async fun takes(c) { while (true) print c.receive(); }
    async fun names(c, name) { while (true) print [name, c.receive()]; }
    async fun sleeps(c) { while (true) { print c.receive(); sleep(1); } }
    async fun passes(c, next) { var n = c.receive(); if (next == nil) print n else next.send(n); }
    async fun adds(c) { var l = c.receive(); l.add(2); print l; }
    async fun asks(c) { handle "FAULT" { resume(effect.continuation, "none") } print c.receive(); print perform "E"; }
    async fun sends(c) { yield_now(); c.send(1); sleep(1000); }
    async fun cancels(c, f) { c.receive(); cancel(f); print "asked"; }
    async fun outcome(f) { handle "FAULT" { effect.kind } in { await f } }
    async fun leaves(c) { print c.receive(); exit(0); }
    async fun main() { var c = Channel(); ${program} }
    await main();`);
  expect(printed).toBe(output);
});
