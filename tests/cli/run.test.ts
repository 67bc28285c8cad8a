// `walia run`: what it takes, how it ends, what it shows.

import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, runText, shell, startWalia, walia } from "./command.ts";

describe("programs and arguments", () => {
  test("a program's output and exit code are the command's", async () => {
    const folder = folderWith({ "a.wal": 'print "hello"; exit(3);' });
    expect(await walia(["run", "a.wal"], { in: folder })).toEqual({ code: 3, signal: null, out: "hello\n", err: "" });
  });

  test("what follows the file are arguments, whatever they look like", async () => {
    const folder = folderWith({ "a.wal": "for (a in args()) print a;" });
    const { out } = await walia(["run", "a.wal", "one", "--two", "-", "b.wal"], { in: folder });
    expect(out).toBe("one\n--two\n-\nb.wal\n");
  });

  test("several files before -- are one program, imported ones first", async () => {
    const folder = folderWith({
      "a.wal": 'import "lib"; print "a"; print args();',
      "b.wal": 'print "b " + from_c();',
      "c/c.wal": 'fun from_c() "c"; print "c";',
      "lib.wal": 'print "lib";',
    });
    const { out, code } = await walia(["run", "a.wal", "b.wal", "c", "--", "--", "x"], { in: folder });
    expect({ out, code }).toEqual({ out: 'lib\na\n["--", "x"]\nb c\nc\n', code: 0 });
  });

  test("a folder stands for all its .wal files, but not those of hidden folders", async () => {
    const folder = folderWith({
      "src/b.wal": 'print "b";',
      "src/a/z.wal": 'print "a/z";',
      "src/.git/x.wal": "broken (",
      "src/node_modules/x.wal": "broken (",
      "src/notes.txt": "broken (",
    });
    expect((await walia(["run", "src"], { in: folder })).out).toBe("a/z\nb\n");
  });

  test("standard input is a program; imports are found from the working folder", async () => {
    const folder = folderWith({ "lib.wal": "fun f() 7;" });
    const { out, code } = await runText('import "lib"; print f(); print input();', { in: folder });
    expect({ out, code }).toEqual({ out: "7\nnil\n", code: 0 });
  });

  test("a program reads its standard input", async () => {
    const folder = folderWith({ "a.wal": "var l = input(); while (l != nil) { print l.upper(); l = input(); }" });
    expect((await walia(["run", "a.wal"], { in: folder, input: "one\ntwo" })).out).toBe("ONE\nTWO\n");
  });

  test("an empty file, and one with a byte order mark, are programs", async () => {
    const folder = folderWith({ "empty.wal": "", "bom.wal": '\ufeffprint "x";' });
    expect((await walia(["run", "empty.wal"], { in: folder })).code).toBe(0);
    expect((await walia(["run", "bom.wal"], { in: folder })).out).toBe("x\n");
  });
});

