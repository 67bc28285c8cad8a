// The file and its life: made, opened, closed, killed, opened by two at once; and every way in which it cannot be opened.

import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put, remove } from "../../runtime/horizon/change.ts";
import { OWNER_KEY } from "../../runtime/horizon/format.ts";
import { openEnvironment } from "../../runtime/horizon/lmdb.ts";
import { encodeOwner, isRunning, thisProcess } from "../../runtime/horizon/owner.ts";
import { LARGEST_RECORD } from "../../runtime/horizon/record.ts";
import { ownerOf, readFile, Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { HorizonError, type TroubleKind } from "../../runtime/horizon/trouble.ts";
import { bytes, folder, makeFile, nameOf } from "./fixture.ts";

const open = (path: string): Promise<Store> => Store.open(path, { by: "test" });

async function trouble(action: Promise<unknown>): Promise<{ kind: TroubleKind; message: string }> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HorizonError)) throw new Error(`not refused as it should be: ${error}`);
  return { kind: error.kind, message: error.message };
}

describe("a file", () => {
  test("gives back what was committed, after it was closed and opened again", async () => {
    const path = join(folder(), "a.wld");
    const store = await open(path);
    store.commit([put(Table.Tasks, 1, bytes(10, 1)), put(Table.Globals, "größe", bytes(5000, 2))]);
    store.commit([put(Table.Tasks, 1, bytes(11, 3)), put(Table.Tasks, 2, bytes(0, 0)), remove(Table.Globals, "none")]);
    await store.close();
    const seen = new Map<string, number>();
    const again = await Store.open(path, {
      by: "test",
      visit: (table, key, { length }) => void seen.set(nameOf(table, key), length),
    });
    expect([...seen].filter(([name]) => !name.startsWith("meta"))).toEqual([
      ["globals größe", 5000],
      ["tasks 1", 11],
      ["tasks 2", 0],
    ]);
    expect(again.get(Table.Tasks, 1)).toEqual(Buffer.from(bytes(11, 3)));
    expect(again.get(Table.Tasks, 3)).toBeUndefined();
    await again.close();
  });

  test("is one file and its lock, with nothing left of making it", async () => {
    const path = join(folder(), "a.wld");
    writeFileSync(`${path}.999999999.new`, "what a dead process left");
    await (await open(path)).close();
    expect(readdirSync(join(path, ".."))).toEqual(["a.wld", "a.wld-lock"]);
  });

  test("does not grow with the number of commits", async () => {
    const path = join(folder(), "a.wld");
    const store = await open(path);
    const step = (n: number) => {
      store.commit([put(Table.Tasks, n % 20, bytes(100, n))]);
      store.get(Table.Tasks, 0);
    };
    for (let n = 0; n < 50; n++) step(n);
    const { size } = store;
    for (let n = 0; n < 500; n++) step(n);
    expect(store.size).toBeLessThan(size * 2);
    await store.close();
  });

  test("refuses a record that is too large, and goes on without it", async () => {
    const path = join(folder(), "a.wld");
    const store = await open(path);
    const huge = { length: LARGEST_RECORD } as Uint8Array;
    expect(() => store.commit([put(Table.Tasks, 2, bytes(1, 1)), put(Table.Tasks, 1, huge)])).toThrow(
      /tasks 1 has 268435456 bytes; a record may have/,
    );
    store.commit([put(Table.Tasks, 3, bytes(1, 1))]);
    expect([store.get(Table.Tasks, 2), store.get(Table.Tasks, 3)]).toEqual([undefined, Buffer.from([1])]);
    await store.close();
  });
});

describe("one program at a time", () => {
  test("a second one is told the process", async () => {
    const path = join(folder(), "a.wld");
    const store = await open(path);
    expect(await trouble(open(path))).toEqual({
      kind: "in use",
      message: expect.stringContaining(`process ${process.pid} is running this program with it`),
    });
    await store.close();
    await (await open(path)).close();
  });

  test("readers see the last commit while it runs", async () => {
    const path = join(folder(), "a.wld");
    const store = await open(path);
    for (let n = 0; n < 3; n++) {
      store.commit([put(Table.Tasks, n, bytes(10, n))]);
      const report = await readFile(path, () => undefined);
      expect(report.records.get(Table.Tasks)).toBe(n + 1);
      expect(report.damage).toEqual([]);
    }
    await store.close();
  });

  test("the next one takes over from a process that was killed", async () => {
    const path = join(folder(), "a.wld");
    const child = spawn("sleep", ["60"]);
    await claimFor(path, child.pid!);
    expect(await trouble(open(path))).toMatchObject({
      kind: "in use",
      message: expect.stringContaining(`process ${child.pid} `),
    });
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("exit", resolve));
    await (await open(path)).close();
  });

  test.skipIf(process.platform !== "linux")("a process that has the same id by now is not it", async () => {
    const path = join(folder(), "a.wld");
    await (await open(path)).close();
    const before = { ...thisProcess(), started: "1" };
    expect(isRunning(before)).toBe(false);
    expect(isRunning({ ...thisProcess(), boot: "another" })).toBe(false);
    await writeOwner(path, encodeOwner(before));
    await (await open(path)).close();
  });

  test("one that was taken for dead stops with its next write", async () => {
    const path = join(folder(), "a.wld");
    const first = await open(path);
    first.commit([put(Table.Tasks, 1, bytes(1, 1))]);
    await writeOwner(path, encodeOwner({ ...thisProcess(), pid: 12345 }));
    expect(() => first.commit([put(Table.Tasks, 1, bytes(1, 2))])).toThrow(/process 12345 has taken the file over/);
    // It is not tried again.
    expect(() => first.commit([])).toThrow(HorizonError);
    expect(first.get(Table.Tasks, 1)).toEqual(Buffer.from([1]));
    await first.close();
  });

  test("nobody has it after it was closed", async () => {
    const path = join(folder(), "a.wld");
    const store = await open(path);
    expect(ownerOf(path)?.pid).toBe(process.pid);
    await store.close();
    expect(ownerOf(path)).toBeUndefined();
    expect(() => store.commit([])).toThrow(/was closed/);
    await store.close();
  });
});

