// `walia horizon`: what it shows of a `.wld` file, and what it changes in it.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noCache } from "../../cache/cache.ts";
import { horizon } from "../../runtime/cli/horizon/horizon.ts";
import { plain } from "../../runtime/cli/paint.ts";
import type { Terminal } from "../../runtime/cli/terminal.ts";
import { type Change, put } from "../../runtime/horizon/change.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { Standing, type TaskRecord, taskChanges } from "../../runtime/horizon/task-record.ts";
import { Packer } from "../../runtime/reactor/shards/parcel.ts";
import { task } from "../horizon/fixture.ts";
import { folderWith, walia } from "./command.ts";

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `walia horizon …` in this process, at a moment that is always the same. */
async function ask(folder: string, ...words: readonly string[]): Promise<Said> {
  let out = "";
  let err = "";
  const terminal = {
    paint: plain,
    errorPaint: plain,
    print: (line: string) => {
      out += `${line}\n`;
    },
    complain: (line: string) => {
      err += `${line}\n`;
    },
  } as Terminal;
  const code = await horizon(words, { folder, terminal, cache: noCache }, () => NOW);
  return { code, out, err };
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
  21  remind         TIMER    in 1 h                                        0 ms    45 B
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