describe("trouble", () => {
  test("files that are not there or no text are named, with 74", async () => {
    const folder = folderWith({
      "empty/notes.txt": "",
      "zero.wal": new Uint8Array([0x70, 0, 0x71]),
      "latin1.wal": new Uint8Array([0x22, 0xe9, 0x22]),
    });
    symlinkSync("loop.wal", join(folder, "loop.wal"));
    const cases: readonly (readonly [string, string])[] = [
      ["none.wal", "walia: none.wal: there is no such file\n"],
      ["empty", "walia: empty: there is no .wal file in this folder\n"],
      ["zero.wal", "walia: zero.wal: it is not a text file: it holds a zero byte\n"],
      ["latin1.wal", "walia: latin1.wal: it is not a text file: it is not UTF-8\n"],
      ["loop.wal", "walia: loop.wal: too many symbolic links encountered (ELOOP)\n"],
      ["none/none.wal", "walia: none/none.wal: there is no such file\n"],
    ];
    for (const [name, message] of cases)
      expect(await walia(["run", name], { in: folder })).toEqual({ code: 74, signal: null, out: "", err: message });
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read is named, also when it is imported", async () => {
    const folder = folderWith({ "secret.wal": "", "a.wal": 'import "secret";' });
    chmodSync(join(folder, "secret.wal"), 0);
    for (const name of ["secret.wal", "a.wal"]) {
      const { code, err } = await walia(["run", name], { in: folder });
      expect({ code, err }).toEqual({ code: 74, err: "walia: secret.wal: it may not be read\n" });
    }
  });

  test("an import of a folder, of nothing, or of nonsense is an error of the program", async () => {
    const folder = folderWith({ "a.wal": 'import "sub"; import "none"; import "a\\0b"; import "http://x/y";' });
    mkdirSync(join(folder, "sub"));
    const { code, err } = await walia(["run", "a.wal"], { in: folder });
    expect(code).toBe(65);
    expect(err).toContain("a.wal:1:8: error W105: there is no file `sub.wal` to import");
    expect(err).toContain("4 errors");
  });

  test("a program with errors does not run, and shows them with their lines", async () => {
    const folder = folderWith({ "a.wal": 'print "before";\n\tprint nothing;\nvar unused_here = 1;\n' });
    const { code, out, err } = await walia(["run", "a.wal"], { in: folder });
    expect({ code, out }).toEqual({ code: 65, out: "" });
    expect(err).toBe(
      [
        "a.wal:2:8: error W101: `nothing` is not defined",
        "   2 |     print nothing;",
        "     |           ^^^^^^^",
        "1 error",
        "",
      ].join("\n"),
    );
  });

  test("warnings are not shown and keep nothing from running", async () => {
    const { code, out, err } = await runText('fun f() { var unused = 1; 2 } print "ran"; print f();');
    expect({ code, out, err }).toEqual({ code: 0, out: "ran\n2\n", err: "" });
  });

  test("a megabyte of noise has errors, of which some are shown", async () => {
    let seed = 7;
    const noise = Uint8Array.from({ length: 1_000_000 }, () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return 32 + ((seed >>> 16) % 95);
    });
    const { code, err } = await walia(["run", "-"], { input: noise });
    expect(code).toBe(65);
    expect(err.split("\n").length).toBeLessThan(1000);
  });

  test("walia.json is found above the program, and what is wrong in it is said", async () => {
    const folder = folderWith({ "walia.json": '{ "ports": { "0x80": "tape:/x" } }', "sub/a.wal": "print 1;" });
    const { code, err } = await walia(["run", "a.wal"], { in: join(folder, "sub") });
    expect(code).toBe(74);
    expect(err).toMatch(/walia\.json: "ports": "tape:\/x" is not a source for "0x80"/);
  });
});

describe("faults", () => {
  test("show the line of the program, who called it, and what stood between", async () => {
    const folder = folderWith({
      "a.wal": [
        "fun deepest(user) {",
        "  user.name + 1",
        "}",
        "fun each(users) users.map(user => deepest(user) + 1);",
        'handle "X" { each([nil]).length() + 1 } in {',
        '  print "in";',
        '  perform "X";',
        "}",
      ].join("\n"),
    });
    const { code, out, err } = await walia(["run", "a.wal"], { in: folder });
    expect({ code, out }).toEqual({ code: 70, out: "in\n" });
    expect(err).toMatchInlineSnapshot(`
      "fault NilAccess: "name" of nil
        at deepest (a.wal:2:3)
             2 |   user.name + 1
               |   ^^^^^^^^^
        at function (a.wal:4:35)
        at List.map (library)
        at handler of "X" (a.wal:5:14)
      "
    `);
  });

  test("of a task that nobody awaits say which task it was", async () => {
    const { code, err } = await runText("async fun fetch(x) { sleep(1); x.y + 1 }\nfetch(nil);\nsleep(5);\n");
    expect(code).toBe(70);
    expect(err).toMatchInlineSnapshot(`
      "fault NilAccess: "y" of nil
        at fetch (<stdin>:1:32)
             1 | async fun fetch(x) { sleep(1); x.y + 1 }
               |                                ^^^
      in task 2 (fetch)
      "
    `);
  });

  test("of an awaited task are shown where they happened", async () => {
    const { code, err } = await runText("async fun fetch(x) { x.y + 1 }\nvar v = await fetch(nil);\nprint v;\n");
    expect(code).toBe(70);
    expect(err).toContain("at fetch (<stdin>:1:22)");
  });

  test("what a program makes too large is a fault, too", async () => {
    const { code, err } = await runText('var s = "x".repeat(1000000); while (true) s = s + s;');
    expect({ code, err: err.split("\n")[0] }).toEqual({
      code: 70,
      err: expect.stringMatching(/^fault LimitExceeded: /),
    });
  });
});

