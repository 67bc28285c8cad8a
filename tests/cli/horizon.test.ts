// `walia horizon`: what it shows of a `.wld` file, and what it changes in it.

import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Cache, noCache } from "../../cache/cache.ts";
import { horizon } from "../../runtime/cli/horizon/horizon.ts";
import { readLiteral } from "../../runtime/cli/horizon/literal.ts";
import { openFile, storedTask } from "../../runtime/cli/horizon/opened.ts";
import { ShownValues } from "../../runtime/cli/horizon/values.ts";
import { FileTrouble, UsageError } from "../../runtime/cli/trouble.ts";
import { encode } from "../../runtime/codec/encode.ts";
import { type Change, put } from "../../runtime/horizon/change.ts";
import { payloadOf } from "../../runtime/horizon/check.ts";
import { readFile, Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { endChanges, readTask, Standing, type TaskRecord, taskChanges } from "../../runtime/horizon/task-record.ts";
import { Packer } from "../../runtime/reactor/shards/parcel.ts";
import { nameOf, randomFrom, task } from "../horizon/fixture.ts";
import { folderWith, recordingTerminal, startWalia, walia } from "./command.ts";

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LONG = 120_000;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const compiled = new Map<string, unknown>();
/** What was compiled once in this file. */
const cache: Cache = {
  ...noCache,
  read: (kind, key) => compiled.get(`${kind} ${key}`),
  write: (kind, key, value) => void compiled.set(`${kind} ${key}`, value),
};

/** `walia horizon …` in this process, at a moment that is always the same. */
async function ask(folder: string, ...words: readonly string[]): Promise<Said> {
  const { terminal, said } = recordingTerminal();
  const code = await horizon(words, { folder, terminal, cache }, () => NOW);
  return { code, ...said };
}

/** A folder with a `.wld` file that has these records. */
async function folderOf(changes: readonly Change[]): Promise<string> {
  const folder = folderWith({});
  const store = await Store.open(join(folder, "main.wld"), { by: "test" });
  store.commit(changes);
  await store.close();
  return folder;
}

/** The records of tasks, each with a continuation of some length that nobody reads. */
const tasksOf = (...tasks: readonly (readonly [task: TaskRecord, length: number])[]): Change[] =>
  tasks.flatMap(([record, length]) => taskChanges(record, new Uint8Array(length)));

const packer = new Packer(
  { goes: () => 0, comes: () => ({}) as never, settled: () => undefined },
  { code: () => undefined, classCode: () => undefined, traitCode: () => undefined, programSegment: () => undefined },
);

describe("list", () => {
  const SOME: readonly Change[] = [
    ...tasksOf(
      [task(17, { name: "handle_upload", on: 5, since: NOW - 2 * HOUR - 10 * MINUTE }), 40],
      [task(18, { name: "approve", effect: "receive", on: 4, since: NOW - 26 * HOUR }), 3000],
      [task(21, { name: "remind", effect: "TIMER", on: undefined, deadline: NOW + HOUR, since: NOW }), 20],
      [task(300, { name: "limit", effect: "timeout", on: 17, deadline: NOW - 5 * MINUTE, since: NOW }), 20],
      [task(301, { standing: Standing.Ready, effect: "", on: undefined, since: NOW }), 20],
      [task(302, { standing: Standing.Failed, crashes: 3, since: NOW }), 20],
    ),
    put(Table.Descriptors, 5, packer.pack(["file", "/data/in.txt", "r", 12], 0)),
  ];

  test("has a line for each task, in plain words", async () => {
    expect(await ask(await folderOf(SOME), "list")).toEqual({
      code: 0,
      err: "",
      out: `\
TASK  FUNCTION       EFFECT   WAITS FOR                                    SINCE    SIZE
  17  handle_upload  IO_READ  descriptor 5 (/data/in.txt at byte 12)  2 h 10 min    71 B
  18  approve        receive  channel 4                                  1 d 2 h  3.0 kB
  21  remind         TIMER    due in 1 h                                    0 ms    45 B
 300  limit          timeout  task 17, due 5 min ago                        0 ms    46 B
 301  session                 nothing: it is ready                          0 ms    37 B
 302  session        IO_READ  nothing: it crashed 3 times                   0 ms    46 B
6 tasks: 4 waiting, 1 ready, 1 failed
`,
    });
  });

  test("has only the tasks that are asked for", async () => {
    const folder = await folderOf(SOME);
    for (const [words, ids] of [
      [["--effect", "TIMER"], [21]],
      [["--function=session"], [301, 302]],
      [
        ["--older", "2h"],
        [17, 18],
      ],
      [["--older", "1d", "--effect", "receive"], [18]],
      [["--failed", "main.wal"], [302]],
      [["--older", "2d", folder], []],
    ] as const) {
      const { out } = await ask(folder, "list", "--json", ...words);
      expect(JSON.parse(out).tasks.map(({ id }: { id: number }) => id)).toEqual(ids);
    }
    await expect(ask(folder, "list", "--older", "long")).rejects.toThrow(/--older is a duration/);
  });

  test("of a program that has ended has only those that had failed, and no name of a task changes the terminal", async () => {
    const named = tasksOf(
      [task(1), 20],
      [task(2, { standing: Standing.Failed, crashes: 5, name: "a\u001b[31mb\nc", since: NOW }), 20],
    );
    const ended = put(Table.Globals, "program", encode([undefined, "none", [], true, [2]]));
    const folder = await folderOf([...named, ended]);
    expect((await ask(folder, "list")).out).toBe(`\
TASK  FUNCTION   EFFECT   WAITS FOR                    SINCE  SIZE
   2  a\ufffd[31mb\ufffdc  IO_READ  nothing: it crashed 5 times   0 ms  48 B
1 task: 0 waiting, 0 ready, 1 failed
`);
    expect((await ask(folder, "show")).out).toMatch(/the program has ended by itself\n\n1 task\n\ntask 2 a/);
    expect((await ask(folder, "doctor")).out).toMatch(
      /^task 2 .* crashed 5 times and was put aside\n.*\n1 task examined: 1 finding\n$/,
    );
  });

  test("is one JSON document for tools", async () => {
    const { out } = await ask(await folderOf(SOME), "list", "--json", "--effect", "timeout");
    expect(JSON.parse(out)).toEqual({
      version: 1,
      file: "main.wld",
      tasks: [
        {
          id: 300,
          function: "limit",
          state: "waiting",
          effect: "timeout",
          on: 17,
          deadline: NOW - 5 * MINUTE,
          since: NOW,
          home: false,
          steps: 1,
          crashes: 0,
          bytes: 46,
        },
      ],
      count: 1,
      failed: 0,
    });
  });
});

// ---- Programs that were killed ----

const APPROVALS = `
async fun approve(order, inbox) {
    var limit = 100;
    var seen = { who: "Ada", times: [1, 1] };
    var answer = inbox.receive();
    "order " + order.id + ": " + answer + " up to " + limit + " by " + seen.who
}

class Order {
    var id;
    fun init(id) { this.id = id; }
}

async fun clerk(name, future) {
    handle "FAULT" { print name + " sees " + effect.kind + ", " + effect.message; nil }
    print name + " files " + await future;
}

var inbox = Channel(1);
var first = approve(Order(7), inbox);
clerk("Bo", first);
clerk("Cy", approve(Order(8), inbox));
clerk("Di", approve(Order(9), inbox));
checkpoint();
print "ready";
if (!walia_is_warm_boot()) sleep(3600000);
print "over";
`;

let approvals: Promise<string> | undefined;

/** A copy of a folder in which APPROVALS has been killed. */
async function killedApprovals(): Promise<string> {
  approvals ??= killedAt("ready", APPROVALS);
  const folder = folderWith({});
  for (const name of ["main.wal", "main.wld"]) copyFileSync(join(await approvals, name), join(folder, name));
  return folder;
}

/** A folder in which this program has been run, on one core, until it printed this line, and killed. */
async function killedAt(line: string, text: string): Promise<string> {
  const folder = folderWith({ "main.wal": text });
  const running = startWalia(["run", "--shards", "1", "main.wal"], { in: folder, isKept: true });
  for (let next = await running.line(); next !== line; next = await running.line())
    if (next === undefined) throw new Error(`it ended before it printed ${line}: ${(await running.ended).err}`);
  running.child.kill("SIGKILL");
  await running.ended;
  return folder;
}

/** Ids of the tasks of a function. */
async function idsOf(folder: string, name: string, file = "main.wld"): Promise<string[]> {
  const { out } = await ask(folder, "list", "--json", "--function", name, file);
  return JSON.parse(out).tasks.map(({ id }: { id: number }) => String(id));
}

const contentOf = async (folder: string): Promise<Map<string, string>> => {
  const content = new Map<string, string>();
  await readFile(join(folder, "main.wld"), (table, key, part) => {
    content.set(nameOf(table, key), Buffer.from(payloadOf(part)).toString("hex"));
  });
  return content;
};

describe("a task of a program that was killed", () => {
  test(
    "is shown, edited, resumed and dropped, and the next run goes on accordingly",
    async () => {
      const folder = await killedApprovals();
      const [first = "", second = "", third = ""] = await idsOf(folder, "approve");

      const shown = await ask(folder, "show", first);
      expect(shown.out.replace(/since .*|; \d+ steps? kept; .*|\d+(?=>)|channel \d+/g, "…")).toBe(`\
task ${first} approve
  waits in receive: …
  …
  runs on any core…
    channel  <Channel …>

  1  approve (main.wal:5:18)
        5 |     var answer = inbox.receive();
          |                  ^^^^^^^^^^^^^^^
       order  Order{id: 7}
       inbox  <Channel …>
       limit  100
       seen   {who: "Ada", times: [1, 1]}
`);

      const before = await contentOf(folder);
      expect((await ask(folder, "edit", first, "--set", "limit=250", "--set", 'seen={ who: "Eve" }')).out).toBe(
        `task ${first} (approve), frame 1: limit = 250, was 100\n` +
          `task ${first} (approve), frame 1: seen = {who: "Eve"}, was {who: "Ada", times: [1, 1]}\n`,
      );
      await ask(
        folder,
        "edit",
        first,
        "--set",
        "limit=100",
        "--frame",
        "1",
        "--set",
        'seen={"who":"Ada","times":[1,1]}',
      );
      const after = await contentOf(folder);
      // But for the count of its steps, in its second byte, it is as it was; and so is everything else.
      const name = `tasks ${first}`;
      expect(after.get(name)!.slice(4)).toBe(before.get(name)!.slice(4));
      for (const [key, content] of before)
        if (key !== name && key !== "meta owner") expect(after.get(key), key).toBe(content);

      await ask(folder, "edit", first, "--set", "limit=250");
      const resumed = await ask(folder, "resume", first, "main.wal", "--with", '"yes"');
      expect(resumed.out).toBe(`task ${first} (approve) goes on with "yes" instead of waiting in receive\n`);
      await ask(folder, "resume", second, "--with", "[nil, -1.5, 'A']");
      expect((await ask(folder, "drop", third)).out).toMatch(/^task \d+ \(approve\) is dropped\. 6 tasks left\.$/m);
      await expect(ask(folder, "drop", third)).rejects.toThrow(/there is no task \d+ in this file/);
      await expect(ask(folder, "resume", first, "--with", "1")).rejects.toThrow(/waits for nothing/);
      // Killed at its checkpoint, or a little later.
      await ask(folder, "resume", ...(await idsOf(folder, "program")), "--with", "nil");

      const { out, err, code } = await walia(["run", "main.wal"], { in: folder, isKept: true });
      expect(out.replace("ready\n", "").split("\n").sort()).toEqual([
        "",
        "Bo files order 7: yes up to 250 by Ada",
        "Cy files order 8: [nil, -1.5, 65] up to 100 by Ada",
        `Di sees Cancelled, task ${third} was dropped`,
        "over",
      ]);
      expect(err).toBe("walia: goes on where an earlier run was, with 6 tasks; --fresh starts over\n");
      expect(code).toBe(0);
    },
    LONG,
  );

  test(
    "is edited without a change to continuations that have the same frame",
    async () => {
      const folder = await killedAt(
        "ready",
        `
async fun twice() {
    handle "X" { var k = effect.continuation; var a = resume(k, 1); var b = resume(k, 2); [a, b] }
    outer()
}
fun outer() { var n = 1; var w = inner(); [n, w] }
fun inner() { var w = perform "X"; if (!walia_is_warm_boot()) sleep(3600000); w }
var result = twice();
checkpoint();
print "ready";
print await result;
`,
      );
      const [id = ""] = await idsOf(folder, "twice");
      const frame = /^ +(\d+) {2}outer /m.exec((await ask(folder, "show", id)).out)?.[1];
      const { out } = await ask(folder, "edit", id, "--frame", String(frame), "--set", "n=5");
      expect(out).toBe(`task ${id} (twice), frame ${frame}: n = 5, was 1\n`);
      await expect(ask(folder, "edit", id, "--frame", "99", "--set", "n=5")).rejects.toThrow(
        /has \d+ frames, and no frame 99$/,
      );
      await expect(ask(folder, "edit", id, "--set", "m=5")).rejects.toThrow(/frame 1 \(inner\) has no m: it has w$/);
      await ask(folder, "resume", id, "--with", "nil");
      const ended = await walia(["run", "main.wal"], { in: folder, isKept: true });
      expect(ended.out.replace("ready\n", "")).toBe("[[5, 1], [1, 2]]\n");
    },
    LONG,
  );

  test(
    "is looked at while the program runs, and changed by nobody",
    async () => {
      const folder = folderWith({ "main.wal": 'print "go";\nsleep(3600000);\n' });
      const running = startWalia(["run", "--durability", "strict", "main.wal"], { in: folder, isKept: true });
      expect(await running.line()).toBe("go");
      const [id = ""] = await idsOf(folder, "program");
      expect((await ask(folder, "show")).out).toMatch(new RegExp(`^main\\.wld: process ${running.child.pid} runs it`));
      expect((await ask(folder, "show", id)).out).toMatch(/^task \d+ program\n/);
      expect((await ask(folder, "verify")).out).toMatch(
        /, 0 damaged; a program is running: only checksums were compared\n$/,
      );
      expect((await ask(folder, "doctor")).out).toBe("1 task examined: nothing is wrong with them\n");
      expect((await ask(folder, "export", "a.archive")).code).toBe(0);
      for (const words of [["resume", "--with", "1"], ["edit", "--set", "a=1"], ["drop"]])
        await expect(ask(folder, ...words, id)).rejects.toThrow(
          new RegExp(`process ${running.child.pid} is running this program\\. Stop it first`),
        );
      running.child.kill("SIGKILL");
      await running.ended;
    },
    LONG,
  );
});

const RICH = `
trait Named { fun title() { "the " + this.name } }
class Animal { var name = "cat"; var legs = 4; fun init(name) { this.name = name; } fun wait(ms) { sleep(ms); this.legs } }
class Bird < Animal with Named { var wings = 2; fun init(name) { super.init(name); this.legs = 2; } }
handle "WORD" { resume(effect.continuation, "w" + effect.n); }
var pending = [];
var shared = { list: [1, 2], self: nil };
shared.self = shared;
async fun nested(n) {
    handle "INNER" { var x = perform "WORD" { n: n }; sleep(100000 + n); resume(effect.continuation, x); }
    var total = 0;
    var add = fun(k) { total = total + k; total };
    [1, 2].each(k => add(k));
    var v = perform "INNER";
    add(1) + v
}
async fun keeper() {
    handle "LATER" { pending.add(effect.continuation); pending.add(effect.continuation); nil } in {
        var local = [7];
        print perform "LATER" { local: local };
        local
    }
    shared.list.add(3);
    var mine = shared;
    sleep(100000);
    mine
}
async fun fails() { nil.x }
async fun gives() { ["done", 1.5, -7, 1e300, "a\\u{e9}\\u{1F600}"] }
async fun collects(a, b) {
    handle "FAULT" { resume(effect.continuation, effect.kind) }
    var first = await a;
    var second = await b;
    var bytes = "bin".bytes();
    var odd = { "a b": bytes, c: nil, d: true };
    var bird = Bird("owl");
    mixin(bird, Named);
    var r = race([task(idle), task(idle)]);
    [first, second, odd, bird.title(), r, a, b]
}
async fun idle() sleep(100000);
async fun counts(n) { if (n > 0) { var below = counts(n - 1); timeout(below, 100000) } else idle2(5) }
fun idle2(n) { if (n == 0) sleep(100000); var r = 1 + (n * 2 + idle2(n - 1)); r }
async fun animal() { var b = Bird("jay"); b.wait(100000) + b.legs }
nested(1);
keeper();
collects(gives(), fails());
counts(3);
animal();
sleep(20);
checkpoint();
print "ready";
sleep(100000);
`;

test(
  "a task that is read and written again has the same bytes",
  async () => {
    const folder = await killedAt("ready", RICH);
    const opened = await openFile(join(folder, "main.wld"), cache, { tables: [Table.Tasks, Table.Frames] });
    expect(opened.troubles).toEqual([]);
    const names = [];
    for (const id of opened.image.get(Table.Tasks)!.keys()) {
      const { task: record, frames } = storedTask(opened, Number(id))!;
      names.push(record.name);
      const again = opened.reading!.pack(opened.reading!.task(record, frames!));
      expect(Buffer.from(again).equals(frames!), record.name).toBe(true);
    }
    expect([...new Set(names)].sort()).toEqual(["animal", "collects", "counts", "idle", "keeper", "nested", "program"]);
    const { out } = await ask(folder, "show");
    expect(out).toMatch(/shared +#1 \{list: \[1, 2, 3\], self: #1\}/);
    const wide = Array.from({ length: 30 }, () => Array.from({ length: 30 }, () => Array(30).fill("x".repeat(300))));
    expect(new ShownValues([wide]).text(wide).length).toBeLessThan(10_000);
  },
  LONG,
);

describe("the whole file", () => {
  test(
    "is text, with variables, descriptors, channels and tasks",
    async () => {
      const { out } = await ask(await killedApprovals(), "show");
      for (const part of [
        /^main\.wld: no program runs with it\nformat 1, made by Walia \S+; 1 version of its sources\n/,
        /\nvariables\n {2}inbox +<Channel \d+>\n {2}first +<Future of task \d+: pending>\n/,
        /\nchannels\n {2}channel \d+: 0 of 1\n/,
        /\n7 tasks\n/,
        /\ntask \d+ clerk\n {2}waits in await: task \d+\n/,
        /\n {5}inside handle "FAULT"\n/,
      ])
        expect(out).toMatch(part);
    },
    LONG,
  );

  test(
    "goes through an archive, and becomes dense, without a change",
    async () => {
      const folder = await killedApprovals();
      expect((await ask(folder, "export", "a.archive")).out).toMatch(/^\d+ records exported to a\.archive\n$/);
      expect((await ask(folder, "import", "a.archive", "b.wal")).out).toMatch(/^\d+ records imported to b\.wld\n$/);
      await expect(ask(folder, "import", "a.archive", "b.wld")).rejects.toThrow(/there is a file already/);
      expect((await ask(folder, "compact", "b.wld")).out).toMatch(/^\d+ kB before, \d+ kB now\n$/);
      expect(await ask(folder, "diff", "main.wld", "b.wld")).toEqual({
        code: 0,
        err: "",
        out: "tasks: 0 added, 0 gone, 0 changed; 0 variables and 0 other records differ\n",
      });
      await expect(ask(folder, "import", "main.wal", "c.wld")).rejects.toThrow(/this is no archive/);
    },
    LONG,
  );

  test(
    "differs from another one in frames and variables by their names",
    async () => {
      const folder = await killedApprovals();
      const other = join(folder, "other.wld");
      copyFileSync(join(folder, "main.wld"), other);
      const [first = "", second = "", third = ""] = await idsOf(folder, "approve", "main.wld");
      await ask(folder, "edit", first, other, "--set", "limit=250");
      await ask(folder, "resume", second, other, "--with", "[1]");
      await ask(folder, "drop", third, other);
      const { code, out } = await ask(folder, "diff", "main.wld", "other.wld");
      expect(code).toBe(1);
      const lines = out.split("\n");
      for (const line of [
        `task ${first} (approve) has changed`,
        "  frame 1 (approve at main.wal:5): limit = 250, was 100",
        `task ${second} (approve) has changed`,
        "  it goes on with [1]",
        `task ${third} (approve) is gone`,
        "tasks: 0 added, 1 gone, 3 changed; 0 variables and 0 other records differ",
      ])
        expect(lines).toContain(line);
      const json = JSON.parse((await ask(folder, "diff", "--json", "other.wld", "main.wld")).out);
      expect(json.tasks).toContainEqual({ id: Number(third), function: "approve", change: "added", details: [] });
    },
    LONG,
  );
});

describe("verify", () => {
  test(
    "names each record that is damaged, or that the program cannot read",
    async () => {
      const folder = await killedApprovals();
      const [first = ""] = await idsOf(folder, "approve");
      const [second = ""] = await idsOf(folder, "clerk");
      expect(await ask(folder, "verify")).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^\d+ records read, 0 damaged\n$/),
      });
      const path = join(folder, "main.wld");
      const store = await Store.open(path, { by: "test" });
      const record = store.get(Table.Tasks, Number(second))!;
      store.commit([put(Table.Tasks, Number(second), record.subarray(0, -3))]);
      await store.close();
      const image = readFileSync(path);
      // The name of the first task's function, in whichever pages it stands.
      for (let at = image.indexOf("approve"); at >= 0; at = image.indexOf("approve", at + 1))
        if (image.subarray(at, at + 16).includes("receive")) image.write("APPROVE", at);
      writeFileSync(path, image);
      const { code, out } = await ask(folder, "verify", "--json");
      expect(code).toBe(1);
      const named = JSON.parse(out).damage.map(({ table, key }: { table: string; key: string }) => `${table} ${key}`);
      expect(named).toContain(`tasks ${first}`);
      expect(named).toContain(`tasks ${second}`);
      expect((await ask(folder, "list")).code).toBe(74);
    },
    LONG,
  );
});

