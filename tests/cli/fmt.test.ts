// `walia fmt`: files in place, `--check`, standard input, and what does not parse.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, walia } from "./command.ts";

const UGLY = "fun f( a ){a+1}\n\n\n\nprint f(1)\n";
const FINE = "fun f(a) { a + 1 }\n\nprint f(1);\n";

describe("fmt", () => {
  test("formats files and folders in place, and names those that changed", async () => {
    const folder = folderWith({ "a.wal": UGLY, "sub/b.wal": FINE, "sub/c.wal": UGLY, "d.txt": UGLY });
    const fine = statSync(join(folder, "sub/b.wal")).mtimeMs;
    const ended = await walia(["fmt"], { in: folder });
    expect(ended).toEqual({ code: 0, signal: null, out: "a.wal\nsub/c.wal\n", err: "" });
    for (const name of ["a.wal", "sub/b.wal", "sub/c.wal"])
      expect(readFileSync(join(folder, name), "utf8"), name).toBe(FINE);
    expect(readFileSync(join(folder, "d.txt"), "utf8")).toBe(UGLY);
    expect(statSync(join(folder, "sub/b.wal")).mtimeMs, "what is fine is not written").toBe(fine);
    expect(await walia(["fmt", "a.wal"], { in: folder })).toMatchObject({ code: 0, out: "" });
  });

  test("--check changes nothing and ends with 1 when something would change", async () => {
    const folder = folderWith({ "a.wal": UGLY, "b.wal": FINE });
    expect(await walia(["fmt", "--check"], { in: folder })).toMatchObject({ code: 1, out: "a.wal\n", err: "" });
    expect(readFileSync(join(folder, "a.wal"), "utf8")).toBe(UGLY);
    expect(await walia(["fmt", "--check", "b.wal"], { in: folder })).toMatchObject({ code: 0, out: "" });
    expect(await walia(["fmt", "--check", "-"], { in: folder, input: UGLY })).toMatchObject({
      code: 1,
      out: "<stdin>\n",
    });
  });

  test("is a filter for standard input", async () => {
    for (const input of [UGLY, FINE])
      expect(await walia(["fmt", "-"], { input })).toMatchObject({ code: 0, out: FINE });
  });

  test("leaves what does not parse, and says where it is", async () => {
    const folder = folderWith({ "a.wal": "fun f( a ){a+1}\nvar  = 3;\nvar  x=1;\n" });
    const { code, out, err } = await walia(["fmt", "a.wal"], { in: folder });
    expect({ code, out }).toEqual({ code: 0, out: "a.wal\n" });
    expect(err).toMatch(/^a\.wal:2:\d+: this does not parse and stays as it is; walia check says why\n$/);
    expect(readFileSync(join(folder, "a.wal"), "utf8")).toBe("fun f(a) { a + 1 }\nvar  = 3;\nvar x = 1;\n");
  });

  test("keeps line ends and a byte order mark", async () => {
    const folder = folderWith({ "a.wal": "\ufeffvar  x=1;\r\nvar  y=2;\r\n" });
    await walia(["fmt", "a.wal"], { in: folder });
    expect(readFileSync(join(folder, "a.wal"), "utf8")).toBe("\ufeffvar x = 1;\r\nvar y = 2;\r\n");
  });

  test("a file that is not there, or may not be written, is said", async () => {
    expect(await walia(["fmt", "none.wal"])).toMatchObject({
      code: 74,
      err: "walia: none.wal: there is no such file\n",
    });
  });
});