describe("a program's size", () => {
  test("a million calls deep, and endless tail calls of two functions", async () => {
    const { code, out, err } = await runText(`
      fun depth(n) if (n == 0) 0 else 1 + depth(n - 1);
      fun even(n) if (n == 0) true else odd(n - 1);
      fun odd(n) if (n == 0) false else even(n - 1);
      print depth(1000000);
      print even(3000001);
    `);
    expect({ code, out, err }).toEqual({ code: 0, out: "1000000\nfalse\n", err: "" });
  });

  test("a long chain of operators, of imports, and a long line", async () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 300; i++) files[`m${i}.wal`] = `import "m${i + 1}"; var v${i} = v${i + 1} + 1;`;
    files["m300.wal"] = "var v300 = 0;";
    files["a.wal"] = `import "m0"; print v0; print ${"1 + ".repeat(500)}0; print "${"x".repeat(100_000)}".length();`;
    const { out, err } = await walia(["run", "a.wal"], { in: folderWith(files) });
    expect({ out, err }).toEqual({ out: "300\n500\n100000\n", err: "" });
  });
});

describe("the outside", () => {
  test("Ctrl-C ends a program that waits, and one that computes", async () => {
    for (const work of ["sleep(100000);", "while (true) 1;", "fun f(n) f(n + 1); f(1);"]) {
      const folder = folderWith({ "a.wal": `print "ready"; ${work}` });
      const running = startWalia(["run", "a.wal"], { in: folder });
      expect(await running.line()).toBe("ready");
      running.child.kill("SIGINT");
      // What a shell shows as 130.
      expect((await running.ended).signal).toBe("SIGINT");
    }
  });

  test("a program whose output nobody reads any more ends, and says nothing", async () => {
    const folder = folderWith({ "a.wal": "var i = 0; while (true) { print i; i = i + 1; }" });
    const { out, err } = await shell("walia run a.wal | head -2; echo $PIPESTATUS", { in: folder });
    expect({ out, err }).toEqual({ out: "0\n1\n141\n", err: "" });
  });

  test("colours are for terminals, or when they are asked for", async () => {
    const folder = folderWith({ "a.wal": "print nothing;" });
    const shown = async (env: Record<string, string>): Promise<boolean> =>
      (await walia(["run", "a.wal"], { in: folder, env })).err.includes("\u001b[");
    expect(await shown({})).toBe(false);
    expect(await shown({ FORCE_COLOR: "1" })).toBe(true);
    expect(await shown({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(true);
    expect(await shown({ FORCE_COLOR: "0" })).toBe(false);
    const onTerminal = async (env: string) =>
      (
        await shell(`script -qec '${env} TERM=xterm "$WALIA" run a.wal' /dev/null`, {
          in: folder,
          env: { WALIA: join(import.meta.dirname, "../../bin/walia.js") },
        })
      ).out.includes("\u001b[");
    expect(await onTerminal("")).toBe(true);
    expect(await onTerminal("NO_COLOR=1")).toBe(false);
    expect(await onTerminal("TERM=dumb")).toBe(true);
  });

  test("all of a large output arrives", async () => {
    const { out } = await runText('for (i in 0..200000) print "line " + i;');
    expect(out.length).toBe(2_288_890);
  });
});
