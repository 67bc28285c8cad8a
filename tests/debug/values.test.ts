// What is seen of a stopped program, and how it is changed.

import { afterEach, describe, expect, test } from "vitest";
import { type Body, Client, Refused } from "./client.ts";

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

/** A program that has stopped at the line that says so, and the number of its innermost frame. */
async function stopped(text: string): Promise<{ client: Client; thread: number; frame: number }> {
  const client = new Client({ "main.wal": text });
  clients.push(client);
  await client.launch();
  await client.breakpoints([text.split("\n").findIndex((line) => line.includes("// here")) + 1]);
  await client.run();
  const { thread } = await client.stop();
  await client.breakpoints([]);
  return { client, thread, frame: await client.frame(thread) };
}

const SHAPES = `class Point { var x = 0; var y = 0; fun init(x, y) { this.x = x; this.y = y; } fun size() this.x + this.y; }
class Named < Point { var name = "P"; fun show(prefix) {
    var text = prefix + this.name;
    text // here
} }
var count = 17;
const LIMIT = 3;
fun outer(items) {
    var seen = 0;
    var point = Named(3, 4);
    var add = fun(n) { seen = seen + n; count = count + n; point.size() + seen };
    items.each(add);
    var bytes = "h\\x00i".bytes();
    var channel = Channel(4);
    channel.send(1);
    var table = { a: 1, "b c": [1, 2], nested: { deep: nil } };
    point.show("is \\"quoted\\"\\n")
}
print outer([1, 2]);
print "over";
`;

test("scopes, values and their parts, strings escaped, numbers in hexadecimal", async () => {
  const { client, thread, frame } = await stopped(SHAPES);
  expect(await client.stack(thread)).toEqual(["Named.show:4", "program:19"]);
  expect(await client.scopes(frame)).toEqual({
    Locals: ['this = Named{x: 3, y: 4, name: "P"}', 'prefix = "is \\"quoted\\"\\n"', 'text = "is \\"quoted\\"\\nP"'],
    Program: ["count = 20", "LIMIT = 3"].slice(0, 1),
  });
  const result = await client.request("evaluate", {
    expression: "[count, 255, -16, 1.5]",
    frameId: frame,
    format: { hex: true },
  });
  expect(result.result).toBe("List(4) [0x14, 0xff, -0x10, 1.5]");
  const items = await client.variables(result.variablesReference, { format: { hex: true } });
  expect(items.map(({ name, value }) => `${name} ${value}`)).toEqual(["[0] 0x14", "[1] 0xff", "[2] -0x10", "[3] 1.5"]);
});

test("collections are opened by pages, each element with its expression", async () => {
  const { client, frame } =
    await stopped(`fun f() { var big = (0..100000).map(x => x * 2); var map = { a: [1], "b c": 2 };
    map // here
} f();`);
  const scopes = await client.request("scopes", { frameId: frame });
  const [big, map] = await client.variables(scopes.scopes[0].variablesReference);
  expect(big).toMatchObject({ name: "big", type: "List", indexedVariables: 100_000, evaluateName: "big" });
  const page = await client.variables(big!.variablesReference, { filter: "indexed", start: 99_998, count: 5 });
  expect(page.map(({ name, value, evaluateName }) => [name, value, evaluateName])).toEqual([
    ["[99998]", "199996", "big[99998]"],
    ["[99999]", "199998", "big[99999]"],
  ]);
  const entries = await client.variables(map!.variablesReference);
  expect(entries.map(({ name, value, evaluateName }) => [name, value, evaluateName])).toEqual([
    ["a", "List(1) [1]", 'map["a"]'],
    ['"b c"', "2", 'map["b c"]'],
  ]);
  for (const { evaluateName, value } of [...page, ...entries])
    expect(await client.evaluate(evaluateName!, frame)).toBe(value);
});

