// The life of a session: what it is started with, how it ends, and what becomes of messages that make no sense.

import { existsSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { Client } from "./client.ts";

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

function start(files: Readonly<Record<string, string>>): Client {
  const client = new Client(files, true);
  clients.push(client);
  return client;
}

describe("a launch", () => {
  test("refuses arguments that are wrong, by name, and then takes right ones", async () => {
    const client = start({ "main.wal": "print args();\nexit(7);", "wrong.wal": "print nmae;\nfun (" });
    await client.request("initialize", { adapterID: "walia" });
    const program = client.path("main.wal");
    const refusals: [object, string][] = [
      [{}, '"program" is missing: the path of a .wal file, or a list of paths'],
      [{ program: 3 }, '"program" must be the path of a .wal file, or a list of paths'],
      [{ program, args: "a" }, '"args" must be a list of strings'],
      [{ program, stopOnEntry: "yes" }, '"stopOnEntry" must be true or false'],
      [
        { program, brogram: 1 },
        'there is no argument "brogram": there are program, args, cwd, stopOnEntry, noDebug, test, tests',
      ],
      [{ program, cwd: "/nowhere/at/all" }, '"cwd" must be a folder: /nowhere/at/all is none that can be entered'],
      [{ program: client.path("nothing.wal") }, "nothing.wal: there is no such file"],
      [{ program: client.path("wrong.wal") }, "the program has 2 errors; see the debug console"],
      [{ program, test: "nothing" }, 'there is no test "nothing"'],
    ];
    for (const [args, message] of refusals)
      await expect(client.request("launch", args), message).rejects.toThrow(message);
    expect(client.output.stderr).toMatch(/wrong\.wal:2:\d+: error/);
    await client.request("launch", {
      program,
      args: ["a", "b"],
      type: "walia",
      request: "launch",
      name: "mine",
      __sessionId: "x",
    });
    await client.event("initialized");
    await client.run();
    expect(await client.finish()).toBe(7);
    expect(client.output.stdout).toBe('["a", "b"]\n');
    await expect(client.request("pause", { threadId: 1 })).rejects.toThrow("the program has ended");
    await client.request("disconnect");
    expect(await client.ended).toBe(0);
    expect(client.errors).toBe("");
  });

  test("stops at the entry, restarts with the files as they are now, and keeps nothing on the disk", async () => {
    const client = start({ "main.wal": "var n = 1;\nprint n;\n" });
    await client.launch({ stopOnEntry: true, cwd: undefined });
    const [set] = await client.breakpoints([2]);
    await client.run();
    expect((await client.stop()).at).toBe("entry program:1");
    writeFileSync(client.path("main.wal"), "var n = 1;\n\n\nprint n + 1;\n");
    await client.request("restart");
    expect(await client.event("breakpoint")).toMatchObject({ reason: "changed", breakpoint: { id: set!.id, line: 4 } });
    const entry = await client.stop();
    expect(entry.at).toBe("entry program:1");
    await client.request("continue", { threadId: entry.thread });
    const { at, thread, body } = await client.stop();
    expect([at, body.hitBreakpointIds]).toEqual(["breakpoint program:4", [set!.id]]);
    await client.request("continue", { threadId: thread });
    expect(await client.finish()).toBe(0);
    expect(client.output.stdout).toBe("2\n");
    expect(existsSync(client.path("main.wld"))).toBe(false);
  });

  test("runs without stopping when nothing is to be debugged", async () => {
    const client = start({ "main.wal": "print 1;\nnil.x;\n" });
    await client.launch({ noDebug: true, stopOnEntry: true });
    await client.breakpoints([1]);
    await client.run();
    expect(await client.finish()).toBe(70);
    expect(client.output.stderr).toMatch(/^fault NilAccess: "x" of nil\n {2}at program \(main\.wal:2:1\)/);
  });
});

const ANY = { threadId: 1, expression: "1", variablesReference: 1 };

const TESTS = `/// Twice as much.
/// example: doubling
///     assert(double(2) == 4);
fun double(x) {
    var result = x * 2;
    result
}
test "of nothing" {
    var n = double(0);
    assert(n == 0);
}
test "that fails" { assert(double(1) == 3, "not three"); }
print "the program itself";
`;

describe("tests", () => {
  test("all of a file run, each stops at breakpoints, and it is said how each ended", async () => {
    const client = start({ "main.wal": TESTS });
    await client.launch({ tests: true });
    await client.breakpoints([{ line: 6 }, { line: 3 }]);
    await client.request("setExceptionBreakpoints", { filters: [] });
    await client.run();
    const seen: string[] = [];
    for (let n = 0; n < 4; n++) {
      const { at, thread } = await client.stop();
      seen.push(at);
      await client.request("continue", { threadId: thread });
    }
    expect(seen).toEqual([
      'breakpoint test "doubling":3',
      "breakpoint double:6",
      "breakpoint double:6",
      "breakpoint double:6",
    ]);
    expect(await client.finish()).toBe(1);
    expect(client.output.console).toBe("✓ doubling\n✓ of nothing\n✗ that fails\n");
    expect(client.output.stdout).toBe("");
  });

  test("one runs alone, and its failed assertion stops", async () => {
    const client = start({ "main.wal": TESTS });
    await client.launch({ test: "that fails" });
    await client.run();
    const { at, body, thread } = await client.stop();
    expect([at, body.text]).toEqual(['exception test "that fails":12', "AssertError: not three"]);
    await client.request("continue", { threadId: thread });
    expect(await client.finish()).toBe(1);
  });
});

describe("output", () => {
  test("comes in whole lines, with the place that printed it", async () => {
    const client = start({
      "main.wal": `fun say(x) {\n    print x;\n    x\n}\nprint say("in") + "!";\nperform "IO_WRITE" { fd: 1, data: "par" };\nperform "IO_WRITE" { fd: 1, data: "tial\\nrest" };\nperform "IO_WRITE" { fd: 2, data: "wrong\\n" };\nprint io_read("main.wal").length() > 0;\nprint input();\n`,
    });
    await client.launch({ cwd: client.folder });
    await client.run();
    expect(await client.finish()).toBe(0);
    expect(client.outputs.map(({ category, output, line }) => [category, output, line])).toEqual([
      ["stdout", "in\n", 2],
      ["stdout", "in!\n", 5],
      ["stdout", "partial\n", undefined],
      ["stderr", "wrong\n", undefined],
      ["stdout", "true\n", 9],
      ["stdout", "nil\n", 10],
      ["stdout", "rest", undefined],
    ]);
  });
});

describe("a session ends", () => {
  const LOOP = { "main.wal": "var n = 0;\nwhile (true) { n = n + 1; }\n" };

  test("with its client's goodbye while the program runs", async () => {
    const client = start(LOOP);
    await client.launch();
    await client.run();
    await client.request("disconnect", { terminateDebuggee: true });
    expect(await client.ended).toBe(0);
  });

  test("when its client is gone", async () => {
    const client = start(LOOP);
    await client.launch();
    await client.run();
    client.hangUp();
    expect(await client.ended).toBe(0);
  });

  test("or only the program does", async () => {
    const client = start(LOOP);
    await client.launch({ stopOnEntry: true });
    await client.run();
    await client.stop();
    await client.request("terminate");
    await client.event("terminated");
    await expect(client.request("continue", { threadId: 1 })).rejects.toThrow("the program has ended");
  });
});

describe("a message that makes no sense", () => {
  test("is refused, and the next one is answered", async () => {
    const client = start({ "main.wal": "print 1;\n" });
    await expect(client.request("threads")).rejects.toThrow('"initialize" must come before "threads"');
    await client.request("initialize", { adapterID: "walia" });
    await expect(client.request("initialize", {})).rejects.toThrow('"initialize" comes once');
    await expect(client.request("fly")).rejects.toThrow('the debugger does not know the request "fly"');
    await expect(client.request("constructor")).rejects.toThrow('the debugger does not know the request "constructor"');
    await expect(client.request("attach")).rejects.toThrow("a running program cannot be attached to: launch it");
    for (const command of ["threads", "continue", "next", "stackTrace", "evaluate", "variables", "restart", "source"])
      await expect(client.request(command, ANY), command).rejects.toThrow("nothing is launched yet");
    await expect(client.request("configurationDone")).rejects.toThrow('"launch" must come before "configurationDone"');
    await expect(client.request("setBreakpoints", {})).rejects.toThrow('"setBreakpoints" needs "source": an object');
    await expect(client.request("setBreakpoints", { source: {} })).rejects.toThrow(
      "a breakpoint needs the path of its file",
    );
    await expect(client.request("setBreakpoints", { source: { path: "a" }, breakpoints: [{}] })).rejects.toThrow(
      '"setBreakpoints" needs "line": a number',
    );
    client.write("Content-Length: 9\r\n\r\nno json !");
    expect(await client.event("output")).toMatchObject({ output: "walia debug: a message was no JSON: no json !\n" });
    client.write("Content-Length: 4\r\n\r\nnull");
    client.write('Content-Length: 16\r\n\r\n{"type":"event"}');
    expect(await client.event("output")).toMatchObject({ output: "walia debug: a message was no request: null\n" });
    await client.request("launch", { program: client.path("main.wal") });
    await expect(client.request("variables", { variablesReference: 1 })).rejects.toThrow(
      "the program is running: pause it first",
    );
    await expect(client.request("evaluate", { expression: "1" })).rejects.toThrow(
      "the program is running: pause it first",
    );
    await expect(client.request("stackTrace", { threadId: "x" })).rejects.toThrow(
      '"stackTrace" needs "threadId": a number',
    );
    await expect(client.request("setExceptionBreakpoints", { filters: ["x"] })).rejects.toThrow(
      'there is no exception filter "x"',
    );
    await client.run();
    expect(await client.finish()).toBe(0);
  });

  test("without a header ends the session, with a sentence", async () => {
    const client = start({});
    client.write("print 1;\r\n\r\n");
    expect(await client.ended).toBe(64);
    expect(client.errors).toBe(
      'walia debug: a message of the Debug Adapter Protocol begins with "Content-Length: ", and a number of bytes; got "print 1;"\n' +
        "This command is for editors; to run a program: walia run FILE\n",
    );
  });
});
