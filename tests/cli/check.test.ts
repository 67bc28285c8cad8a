// `walia check`, for people and as JSON; `walia help`, `walia version`, and words that make no sense.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { folderWith, walia } from "./command.ts";

describe("check", () => {
  test("shows errors, warnings and notes with their lines and related places, and counts them", async () => {
    const folder = folderWith({
      "a.wal": 'fun f(x) x;\nfun with_unused() { var a = 1; 2 }\nprint f(1);\nvar a ~= f(1) + 1;\nprint "fine";\n',
      "b.wal": "fun f() 2;\n",
    });
    const { code, out, err } = await walia(["check", "a.wal", "b.wal"], { in: folder });
    expect({ code, err }).toEqual({ code: 65, err: "" });
    expect(out).toContain("a.wal:1:5: error W103: `f` is declared at top level twice: also in b.wal");
    expect(out).toContain("  b.wal:1:5: `f` is also declared here\n   1 | fun f() 2;\n     |     ^\n");
    expect(out).toContain("a.wal:2:25: warning W106");
    expect(out).toContain("a.wal:4:1: note W501");
    expect(out).toMatch(/\n2 errors, 1 warning, 1 note\n$/);
  });

  test("has one JSON document for programs", async () => {
    const folder = folderWith({ "a.wal": "var x = 1;\n\tprint nothing;\n" });
    const { code, out } = await walia(["check", "--json", "a.wal"], { in: folder });
    expect(code).toBe(65);
    expect(JSON.parse(out)).toEqual({
      version: 1,
      files: ["a.wal"],
      diagnostics: [
        {
          code: "W101",
          severity: "error",
          message: "`nothing` is not defined",
          file: "a.wal",
          start: { line: 2, column: 8, offset: 18 },
          end: { line: 2, column: 15, offset: 25 },
          related: [],
          tags: [],
        },
      ],
      errors: 1,
      warnings: 0,
      infos: 0,
    });
  });

  test("takes all files below the working folder when none is named, as one program or each by itself", async () => {
    const folder = folderWith({ "a.wal": "fun f() 1;", "sub/b.wal": "fun f() 2;" });
    expect((await walia(["check"], { in: folder })).code).toBe(65);
    const each = await walia(["check", "--each"], { in: folder });
    expect(each).toEqual({ code: 0, signal: null, out: "no problems in 2 files\n", err: "" });
  });

  test("ends with 0 when there are only warnings", async () => {
    const { code, out } = await walia(["check", "-"], { input: "fun f() { var x = 1; 2 } f();" });
    expect(code).toBe(0);
    expect(out).toContain("<stdin>:1:15: warning");
  });

  test("marks what is meant under tabs and wide characters, and cuts long lines", async () => {
    const wide = 'var s = "漢字" + nothing;';
    const long = `var t = "${"x".repeat(500)}" + nothing + "${"y".repeat(500)}";`;
    const { out } = await walia(["check", "-"], { input: `${wide}\n\tvar\tu = nothing;\n${long}\n` });
    const lines = out.split("\n");
    const under = (n: number): string => {
      const [text, carets] = [lines[n]!, lines[n + 1]!];
      const columns = [...text].flatMap((character) =>
        /\p{Script=Han}/u.test(character) ? [character, ""] : character,
      );
      return columns.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1).join("");
    };
    expect([under(1), under(4), under(7)]).toEqual(["nothing", "nothing", "nothing"]);
    expect(lines[7]!.length).toBeLessThan(200);
  });
});

describe("words", () => {
  test("help explains every command it names", async () => {
    const { code, out } = await walia(["help"]);
    expect(code).toBe(0);
    const commands = [...out.matchAll(/^ {2}walia (\w+)/gm)].map((match) => match[1]!);
    expect(commands).toEqual(["run", "check", "test", "fmt", "horizon", "lsp", "debug", "version", "help"]);
    for (const name of commands) {
      const page = await walia(["help", name]);
      expect(page).toMatchObject({ code: 0, err: "" });
      expect((await walia([name, "--help"])).out).toBe(page.out);
    }
  });

  test("the version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    for (const word of ["version", "--version", "-v"]) expect((await walia([word])).out).toContain(`walia ${version} `);
  });

  test("what makes no sense is said, with 64 and where to look", async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["frobnicate"], "there is no command frobnicate\nTry: walia help\n"],
      [["hello.wal"], "there is no command hello.wal; to run a program: walia run hello.wal\nTry: walia help\n"],
      [["constructor"], "there is no command constructor\nTry: walia help\n"],
      [["run"], "which file?\nTry: walia help run\n"],
      [["run", "--fast", "a.wal"], "there is no option --fast\nTry: walia help run\n"],
      [["check", "--fast"], "there is no option --fast\nTry: walia help check\n"],
      [["check", "--json=1"], "there is no option --json=1\nTry: walia help check\n"],
      [["test", "--filter"], "--filter needs a value\nTry: walia help test\n"],
      [["test", "--timeout", "soon"], "--timeout needs a number of seconds\nTry: walia help test\n"],
      [["help", "__proto__"], "there is no command __proto__\nTry: walia help\n"],
    ];
    for (const [words, message] of cases)
      expect(await walia(words)).toEqual({ code: 64, signal: null, out: "", err: `walia: ${message}` });
    expect(await walia([])).toMatchObject({ code: 64, out: "" });
  });
});
