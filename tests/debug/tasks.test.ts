// Tasks as threads: which are listed, where they stand, and steps that stay with one of them.

import { afterEach, expect, test } from "vitest";
import { type Body, Client } from "./client.ts";

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function launched(text: string, isProcess = false): Promise<Client> {
  const client = new Client({ "main.wal": text }, isProcess);
  clients.push(client);
  await client.launch();
  return client;
}

const names = async (client: Client): Promise<string[]> =>
  (await client.request("threads")).threads.map(({ name }: Body) => name.replace(/\d+/, "N"));

test("a step over a call that waits stays with its task while others run", async () => {
  const client = await launched(`var c = Channel(1);
async fun other(c) {
    for (i in 0..5) { sleep(1); c.send(i); }
    c.close();
}
fun slow(n) {
    var got = c.receive();
    while (got != nil) { n = n + 1; got = c.receive(); }
    n
}
var sending = other(c);
var a = slow(1);
var b = slow(a);
print b;
await sending;
`);
  await client.breakpoints([12]);
  await client.run();
  const { thread } = await client.stop();
  for (const line of [13, 14, 15]) {
    await client.request("next", { threadId: thread });
    expect((await client.stop()).at).toBe(`step program:${line}`);
  }
  await client.request("continue", { threadId: thread });
  expect(await client.finish()).toBe(0);
  expect(client.output.stdout).toBe("6\n");
});

test("suspended tasks are threads with stacks, too, and who awaits whom is in them", async () => {
  const client = await launched(`async fun leaf(n) {
    var local = n * 2;
    sleep(100000);
    local
}
async fun middle(n) { await leaf(n) }
async fun stopper() {
    sleep(20);
    var stopped = true;
    stopped
}
var waiting = middle(21);
stopper();
await waiting;
`);
  await client.breakpoints([9]);
  await client.run();
  const { thread, at } = await client.stop();
  expect(at).toBe("breakpoint stopper:9");
  expect(await names(client)).toEqual([
    "stopper N",
    'program (waits in "await")',
    'middle N (waits in "await")',
    'leaf N (waits in "TIMER")',
  ]);
  const { threads } = await client.request("threads");
  expect(threads[0].id).toBe(thread);
  const leaf = threads.find(({ name }: Body) => name.startsWith("leaf")).id;
  expect(await client.stack(leaf)).toEqual([
    '[waits in "TIMER"]',
    "leaf:3",
    "[awaited by]",
    '[waits in "await"]',
    "middle:6",
    "[awaited by]",
    '[waits in "await"]',
    "program:14",
  ]);
  const frame = await client.frame(leaf, 1);
  expect((await client.scopes(frame)).Locals).toEqual(["n = 21", "local = 42"]);
  expect(await client.evaluate("local + n", frame)).toBe("63");
});

test("of ten thousand suspended tasks some are listed, and how many more there are", async () => {
  const client = await launched(`var begun = Atomic(0);
async fun sleeper(n, begun) { begun.add(1); sleep(100000); }
for (i in 0..10000) { sleeper(i, begun); }
while (begun.get() < 10000) { yield_now(); }
print "here";
`);
  await client.breakpoints([5]);
  await client.run();
  await client.stop();
  const all = await names(client);
  expect(all).toHaveLength(202);
  expect([all[0], all[1], all.at(-1)]).toEqual(["program", 'sleeper N (waits in "TIMER")', "… N,800 more tasks"]);
});

test("a loop that never waits, and a recursion without loops, are paused at once", async () => {
  for (const text of [
    "print 1; var n = 0; while (true) { n = n + 1; }",
    "fun f(n) { if (n > 40) { 0 } else { f(n + 1) + f(n + 1) } }\nprint 1; f(0);",
  ]) {
    // In a process of its own: if it is not paused, nothing else happens there any more.
    const client = await launched(text, true);
    await client.run();
    await client.event("output");
    await client.request("pause", { threadId: 1 });
    const { body, thread } = await client.stop();
    expect(body.reason).toBe("pause");
    expect(await client.evaluate("1 + 1", await client.frame(thread))).toBe("2");
    await client.request("stepIn", { threadId: thread });
    expect((await client.stop()).body.reason).toBe("step");
  }
});

test("a program that waits is paused where it waits, and goes on", async () => {
  const client = await launched(`print "first";\nsleep(100);\nprint "second";\n`);
  await client.run();
  await client.event("output");
  await client.request("pause", { threadId: 1 });
  const { thread, body } = await client.stop();
  expect(body.reason).toBe("pause");
  expect(await client.stack(thread)).toEqual(['[waits in "TIMER"]', "program:2"]);
  await client.request("continue", { threadId: thread });
  expect(await client.finish()).toBe(0);
  expect(client.output.stdout).toBe("first\nsecond\n");
});

test("a function begins again with what its parameters hold", async () => {
  const client = await launched(`fun f(n) {
    var twice = n * 2;
    print twice;
    twice
}
print f(1) + f(2);
`);
  await client.breakpoints([4]);
  await client.run();
  const { thread } = await client.stop();
  await client.breakpoints([]);
  await client.request("setExpression", { expression: "n", value: "50", frameId: await client.frame(thread) });
  await client.request("restartFrame", { frameId: await client.frame(thread) });
  expect((await client.stop()).at).toBe("restart f:2");
  await client.request("continue", { threadId: thread });
  expect(await client.finish()).toBe(0);
  expect(client.output.stdout).toBe("2\n100\n4\n104\n");
});

test("a task is taken away", async () => {
  const client = await launched(`async fun worker() { handle "CANCELLED" { print "cleaned up"; nil } sleep(100000); }
var w = worker();
sleep(10);
print "main";
await w;
`);
  await client.breakpoints([4]);
  await client.run();
  const { thread } = await client.stop();
  const { threads } = await client.request("threads");
  const worker = threads.find(({ name }: Body) => name.startsWith("worker")).id;
  await client.request("setExceptionBreakpoints", { filters: [] });
  await client.request("terminateThreads", { threadIds: [worker] });
  await client.request("continue", { threadId: thread });
  expect(await client.finish()).toBe(70);
  expect(client.output.stdout.split("\n").sort()).toEqual(["", "cleaned up", "main"]);
});