test("every kind of value has a line and, where there is more to it, parts", async () => {
  const { client, frame } = await stopped(`class Thing { var parts = [1]; }
async fun later() { sleep(100000); }
fun g() {
    handle "GO" {
        var own = 5;
        var got = resume(effect.continuation, own); // here
        got
    }
    var seen = 0; var f = fun(n) { seen = seen + n; };
    var all = [later(), Channel(3), Atomic(2), "ab".bytes(), f, Thing, Thing(), len, true, nil];
    perform "GO" { all: all }
}
g();`);
  expect((await client.scopes(frame)).Locals).toEqual([
    'effect = effect "GO" {all: List(10) […], continuation: Continuation}',
    "own = 5",
  ]);
  const [effect] = await client.variables(
    (await client.request("scopes", { frameId: frame })).scopes[0].variablesReference,
  );
  const [all, continuation] = await client.variables(effect!.variablesReference);
  const shown = await client.variables(all!.variablesReference);
  expect(shown.map(({ value }) => value.replace(/\d+(?=:)/, "N"))).toEqual(
    [
      "Future of task N: pending",
      "Channel 3: 0 of 3",
      "Atomic 2",
      'Bytes(2) b"ab"',
      "fun function(n)",
      "class Thing",
      "Thing{parts: List(1) […]}",
      "fun len()",
      "true",
      "nil",
    ].map((text) => (text.startsWith("Channel") ? expect.stringMatching(/^Channel N: 0 of 3/) : text)),
  );
  const frames = await client.variables(continuation!.variablesReference);
  expect(frames.map(({ name, value }) => `${name} ${value}`)).toEqual(['[0] in handle "GO" main.wal:11']);
  const held = await client.variables(frames[0]!.variablesReference);
  expect(held.map(({ name }) => name)).toEqual(["seen", "f", "all"]);
});

describe("a value is changed", () => {
  test("where it stands: locals, captured and program variables, fields, elements, entries", async () => {
    const { client, thread, frame } = await stopped(`class P { var x = 1; }
var total = 1;
fun f(a) {
    var list = [1, 2]; var map = { k: 1 }; var p = P(); var shared = 0;
    var add = fun() { shared = shared + 1; };
    add();
    print [a, list, map.k, p.x, shared, total]; // here
}
fun caller() {
    var mine = 1;
    f(mine);
    print mine;
}
caller();`);
    const set = async (path: string, value: string): Promise<void> => {
      await client.request("setExpression", { expression: path, value, frameId: frame });
    };
    const { scopes } = await client.request("scopes", { frameId: frame });
    const locals = scopes[0].variablesReference;
    expect(
      await client.request("setVariable", { variablesReference: locals, name: "a", value: "a + 41" }),
    ).toMatchObject({ value: "42" });
    await set("list[1]", '"two"');
    await set("map.k", "[nil]");
    await set("p.x", "p.x + 1");
    await set("shared", "10");
    await set("total", "total + shared");
    const outer = await client.frame(thread, 1);
    await client.request("setExpression", { expression: "mine", value: '"outer"', frameId: outer });
    await client.request("continue", { threadId: thread });
    await client.finish();
    expect(client.output.stdout).toBe('[42, [1, "two"], [nil], 2, 10, 11]\nouter\n');
  });

  test("or it is said why not", async () => {
    const { client, frame } = await stopped(`fun f(n) { var g = fun() {
    n // here
}; g() }
f(1);`);
    const { scopes } = await client.request("scopes", { frameId: frame });
    const captured = scopes.find(({ name }: Body) => name === "Captured").variablesReference;
    const set = (name: string, value: string): Promise<Body> =>
      client.request("setVariable", { variablesReference: captured, name, value });
    await expect(set("n", "2")).rejects.toThrow("n was captured as it was, and cannot be changed");
    await expect(set("nothing", "2")).rejects.toThrow("there is nothing named nothing here");
    await expect(set("n", "1 +")).rejects.toThrow(Refused);
  });
});

