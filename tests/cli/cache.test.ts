// What the command keeps between runs changes nothing but the time it takes.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fingerprint, openCache } from "../../cache/cache.ts";
import { folderWith, startWalia, walia } from "./command.ts";

describe("a second run", () => {
  test("does the same, also after its entries were damaged in any way", async () => {
    const folder = folderWith({
      "lib.wal": "fun twice(f) { f(); f() }",
      "a.wal": 'import "lib"; var n = 0; twice(fun() { n = n + 1; }); print n; nil.x;',
    });
    const cache = join(folder, "cache");
    const run = () => walia(["run", "a.wal"], { in: folder, env: { WALIA_CACHE: cache } });
    const first = await run();
    expect(first).toMatchObject({ code: 70, out: "2\n" });
    const names = readdirSync(cache);
    expect(names.map((name) => name.split("-")[0]).sort()).toEqual(["code", "code", "items", "items", "items", "run"]);
    expect(await run()).toEqual(first);
    expect(readdirSync(cache).sort()).toEqual(names.sort());

    const damages: readonly ((path: string) => void)[] = [
      (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
      (path) => truncateSync(path, 0),
      (path) => {
        const bytes = readFileSync(path);
        bytes[Math.floor(bytes.length / 2)]! ^= 1;
        writeFileSync(path, bytes);
      },
      (path) => writeFileSync(path, "[]"),
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ];
    for (const damage of damages) {
      for (const name of names) damage(join(cache, name));
      expect(await run()).toEqual(first);
    }
  });

  test("finds the command's own code also when the first one was killed, as servers are", async () => {
    const folder = folderWith({ "a.wal": "sleep(600_000);" });
    const cache = join(folder, "cache");
    const running = startWalia(["run", "a.wal"], { in: folder, env: { WALIA_CACHE: cache } });
    const isKept = (): boolean => existsSync(cache) && readdirSync(cache).some((name) => /^code-[0-9a-f]+$/.test(name));
    while (!isKept()) await new Promise((resolve) => setTimeout(resolve, 50));
    running.child.kill("SIGKILL");
    await running.ended;
  });

  test("sees every change: of the file, of what it imports, and of what an import means", async () => {
    const folder = folderWith({ "lib.wal": "fun f() 1;", "a.wal": 'import "lib"; print f();' });
    const run = async () => (await walia(["run", "a.wal"], { in: folder })).out;
    expect(await run()).toBe("1\n");
    writeFileSync(join(folder, "lib.wal"), "fun f() 2;");
    expect(await run()).toBe("2\n");
    writeFileSync(join(folder, "lib"), "fun f() 3;");
    expect(await run()).toBe("3\n");
    writeFileSync(join(folder, "a.wal"), 'import "lib"; print f() + 1;');
    expect(await run()).toBe("4\n");
    rmSync(join(folder, "lib"));
    expect(await run()).toBe("3\n");
  });

  test("may come at the same time as the first", async () => {
    const folder = folderWith({ "a.wal": 'print "same";' });
    const env = { WALIA_CACHE: join(folder, "cache") };
    const all = await Promise.all(Array.from({ length: 4 }, () => walia(["run", "a.wal"], { in: folder, env })));
    expect(all.map(({ out, code }) => [out, code])).toEqual(Array(4).fill(["same\n", 0]));
    expect(readdirSync(env.WALIA_CACHE).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("needs no folder that can be written to, and none at all when it is off", async () => {
    const folder = folderWith({ "a.wal": 'print "x";', file: "" });
    for (const place of [join(folder, "file"), join(folder, "file/below"), "/proc/nowhere", "off"])
      expect(await walia(["run", "a.wal"], { in: folder, env: { WALIA_CACHE: place } })).toMatchObject({
        code: 0,
        out: "x\n",
      });
    expect(readdirSync(folder).sort()).toEqual(["a.wal", "file"]);
  });
});

describe("the folder", () => {
  test("gives back what was written, to the same build and key only", () => {
    const folder = join(folderWith({}), "cache");
    const cache = openCache(folder, "build 1");
    cache.write("run", "key", { a: ["ä", 1] });
    cache.writeBytes("code", "key", Uint8Array.of(0, 10, 255));
    expect(cache.read("run", "key")).toEqual({ a: ["ä", 1] });
    expect(cache.readBytes("code", "key")).toEqual(Buffer.of(0, 10, 255));
    expect(cache.read("run", "other")).toBeUndefined();
    expect(cache.read("items", "key")).toBeUndefined();
    expect(openCache(folder, "build 2").read("run", "key")).toBeUndefined();
  });

  test("does not grow without end, and loses what was not used for longest", () => {
    const folder = join(folderWith({}), "cache");
    const cache = openCache(folder, "build");
    const megabytes = new Uint8Array(12 * 1024 * 1024);
    for (let i = 0; i < 11; i++) {
      cache.writeBytes("code", String(i), megabytes);
      const name = `code-${fingerprint(`build\n${i}`)}`;
      const age = i === 0 ? 0 : 3600 - i;
      if (i < 10) utimesSync(join(folder, name), Date.now() / 1000 - age, Date.now() / 1000 - age);
    }
    const total = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(total).toBeLessThan(128 * 1024 * 1024);
    const kept = Array.from({ length: 11 }, (_, i) => cache.readBytes("code", String(i)) !== undefined);
    expect(kept[0] && kept[10]).toBe(true);
    expect(kept[1] || kept[2]).toBe(false);
  });

  test("tells any two texts apart that differ in one place", () => {
    const seen = new Set<string>();
    const text = "fun f(x) x + 1;\n".repeat(20);
    for (let i = 0; i < text.length; i++)
      for (const other of "ab0\u00e4") seen.add(fingerprint(`${text.slice(0, i)}${other}${text.slice(i + 1)}`));
    for (let i = 0; i < 100; i++) seen.add(fingerprint("\0".repeat(i)));
    const equal = [...text].filter((character) => "ab0".includes(character)).length;
    expect(seen.size).toBe(text.length * 4 - equal + Math.min(equal, 1) + 100);
  });
});