describe("what cannot be opened is said as it is", () => {
  test.each<[string, TroubleKind, RegExp, (path: string) => unknown]>([
    ["a folder", "unreadable", /this is a folder/, (path) => mkdirSync(path)],
    ["a link to nowhere", "unreadable", /there is no such file/, (path) => symlinkSync("/nowhere/at/all", path)],
    ["an empty file", "foreign", /the file is empty/, (path) => writeFileSync(path, "")],
    ["a short text", "foreign", /no file that holds a program's state/, (path) => writeFileSync(path, "hello")],
    [
      "a long text",
      "foreign",
      /no file that holds a program's state/,
      (path) => writeFileSync(path, "x".repeat(50_000)),
    ],
    ["zeros", "foreign", /no file that holds a program's state/, (path) => writeFileSync(path, Buffer.alloc(50_000))],
    ["another program's LMDB file", "foreign", /made by another program/, foreignFile],
    ["a file of a newer release", "version", /has format 7, written by Walia 9\.9/, newerFile],
  ])("%s", async (_, kind, message, make) => {
    const path = join(folder(), "a.wld");
    await make(path);
    const before = existsSync(path) && kind !== "unreadable" ? readFileSync(path) : undefined;
    const refused = await trouble(open(path));
    expect(refused).toEqual({ kind, message: expect.stringMatching(message) });
    expect(refused.message).toContain(path);
    if (before !== undefined) expect(readFileSync(path).equals(before)).toBe(true);
    expect(await trouble(readFile(path, () => undefined))).toMatchObject({ kind });
  });

  test("a folder that is not there", async () => {
    const path = join(folder(), "none", "a.wld");
    expect(await trouble(open(path))).toMatchObject({
      kind: "unreadable",
      message: expect.stringMatching(/no such file/),
    });
    expect(existsSync(join(path, ".."))).toBe(false);
  });

  test.skipIf(process.getuid?.() === 0)("a file without permission", async () => {
    const path = join(folder(), "a.wld");
    await makeFile(path, 10);
    chmodSync(path, 0o000);
    expect(await trouble(open(path))).toMatchObject({
      kind: "unreadable",
      message: expect.stringMatching(/no permission/),
    });
  });

  test("a file that was cut off", async () => {
    const path = join(folder(), "a.wld");
    await makeFile(path);
    truncateSync(path, 5 * 4096);
    expect(await trouble(open(path))).toEqual({
      kind: "damaged",
      message: expect.stringMatching(/the file was cut off: it has 20480 bytes/),
    });
  });
});

/** Writes another owner into a file, behind the back of whoever has it. */
async function writeOwner(path: string, payload: Uint8Array): Promise<void> {
  const environment = openEnvironment(path, 2 ** 30, "write");
  const { seal } = await import("../../runtime/horizon/record.ts");
  const record = Buffer.concat([Buffer.alloc(4), payload]);
  seal(Table.Meta, Buffer.from(OWNER_KEY), record);
  environment.tables[Table.Meta]!.putSync(Buffer.from(OWNER_KEY), record);
  await environment.root.close();
}

/** Makes a file that another process seems to have. */
async function claimFor(path: string, pid: number): Promise<void> {
  await (await open(path)).close();
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
  await writeOwner(path, encodeOwner({ ...thisProcess(), pid, started }));
}

async function foreignFile(path: string): Promise<void> {
  const { open: openLmdb } = await import("lmdb");
  const other = openLmdb({ path, noSubdir: true, pageSize: 4096, overlappingSync: false });
  other.putSync("a", 1);
  other.putSync("b", 2);
  await other.close();
}

async function newerFile(path: string): Promise<void> {
  await (await open(path)).close();
  const environment = openEnvironment(path, 2 ** 30, "write");
  const { seal } = await import("../../runtime/horizon/record.ts");
  const record = Buffer.concat([
    Buffer.alloc(4),
    Buffer.from(JSON.stringify({ walia: "state", format: 7, by: "9.9" })),
  ]);
  seal(Table.Meta, Buffer.from("format"), record);
  environment.tables[Table.Meta]!.putSync(Buffer.from("format"), record);
  await environment.root.close();
}