const STUCK = `
async fun hears(channel) { channel.receive() }
async fun says(channel) { channel.send(1) }
async fun awaits(channel) { await channel.receive() }
async fun first(a, b) { race([a, b]) }
async fun idle() sleep(3600000);
async fun hopes(future) { await future }
fun begin() {
    hears(Channel(1));
    says(Channel(0));
    var pass = Channel(2);
    var one = awaits(pass);
    pass.send(awaits(pass));
    pass.send(one);
    hopes(one);
    first(one, one);
    hears(shared);
    hopes(idle());
    hopes(file_open("gone.txt", "w"));
    hopes(idle());
}
var shared = Channel(1);
begin();
checkpoint();
print "ready";
sleep(3600000);
`;

test(
  "doctor names the tasks that nothing can wake, and what cannot be opened",
  async () => {
    const folder = await killedAt("ready", STUCK);
    rmSync(join(folder, "gone.txt"));
    const idle = await idsOf(folder, "idle");
    const store = await Store.open(join(folder, "main.wld"), { by: "test" });
    store.commit(endChanges(Number(idle.at(-1))));
    const failed = Number(idle[0]);
    const { task: record, frames } = readTask(failed, store.get(Table.Tasks, failed)!);
    store.commit(taskChanges({ ...record, standing: Standing.Failed, crashes: 5 }, frames!));
    await store.close();
    const { code, out } = await ask(folder, "doctor");
    expect(code).toBe(1);
    const found = out.split("\n").filter((line) => !line.startsWith("  walia horizon resume"));
    expect(found.map((line) => line.replace(/\d+/g, "N").replace(/\(\/.*\/gone/, "(gone"))).toEqual([
      "task N (idle) crashed N times and was put aside",
      "  walia horizon show N tells where it is; then resume it, edit it, or drop it",
      "task N (hears) can never go on: it waits for a message on channel N, and no task that can go on knows that channel",
      "task N (says) can never go on: it waits for room in channel N, which is full, and no task that can go on knows that channel",
      "task N (awaits) can never go on: it waits for task N (awaits), which waits for task N (awaits): a circle",
      "task N (awaits) can never go on: it waits for task N (awaits), which waits for task N (awaits): a circle",
      "task N (hopes) can never go on: it waits for task N (awaits), which can never go on",
      "task N (first) can never go on: it waits for the first of task N (awaits), and none of them can go on",
      "task N (hopes) can never go on: it waits for task N (idle), which has failed",
      "task N (hopes) can never go on: it waits for task N, which is gone and has left no result",
      "descriptor N (gone.txt at byte N) cannot be opened again: it is not there any more",
      "  put that right before the next run; else every use of it is the fault IoError",
      "N tasks examined: N findings",
      "",
    ]);
    const { findings } = JSON.parse((await ask(folder, "doctor", "--json")).out);
    expect(findings.map(({ kind }: { kind: string }) => kind).join()).toBe(
      "failed,stuck,stuck,stuck,stuck,stuck,stuck,stuck,stuck,descriptor",
    );
    for (const { task } of findings) if (task !== null) await ask(folder, "drop", String(task));
    writeFileSync(join(folder, "gone.txt"), "");
    expect((await ask(folder, "doctor")).out).toMatch(/^\d+ tasks examined: nothing is wrong with them\n$/);
  },
  LONG,
);

test(
  "records that somebody has changed, with a right checksum, end in words",
  async () => {
    const folder = await killedApprovals();
    const path = join(folder, "main.wld");
    const whole = readFileSync(path);
    const seed = Math.floor(Math.random() * 1e9);
    const random = randomFrom(seed);
    const [task = ""] = await idsOf(folder, "approve");
    for (let round = 0; round < 20; round++) {
      writeFileSync(path, whole);
      const changes: Change[] = [];
      const store = await Store.open(path, {
        by: "test",
        visit: (table, key, part) => {
          if (table === Table.Meta || table === Table.Sources || random() < 0.6) return;
          const payload = payloadOf(part);
          for (let n = 0; n < 3; n++) payload[Math.floor(random() * payload.length)] = Math.floor(random() * 256);
          changes.push(put(table, key, random() < 0.2 ? payload.subarray(0, random() * payload.length) : payload));
        },
      });
      store.commit(changes);
      await store.close();
      for (const words of [
        ["list"],
        ["show"],
        ["show", task],
        ["verify"],
        ["doctor"],
        ["edit", task, "--set", "limit=1"],
        ["drop", task],
      ])
        await ask(folder, ...words).catch((error) => {
          const isOurs = error instanceof FileTrouble || error instanceof UsageError;
          expect(isOurs, `seed ${seed}, round ${round}, ${words.join(" ")}: ${error.stack}`).toBe(true);
        });
    }
  },
  LONG,
);

test("values on the command line are literals of Walia, or JSON", () => {
  for (const [text, shown] of [
    ["nil", "nil"],
    ["null", "nil"],
    ["-1_000.5", "-1000.5"],
    ["0xff", "255"],
    ['"a\\u{e9}\\n"', '"a\u00e9\\n"'],
    ['"\\u00e9"', '"\u00e9"'],
    ['[1, [true], {}, { a: nil, "b c": "x" }]', '[1, [true], {}, {a: nil, "b c": "x"}]'],
    ['{"a": null, "b": [1e3]}', "{a: nil, b: [1000]}"],
    ['"hi".bytes()', 'b"hi"'],
    ["'A'", "65"],
  ] as const)
    expect(new ShownValues([]).text(readLiteral(text, "--with")), text).toBe(shown);
  for (const text of ["", "yes", "1; exit(1)", "1 + 1", "f()", "[x]", "{ a: b }", "nil;", "-true", '"a" + "b"'])
    expect(() => readLiteral(text, "--with"), text).toThrow(/--with is a literal of Walia or JSON, not /);
});

test("a file that is not there, not one, or not ours is said in one line", async () => {
  const nothing = folderWith({});
  const other = folderWith({ "a.wld": "hello", "b.wld": "" });
  for (const [folder, words, message] of [
    [nothing, ["list"], /there is no \.wld file in this folder$/],
    [nothing, ["list", "main.wal"], /main\.wld: there is no such file: nothing is kept of main\.wal$/],
    [nothing, ["list", "x"], /x: there is no such file$/],
    [other, ["list"], /^which file\? There are a\.wld, b\.wld$/],
    [other, ["list", "b.wld"], /b\.wld: the file is empty/],
    [other, ["list", "a.wld", "b.wld"], /^one file, not a\.wld and b\.wld$/],
    [other, [], /^which of list/],
    [other, ["lisst"], /^there is no lisst; there are list/],
  ] as const)
    await expect(ask(folder, ...words)).rejects.toThrow(message);
  const ended = await walia(["horizon", "list", "a.wld"], { in: other });
  expect(ended).toMatchObject({ code: 74, out: "" });
  expect(ended.err).toBe(
    "walia: a.wld: this is no file that holds a program's state. Put back a copy, move it away, or start over with --fresh.\n",
  );
});
