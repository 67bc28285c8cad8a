// Breakpoints of every kind, exception filters, and what they say of themselves.

import { writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { type Body, Client } from "./client.ts";

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

function start(text: string): Client {
  const client = new Client({ "main.wal": text });
  clients.push(client);
  return client;
}

/** Goes on until the program ends; where it stopped on the way, each as "line: variables". */
async function stops(client: Client, watch?: string): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const next = await client.event("stopped", "exited");
    if (next.exitCode !== undefined) return [...seen, `exit ${next.exitCode}`];
    const { stackFrames } = await client.request("stackTrace", { threadId: next.threadId });
    const shown = watch === undefined ? "" : ` ${await client.evaluate(watch, stackFrames[0].id)}`;
    seen.push(`${next.reason} ${stackFrames[0].line}${shown}`);
    await client.request("continue", { threadId: next.threadId });
  }
}

const LOOP = `// A loop.

fun twice(n) {
    // Nothing.
    n * 2
}
var sum = 0;
for (i in 0..10) {
    sum = sum + twice(i); print sum;
}
`;

describe("a breakpoint", () => {
  test.each<[string, object, Body, string[]]>([
    [
      "on a line without a statement moves to the next",
      { line: 4, condition: "n == 3" },
      { verified: true, line: 5, column: 5 },
      ["breakpoint 5 3"],
    ],
    [
      "with a condition",
      { line: 5, condition: "n > 7" },
      { verified: true, line: 5 },
      ["breakpoint 5 8", "breakpoint 5 9"],
    ],
    ["at its fourth hit", { line: 5, hitCondition: "4" }, { verified: true }, ["breakpoint 5 3"]],
    [
      "from its ninth hit on",
      { line: 5, hitCondition: ">= 9" },
      { verified: true },
      ["breakpoint 5 8", "breakpoint 5 9"],
    ],
    [
      "at every fifth hit of those where a condition holds",
      { line: 5, condition: "n % 2 == 0", hitCondition: "% 5" },
      { verified: true },
      ["breakpoint 5 8"],
    ],
    [
      "in a column",
      { line: 9, column: 20, condition: "sum == 2" },
      { verified: true, line: 9, column: 27 },
      ["breakpoint 9 2"],
    ],
    [
      "after the last statement stands nowhere",
      { line: 11 },
      { verified: false, message: "there is no statement on this line or after it" },
      [],
    ],
    [
      "with a hit count that is none",
      { line: 5, hitCondition: "often" },
      { verified: false, message: "a hit count is a number, or >=, >, <=, <, = or % and a number" },
      [],
    ],
    [
      "whose condition is a mistake stops, and says so",
      { line: 5, condition: "n ==", hitCondition: "1" },
      { verified: true },
      [...Array(10).keys()].map((n) => `breakpoint 5 ${n}`),
    ],
  ])("%s", async (_title, breakpoint, placed, expected) => {
    const client = start(LOOP);
    await client.launch();
    const [set] = await client.breakpoints([breakpoint]);
    expect(set).toMatchObject(placed);
    await client.run();
    const watch = set?.line === 5 ? "n" : "sum";
    expect(await stops(client, watch)).toEqual([...expected, "exit 0"]);
  });

  test("writes a message instead of stopping, with values in it", async () => {
    const client = start(LOOP);
    await client.launch();
    await client.breakpoints([
      { line: 5, condition: "n < 2", logMessage: "n is {n}, {[n, n + 1].map(x => x * 2)} \\{so\\}" },
    ]);
    await client.run();
    expect(await stops(client)).toEqual(["exit 0"]);
    expect(client.output.console).toBe("n is 0, List(2) [0, 2] {so}\nn is 1, List(2) [2, 4] {so}\n");
    expect(client.outputs.find(({ category }) => category === "console")).toMatchObject({
      line: 5,
      source: { path: client.path("main.wal") },
    });
  });

  test("comes and goes while the program runs", async () => {
    const client = start(`var n = 0; var on = true;
while (on) {
    n = n + 1;
    sleep(1);
}
print "over";
`);
    await client.launch();
    await client.run();
    expect(await client.breakpoints([3])).toMatchObject([{ verified: true, line: 3 }]);
    const { thread, at } = await client.stop();
    expect(at).toBe("breakpoint program:3");
    await client.breakpoints([]);
    await client.request("evaluate", {
      expression: "on = false",
      frameId: await client.frame(thread),
      context: "repl",
    });
    await client.request("continue", { threadId: thread });
    expect(await client.finish()).toBe(0);
  });

  test("is told apart in files that changed, are not loaded, or are not there", async () => {
    const client = start(LOOP);
    await client.launch();
    writeFileSync(client.path("other.wal"), "print 1;");
    expect(await client.breakpoints([1], "other.wal")).toMatchObject([
      { verified: false, message: "the program does not load this file" },
    ]);
    expect(await client.breakpoints([1], "nowhere.wal")).toMatchObject([
      { verified: false, message: "the program does not load this file" },
    ]);
    writeFileSync(client.path("main.wal"), `\n\n${LOOP}`);
    expect(await client.breakpoints([5])).toMatchObject([
      { verified: true, line: 5, message: expect.stringMatching(/^the file has changed since/) },
    ]);
    const { breakpoints } = await client.request("breakpointLocations", {
      source: { path: client.path("main.wal") },
      line: 9,
    });
    expect(breakpoints).toEqual([
      { line: 9, column: 5 },
      { line: 9, column: 27 },
    ]);
  });
});

