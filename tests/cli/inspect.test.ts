// `walia horizon inspect`: what the panel of a `.wld` file is told, asked as the panel asks.

import { copyFileSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { type Cache, noCache } from "../../cache/cache.ts";
import { inspect } from "../../runtime/cli/horizon/inspect/inspect.ts";
import { FileTrouble } from "../../runtime/cli/trouble.ts";
import { encode } from "../../runtime/codec/encode.ts";
import { put } from "../../runtime/horizon/change.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { Standing, taskChanges } from "../../runtime/horizon/task-record.ts";
import type {
  Answered,
  Ask,
  Detail,
  ListLook,
  Node,
  Overview,
  Source,
  TaskDetail,
  TaskList,
} from "../../runtime/inspector/protocol.ts";
import { task } from "../horizon/fixture.ts";
import { folderWith, recordingTerminal, startWalia, walia } from "./command.ts";

const NOW = 1_790_000_000_000;
const LONG = 120_000;

const compiled = new Map<string, unknown>();
/** What was compiled once in this file. */
const cache: Cache = {
  ...noCache,
  read: (kind, key) => compiled.get(`${kind} ${key}`),
  write: (kind, key, value) => void compiled.set(`${kind} ${key}`, value),
};

/** Asks one after the other; the answers as they come over the wire. */
async function asked(folder: string, ...asks: readonly unknown[]): Promise<Answered[]> {
  const { terminal, said } = recordingTerminal();
  const lines = asks.map((ask, id) => (typeof ask === "string" ? ask : JSON.stringify({ id, ask })));
  const input = Readable.from(lines.map((line) => `${line}\n`));
  await inspect([], { folder, terminal, cache, now: () => NOW }, input);
  return said.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The answer to one question. */
async function ask<T>(folder: string, question: Ask): Promise<T> {
  const [answered] = await asked(folder, question);
  if (answered === undefined || !("answer" in answered)) throw new Error(JSON.stringify(answered));
  return answered.answer as T;
}

const LOOK: ListLook = { filter: "", sort: "id", isDescending: false, from: 0, count: 50, selected: null };
const list = (folder: string, look: Partial<ListLook>): Promise<TaskList> =>
  ask(folder, { kind: "list", look: { ...LOOK, ...look } });
const detail = <T = TaskDetail>(folder: string, id: number | null, ...unfolded: readonly string[]): Promise<T> =>
  ask(folder, { kind: "detail", look: { task: id, unfolded } });

const idsIn = ({ rows }: TaskList): number[] => rows.map(({ id }) => id);

describe("the list", () => {
  const HOUR = 3_600_000;
  const TASKS = [
    task(2, { name: "program", effect: "TIMER", on: undefined, deadline: NOW + HOUR, since: NOW - 5 }),
    task(17, { name: "handle_upload", on: 5, since: NOW - 2 * HOUR }),
    task(18, { name: "approve", effect: "receive", on: 4, since: NOW - 26 * HOUR }),
    task(170, { name: "approve", effect: "await", on: 17, since: NOW }),
    task(300, { standing: Standing.Ready, effect: "", on: undefined, since: NOW - 1 }),
    task(301, { standing: Standing.Failed, crashes: 3, since: NOW - 2 }),
  ];

  async function folder(): Promise<string> {
    const made = folderWith({});
    const store = await Store.open(join(made, "main.wld"), { by: "test" });
    store.commit(TASKS.flatMap((each) => taskChanges(each, new Uint8Array(each.id * 10))));
    await store.close();
    return made;
  }

  test("has what the command says of each task, in plain words", async () => {
    const { rows, total } = await list(await folder(), { count: 3 });
    expect(total).toBe(6);
    expect(
      rows.map(({ id, function: name, effect, waits, state, since }) => [id, name, effect, waits, state, since]),
    ).toEqual([
      [2, "program", "TIMER", "due in 1 h", "waiting", "5 ms"],
      [17, "handle_upload", "IO_READ", "descriptor 5", "waiting", "2 h"],
      [18, "approve", "receive", "channel 4", "waiting", "1 d 2 h"],
    ]);
  });

  test.each<[Partial<ListLook>, number[]]>([
    [{ sort: "function" }, [18, 170, 17, 2, 300, 301]],
    [{ sort: "since" }, [170, 300, 301, 2, 17, 18]],
    [{ sort: "since", isDescending: true }, [18, 17, 2, 301, 300, 170]],
    [{ sort: "size", isDescending: true }, [301, 300, 170, 18, 17, 2]],
    [{ sort: "waits" }, [300, 17, 301, 2, 170, 18]],
    [{ filter: "APPROVE" }, [18, 170]],
    [{ filter: "io_read" }, [17, 301]],
    [{ filter: "17" }, [17, 170]],
    [{ filter: "approve 17" }, [170]],
    [{ filter: "failed" }, [301]],
    [{ filter: "ready" }, [300]],
    [{ filter: "nothing like it" }, []],
    [{ from: 4, count: 10 }, [300, 301]],
    [{ from: 99 }, []],
  ])("can be sorted, filtered and looked at in parts: %j", async (look, ids) => {
    expect(idsIn(await list(await folder(), look))).toEqual(ids);
  });

  test("says where a task is in it", async () => {
    const made = await folder();
    expect((await list(made, { selected: 17, sort: "since", isDescending: true, count: 1 })).selectedAt).toBe(1);
    expect((await list(made, { selected: 17, filter: "approve" })).selectedAt).toBe(-1);
    expect((await list(made, { selected: 9 })).selectedAt).toBe(-1);
  });
});

const PROGRAM = `class Order { var id; var again; fun init(id) { this.id = id; } }
var limits = { small: 100 };
const inbox = Channel(8);

async fun approve(order) {
    var numbers = [];
    for (i in 0..250) numbers.add(i);
    var text = "word ".repeat(400);
    var ring = Order(7);
    ring.again = ring;
    var both = [order, order];
    handle "ASK" { resume(effect.continuation, 1); } in {
        var answer = inbox.receive();
        print answer, numbers, text, ring, both, limits;
    }
}

async fun wait(other) {
    var result = await other;
    print result;
}

var first = approve(Order(1));
wait(first);
print "ready";
sleep(10000000);
`;

/** The program, when it waits and all of that is in its file. */
async function started(folder: string): Promise<ReturnType<typeof startWalia>> {
  const running = startWalia(["run", "--durability", "strict", "main.wal"], { in: folder, isKept: true });
  expect(await running.line()).toBe("ready");
  return running;
}

/** The folder of a killed one. */
async function left(program = PROGRAM): Promise<string> {
  const folder = folderWith({ "main.wal": program });
  const running = await started(folder);
  running.child.kill("SIGKILL");
  await running.ended;
  return folder;
}

test("a task of a killed program is shown with its frames, its source and its values", { timeout: LONG }, async () => {
  const folder = await left();
  const overview = await ask<Overview>(folder, { kind: "overview" });
  expect(overview).toMatchObject({
    file: "main.wld",
    standing: { kind: "killed" },
    tasks: { waiting: 3, ready: 0, failed: 0 },
    versions: 1,
    channels: 1,
    damage: [],
  });
  const { rows } = await list(folder, { sort: "function" });
  expect(rows.map(({ function: name, place }) => [name, place])).toEqual([
    ["approve", "main.wal:13"],
    ["program", ""],
    ["wait", "main.wal:19"],
  ]);
  const [approve, , wait] = rows.map(({ id }) => id) as [number, number, number];

  const shown = await detail(folder, approve);
  expect(shown).toMatchObject({
    function: "approve",
    effect: "receive",
    waits: "channel 4",
    awaits: null,
    problem: null,
  });
  expect(shown.awaitedBy).toEqual([{ id: wait, function: "wait" }]);
  const [frame] = shown.frames;
  expect(frame!.code).toEqual({
    line: 13,
    before: "        var answer = ",
    meant: "inbox.receive()",
    after: ";",
    disk: "same",
  });
  expect(shown.frames.flatMap(({ notes }) => notes)).toEqual(['inside handle "ASK"']);
  expect((await detail(folder, wait)).awaits).toEqual({ id: approve, function: "approve" });

  const locals = shown.frames.flatMap((each) => each.locals);
  const keyOf = (name: string): string => locals.find((local) => local.name === name)!.key;
  const opened = async (name: string, ...more: readonly string[]): Promise<readonly Node[]> => {
    const own = keyOf(name);
    const { frames } = await detail(folder, approve, own, ...more.map((each) => `${own}/${each}`));
    return frames.flatMap((each) => each.locals).find(({ key }) => key === own)!.parts!;
  };
  // Long lists are in stretches, long texts in pieces.
  const stretches = await opened("numbers", "100-199");
  expect(stretches.map(({ name }) => name)).toEqual(["[0 … 99]", "[100 … 199]", "[200 … 249]"]);
  expect(stretches[1]!.parts!.map(({ name, text }) => [name, text]).slice(0, 2)).toEqual([
    ["[100]", "100"],
    ["[101]", "101"],
  ]);
  expect((await opened("text")).map(({ name }) => name)).toEqual([
    "0 … 499",
    "500 … 999",
    "1000 … 1499",
    "1500 … 1999",
  ]);
  // What is met twice has a number, and what is inside itself is not opened again.
  const both = await opened("both");
  expect(both[0]!.mark).toMatch(/^#\d$/);
  expect(both[1]!.mark).toBe(both[0]!.mark);
  const ring = await opened("ring");
  expect(ring.find(({ name }) => name === "again")).toMatchObject({ text: "is inside itself", isUnfoldable: false });

  const program = await detail<Extract<Detail, { kind: "program" }>>(folder, null, "variables/0");
  expect(program.variables[0]).toMatchObject({ name: "limits", parts: [{ name: "small", text: "100" }] });
  expect(program.channels).toMatchObject([{ name: "channel 4", text: "0 of 8" }]);

  // The source is the one in the file, whatever is on the disk by now.
  const source = (): Promise<Source> => ask(folder, { kind: "source", task: approve, frame: 1 });
  expect(await source()).toMatchObject({ text: null, line: 13 });
  writeFileSync(join(folder, "main.wal"), `// another first line\n${PROGRAM}`);
  expect((await detail(folder, approve)).frames[0]!.code!.disk).toBe("changed");
  expect(await source()).toMatchObject({ text: PROGRAM, line: 13 });
  expect(await ask(folder, { kind: "source", task: approve, frame: 99 })).toBeNull();

  // What the command changes is there at the next look.
  const said = await walia(["horizon", "resume", String(approve), "--with", '"yes"'], { in: folder, isKept: true });
  expect(said.code).toBe(0);
  expect(await detail(folder, approve)).toMatchObject({ state: "ready", input: '"yes"' });
  expect(await ask(folder, { kind: "overview" })).toMatchObject({ tasks: { waiting: 2, ready: 1 } });
});

test("tasks of an older source are counted, and shown in the source that they run in", { timeout: LONG }, async () => {
  const before = PROGRAM.replace("wait(first);", "approve(Order(2));");
  const folder = await left(before);
  const [first, second] = idsIn(await list(folder, { filter: "approve" })) as [number, number];
  await walia(["horizon", "resume", String(first), "--with", "1"], { in: folder, isKept: true });
  const after = before.replace("var numbers = [];", "var numbers = [];\n    numbers.add(0);");
  writeFileSync(join(folder, "main.wal"), after);
  const running = startWalia(["run", "--durability", "strict", "main.wal"], { in: folder, isKept: true });
  // Until the first one prints; the other one waits on. What had been said may be said again.
  for (let line = await running.line(); line === "ready"; line = await running.line());
  running.child.kill("SIGKILL");
  await running.ended;
  expect(await ask(folder, { kind: "overview" })).toMatchObject({ versions: 2, older: 1 });
  expect((await detail(folder, second)).frames[0]!.code).toMatchObject({ line: 13, disk: "changed" });
  expect(await ask(folder, { kind: "source", task: second, frame: 1 })).toMatchObject({ text: before, line: 13 });
});

test("while the program runs, it is said which process that is, and everything can be looked at", {
  timeout: LONG,
}, async () => {
  const folder = folderWith({ "main.wal": PROGRAM });
  const running = await started(folder);
  const [overview, rows, one] = await asked(
    folder,
    { kind: "overview" },
    { kind: "list", look: LOOK },
    { kind: "detail", look: { task: 2, unfolded: [] } },
  );
  running.child.kill("SIGKILL");
  await running.ended;
  expect(overview).toMatchObject({ answer: { standing: { kind: "running" } } });
  expect(rows).toMatchObject({ answer: { total: 3 } });
  expect(one).toMatchObject({ answer: { kind: "task", function: "program" } });
});

describe("of a file that is damaged", () => {
  /** Six hundred tasks, so that there are several pages of them. */
  async function large(): Promise<string> {
    const folder = folderWith({});
    const store = await Store.open(join(folder, "main.wld"), { by: "test" });
    store.commit(
      Array.from({ length: 600 }, (_, id) =>
        taskChanges(task(id, { name: `task_${id}` }), new Uint8Array(200).fill(id)),
      ).flat(),
    );
    await store.close();
    return folder;
  }

  test("a record that was changed is named, and the others can be read", async () => {
    const folder = await large();
    const path = join(folder, "main.wld");
    const at = readFileSync(path).lastIndexOf("task_321");
    const fd = openSync(path, "r+");
    writeSync(fd, "X", at);
    const overview = await ask<Overview>(folder, { kind: "overview" });
    expect(overview.damage.join("\n")).toContain("tasks 321");
    expect(overview.tasks.waiting).toBe(599);
    const { rows } = await list(folder, { from: 318, count: 5 });
    expect(rows.map(({ id }) => id)).toEqual([318, 319, 320, 322, 323]);
    expect(await detail(folder, 321)).toEqual({ kind: "gone", id: 321 });
    expect(await detail(folder, 322)).toMatchObject({ kind: "task", id: 322, function: "task_322" });
  });

  test("wherever it was cut off or changed, each question is answered, and the process lives", {
    timeout: LONG,
  }, async () => {
    const folder = await large();
    const path = join(folder, "main.wld");
    const whole = join(folder, "whole");
    copyFileSync(path, whole);
    const questions = [
      { kind: "overview" },
      { kind: "list", look: LOOK },
      { kind: "detail", look: { task: 5, unfolded: [] } },
      { kind: "detail", look: { task: null, unfolded: ["variables/0"] } },
    ];
    const { size } = statSync(whole);
    for (let at = 0; at < size; at += 4096 * 3) {
      copyFileSync(whole, path);
      truncateSync(path, at);
      expect((await asked(folder, ...questions)).map(({ id }) => id)).toEqual([0, 1, 2, 3]);
      copyFileSync(whole, path);
      const fd = openSync(path, "r+");
      writeSync(fd, Buffer.alloc(4096, at % 251), 0, 4096, at);
      expect((await asked(folder, ...questions)).map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    }
  });

  test.each(["", "not a database at all", "{}"])("another file says that it is none of ours: %j", async (text) => {
    const [answered] = await asked(folderWith({ "main.wld": text }), { kind: "overview" });
    expect(answered).toMatchObject({ trouble: expect.stringMatching(/empty|no file that holds/) });
  });
});

test("a task whose record makes no sense is shown as far as it does", async () => {
  const folder = folderWith({});
  const store = await Store.open(join(folder, "main.wld"), { by: "test" });
  const odd = task(5, { name: "\u001b[31mred", since: Number.MAX_SAFE_INTEGER, on: 5, effect: "await" });
  store.commit(taskChanges(odd, new Uint8Array(40).fill(255)));
  await store.close();
  expect((await list(folder, {})).rows).toMatchObject([{ id: 5, function: "\ufffd[31mred", place: "" }]);
  const shown = await detail(folder, 5);
  expect(shown).toMatchObject({ kind: "task", function: "\ufffd[31mred", frames: [] });
  expect(shown.problem).not.toBeNull();
});

test("questions that make no sense get a reason, and the next one is answered", async () => {
  const folder = folderWith({});
  const store = await Store.open(join(folder, "main.wld"), { by: "test" });
  store.commit([
    put(Table.Globals, "program", encode([undefined, "none", [], true, []])),
    ...taskChanges(task(1), new Uint8Array(9)),
  ]);
  await store.close();
  const answers = await asked(folder, "what?", '{"id":7}', { kind: "nonsense" }, { kind: "overview" });
  expect(answers.map((each) => ("trouble" in each ? "trouble" : "answer"))).toEqual([
    "trouble",
    "trouble",
    "trouble",
    "answer",
  ]);
  // Of a program that has ended by itself its tasks do not count any more.
  expect(answers[3]).toMatchObject({ answer: { standing: { kind: "ended" }, tasks: { waiting: 0 } } });
});

test("without a file there is nothing to ask", async () => {
  await expect(asked(folderWith({}))).rejects.toThrow(FileTrouble);
});