describe("an expression", () => {
  test("means what it would mean where the program stands", async () => {
    const { client, thread, frame } = await stopped(`class P { var x = 5; fun twice(n) { this.x * n } fun go(k) {
    k // here
} }
async fun task_fun() { 1 }
fun helper(a, b) { a - b }
var seen = [];
print P().go(3);
print seen;`);
    const cases: [string, string][] = [
      ["this.x + k", "8"],
      ["this.twice(k)", "15"],
      ["P().x", "5"],
      ["helper(b: 1, a: k)", "2"],
      ["[1, 2, 3].map(n => n * k).sum()", "18"],
      ["type_of(task_fun)", '"function"'],
      ["{ a: k }", "Map(1) {a: 3}"],
      ["var t = k * 2; t + 1", "7"],
      ['if (k > 2) "big" else "small"', '"big"'],
      ["seen.add(k); seen", "List(1) [3]"],
      ["k = 30", "30"],
      ["k", "30"],
      ['fun inner(x) { handle "E" { resume(effect.continuation, x) } perform "E" } inner(4)', "4"],
    ];
    for (const [expression, result] of cases) expect(await client.evaluate(expression, frame), expression).toBe(result);
    await client.evaluate('print "said"', frame);
    await client.request("continue", { threadId: thread });
    await client.finish();
    expect(client.output.stdout).toBe("said\n30\n[3]\n");
  });

  test("that goes wrong is an answer, and leaves the program as it is", async () => {
    const { client, thread, frame } = await stopped(`fun forever(n) { while (true) { n = n + 1; } }
fun deep(n) { 1 + deep(n + 1) }
var x = 1;
print x; // here
print "on";`);
    const refusals: [string, RegExp][] = [
      ["x.size", /^TypeError: |NilAccess/],
      ["nothing", /^UndefinedName: nothing is not defined$/],
      ["1 +", /./],
      ["} 1 {", /./],
      ["", /^there is nothing to evaluate$/],
      ["sleep(10)", /^it would wait in "TIMER"/],
      ['perform "NOBODY"', /^it would wait in "NOBODY"/],
      ["forever(0)", /^it takes longer than 1 s/],
      ["class Q {} Q()", /./],
    ];
    for (const [expression, message] of refusals)
      await expect(client.evaluate(expression, frame), expression).rejects.toThrow(message);
    expect(await client.evaluate("x + 1", frame)).toBe("2");
    await client.request("continue", { threadId: thread });
    await client.finish();
    expect(client.output.stdout).toBe("1\non\n");
  });

  test("under the mouse is looked up and never runs anything", async () => {
    const { client, frame } = await stopped(`class P { var x = [10, 20]; fun f() { print "ran"; } }
var p = P(); var m = { k: { deep: 7 } };
print p.x; // here`);
    const look = (text: string): Promise<string> => client.evaluate(text, frame, "hover");
    expect(await look("p")).toBe("P{x: List(2) […]}");
    expect(await look("p.x[1]")).toBe("20");
    expect(await look('m.k["deep"]')).toBe("7");
    for (const text of ["p.f()", "p.x[0] + 1", "nothing", "p.nothing", "print"])
      await expect(look(text), text).rejects.toThrow(Refused);
    expect(client.output.stdout).toBe("");
  });

  test("is completed in the console", async () => {
    const { client, frame } = await stopped(`class P { var first = 1; var second = 2; }
var program_wide = P();
fun process(x) { x }
fun f(private_one) {
    var p = P();
    p // here
}
f(1);`);
    const complete = async (text: string): Promise<string[]> =>
      (await client.request("completions", { text, column: text.length + 1, frameId: frame })).targets.map(
        ({ label }: Body) => label,
      );
    expect(await complete("pr")).toEqual(["private_one", "program_wide", "process"]);
    expect(await complete("1 + p.")).toEqual(["first", "second"]);
    expect(await complete("program_wide.se")).toEqual(["second"]);
    expect(await complete("f().")).toEqual([]);
    const { targets } = await client.request("completions", { text: "x + pro", column: 8, frameId: frame });
    expect(targets[0]).toMatchObject({ label: "program_wide", start: 5, length: 3 });
  });
});