const EFFECTS = `fun fetch(url) {
    perform "GET" { url: url, retry: false }
}
fun page(name) {
    handle "GET" { resume(effect.continuation, "<" + effect.url + ">"); }
    fetch(name) + fetch(name + "2")
}
print page("a");
print page("b");
`;

describe("a breakpoint by name", () => {
  test("stops where an effect is performed, with a condition over what is performed", async () => {
    const client = start(EFFECTS);
    await client.launch();
    const set = await client.request("setFunctionBreakpoints", {
      breakpoints: [{ name: '"GET"', condition: 'url == "b" or effect.url == "a2"' }],
    });
    expect(set.breakpoints).toMatchObject([{ verified: true }]);
    await client.run();
    const stop = await client.stop();
    expect(stop.at).toBe("function breakpoint fetch:2");
    expect(stop.body).toMatchObject({ description: 'performs "GET"', hitBreakpointIds: [set.breakpoints[0].id] });
    expect(await client.stack(stop.thread)).toEqual(["fetch:2", 'in handle "GET":6', '[handle "GET":5]', "program:8"]);
    expect(await client.scopes(await client.frame(stop.thread))).toEqual({
      'perform "GET"': ['url = "a2"', "retry = false", "(yields) = nil"],
      Locals: ['url = "a2"'],
    });
    await client.request("continue", { threadId: stop.thread });
    const second = await client.stop();
    expect(await client.scopes(await client.frame(second.thread))).toMatchObject({ Locals: ['url = "b"'] });
    // What it is to yield can be said in place of the handler.
    const { scopes } = await client.request("scopes", { frameId: await client.frame(second.thread) });
    const yields = { variablesReference: scopes[0].variablesReference, name: "(yields)", value: '"mine"' };
    expect(await client.request("setVariable", yields)).toMatchObject({ value: '"mine"' });
    await client.request("continue", { threadId: second.thread });
    expect(await client.finish()).toBe(0);
    expect(client.output.stdout).toBe("<a><a2>\nmine<b2>\n");
  });

  test("stops at functions, and says of names that mean nothing what they might", async () => {
    const client = start(EFFECTS);
    await client.launch();
    const breakpoints = [{ name: "page", hitCondition: "2" }, { name: "nothing" }, { name: "IO_READ" }];
    const set = await client.request("setFunctionBreakpoints", { breakpoints });
    expect(set.breakpoints).toMatchObject([
      { verified: true, line: 5 },
      { verified: false, message: 'there is no function nothing; an effect is written in quotes, "NAME"' },
      { verified: true },
    ]);
    await client.run();
    const stop = await client.stop();
    expect(stop.at).toBe("function breakpoint page:5");
    expect(await client.evaluate("name", await client.frame(stop.thread))).toBe('"b"');
  });
});

const FAULTS = `fun safe(x) {
    handle "FAULT" { resume(effect.continuation, 0); }
    x.size + 1
}
print safe(nil);
fun open(x) {
    var y = x;
    y.size
}
async fun task_that_fails() { open(nil); }
var failing = task_that_fails();
handle "FAULT" { nil } in { await failing }
open(nil);
`;

describe("a fault", () => {
  test.each([
    ["that nobody handles stops where it happens, in each task", ["unhandled"], ["exception 8", "exception 8"]],
    [
      "stops also where a handler answers it, when that is wanted",
      ["all"],
      ["exception 3", "exception 8", "exception 12", "exception 8"],
    ],
    ["does not stop when nobody wants it", [], []],
  ])("%s", async (_title, filters, expected) => {
    const client = start(FAULTS);
    await client.launch();
    await client.request("setExceptionBreakpoints", { filters });
    await client.run();
    expect(await stops(client)).toEqual([...expected, "exit 70"]);
    expect(client.output.stdout).toBe("1\n");
    expect(client.output.stderr.match(/^fault NilAccess/gm)).toHaveLength(1);
  });

  test("says what it is, and which handlers were asked", async () => {
    const client = start(
      FAULTS.replace("\nopen(nil);", '\nhandle "GET" { 1 } in { open(nil) }').replace(
        /async.*\n.*\n.*await failing }/,
        "",
      ),
    );
    await client.launch();
    await client.run();
    const { thread, body } = await client.stop();
    expect(body).toMatchObject({ reason: "exception", text: 'NilAccess: "size" of nil' });
    const info = await client.request("exceptionInfo", { threadId: thread });
    expect(info).toMatchObject({ exceptionId: "NilAccess", description: '"size" of nil', breakMode: "unhandled" });
    expect(info.details.message).toContain(
      'handlers, innermost first: handle "GET" (main.wal:11); none handles "FAULT"',
    );
    expect(await client.evaluate("x == nil", await client.frame(thread))).toBe("true");
  });

  test("an effect that nobody handles stops at its perform", async () => {
    // Not seen by the check: the name of the function is known only when it runs.
    const client = start(
      `fun f() { perform "NOBODY" { a: 1 } }\nvar g = { run: f };\nfun call(h) h();\nprint call(g.run);\n`,
    );
    await client.launch();
    await client.request("setExceptionBreakpoints", { filters: ["effects"] });
    await client.run();
    const { thread, body } = await client.stop();
    expect(body.text).toBe('nobody handles "NOBODY"');
    expect(await client.request("exceptionInfo", { threadId: thread })).toMatchObject({
      exceptionId: "UnhandledEffect",
    });
    await client.request("continue", { threadId: thread });
    expect(await client.finish()).toBe(70);
  });
});
