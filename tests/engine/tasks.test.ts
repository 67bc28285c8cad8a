// Tasks that never wait share the shard with the others; and so do those that are begun where they are awaited (shard.ts, E4).

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
])("%s lets a timer through", async (_what, loop) => {
  const ran = await runWalia(`
    fun gen() { handle "Y" { [effect.continuation] } perform "Y"; perform "Y"; nil }
    fun forever(n) { forever(n + 1) }
    async fun add(a, b) a + b;
    async fun tree(n) { if (n < 2) return n; var a = tree(n - 1); var b = tree(n - 2); await a + await b }
    async fun busy() { var n = 0; ${loop} }
    busy();
    sleep(20);
    print "woken";
    exit(3);`);
  expect(ran).toEqual({ output: "woken\n", faults: "", exitCode: 3 });
});

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
  const ran = await runWalia(`
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
  expect(ran.faults).toBe("");
  expect(ran.output.trimEnd().split("\n").join(" ")).toBe(output);
});
