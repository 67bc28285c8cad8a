import { describe, expect, test } from "vitest";
import { importEdits } from "../../language/query/moves.ts";
import { renameableAt, renamingAt } from "../../language/query/rename.ts";
import { movedTo } from "../../server/features/file-rename.ts";
import { readFixture } from "../fixture.ts";
import { atCursor, startServer, viewOf } from "./fixture.ts";

/** The files after the renaming of what is at `$0`; or why it is refused. */
function renamed(text: string, to: string): string {
  const { fixture, view, file, offset } = atCursor(text);
  const found = renamingAt(view.analysis, file, offset, to);
  if (found.kind === "refused") return `refused: ${found.reason}`;
  return fixture.files
    .map(({ path, text: before }) => {
      const edits = found.edits.filter((edit) => edit.file === path).sort((a, b) => b.span.start - a.span.start);
      return edits.reduce((now, { span, text: by }) => now.slice(0, span.start) + by + now.slice(span.end), before);
    })
    .join("\n---\n");
}

describe("rename changes every place of", () => {
  test.each([
    ["a local", "fun f(a$0) { a = a + 1; x => a }", "total", "fun f(total) { total = total + 1; x => total }"],
    ["a function in all files", "fun he$0lp() 1;\n//- /b.wal\nhelp();", "aid", "fun aid() 1;\n---\naid();"],
    [
      "a function behind an alias",
      'import "b" as b;\nb.he$0lp();\n//- /b.wal\nfun help() 1;',
      "aid",
      'import "b" as b;\nb.aid();\n---\nfun aid() 1;',
    ],
    [
      "an alias",
      'import "b" as b$0;\nb.help();\n//- /b.wal\nfun help() 1;',
      "bee",
      'import "b" as bee;\nbee.help();\n---\nfun help() 1;',
    ],
    [
      "a parameter and its named arguments",
      "fun f(li$0mit) limit;\n//- /b.wal\nf(limit: 1);",
      "most",
      "fun f(most) most;\n---\nf(most: 1);",
    ],
    [
      "a class",
      "class A$0 {}\nclass B < A {}\nvar a: A = A();",
      "Base",
      "class Base {}\nclass B < Base {}\nvar a: Base = Base();",
    ],
    [
      "a method with what overrides it",
      "class A { fun g$0o() 1; }\nclass B < A { fun go() super.go(); }\nB().go();",
      "run",
      "class A { fun run() 1; }\nclass B < A { fun run() super.run(); }\nB().run();",
    ],
    [
      "a method of objects that are not known, when no other has the name",
      "class A { fun go$0() 1; }\nfun f(x) x.go();",
      "run",
      "class A { fun run() 1; }\nfun f(x) x.run();",
    ],
    [
      "a field",
      "class A { var n$0 = 1; fun two() this.n * 2; }\nA().n;",
      "size",
      "class A { var size = 1; fun two() this.size * 2; }\nA().size;",
    ],
    [
      "an effect",
      'fun f() perform "A$0SK";\n//- /b.wal\nhandle "ASK" { 1 }',
      "Ask it",
      'fun f() perform "Ask it";\n---\nhandle "Ask it" { 1 }',
    ],
    ["an effect, written with quotes", 'perform "A$0";', 'say "hi"', 'perform "say \\"hi\\"";'],
    [
      "a part of a request",
      'perform "ASK" { w$0hy: 1 };\nhandle "ASK" { effect.why }',
      "reason",
      'perform "ASK" { reason: 1 };\nhandle "ASK" { effect.reason }',
    ],
    [
      "a constant that a pattern compares with",
      "const RED$0 = 1;\nfun f(x) match x { RED => 1, _ => 2 }",
      "PINK",
      "const PINK = 1;\nfun f(x) match x { PINK => 1, _ => 2 }",
    ],
  ])("%s", (_, text, to, expected) => expect(renamed(text, to)).toBe(expected));
});

describe("rename refuses", () => {
  test.each([
    ["built-ins", "le$0n([]);", "size", "`len` is built in"],
    ["effects of the reactor", 'perform "TIM$0ER" { ms: 1 };', "X", 'the reactor answers "TIMER"'],
    ["to become an effect of the reactor", 'perform "A$0";', "TIMER", 'the reactor answers "TIMER"'],
    ["init", "class A { fun in$0it() 1; }", "make", "`init` is what makes"],
    ["the request's own parts", 'handle "A" { effect.cont$0inuation }', "k", "the language's own"],
    ["words of the language", "var x$0 = 1;", "while", "`while` is a word of the language"],
    ["what is no name", "var x$0 = 1;", "2x", "is not a name"],
    ["a name that the function has", "fun f(a$0, b) a + b;", "b", "`b` already means something where `a` is used"],
    ["a name that would be caught", "var b = 1;\nfun f(a$0) a + b;", "b", "`b` already means something"],
    ["a name of another file", "fun f$0() 1;\n//- /b.wal\nfun g() 2;", "g", "it is declared in /b.wal"],
    [
      "a name that a local would hide",
      "fun f$0() 1;\nfun g(h) f() + h;",
      "h",
      "`h` already means something in /main.wal",
    ],
    ["a built-in that is used", "fun f$0() 1;\nlen([]);", "len", "it is built in, and used"],
    ["to make two effects one", 'perform "A$0";\nhandle "B" { 1 }', "B", '"B" is an effect already'],
    ["a member that the class has", "class A { var a$0 = 1; var b = 2; }", "b", "`A` has a member `b` already"],
    [
      "a member that may be another's",
      "class A { fun go$0() 1; }\nclass B { fun go() 2; }\nfun f(x) x.go();",
      "run",
      "one use of `go` may be of `B` instead, the first in line 3 of /main.wal",
    ],
    ["where there is no name", "var x = $0 1;", "y", "there is no name here"],
  ])("%s", (_, text, to, reason) => expect(renamed(text, to)).toContain(reason));

  test("before the new name is asked for", () => {
    const { view, file, offset } = atCursor("le$0n([]);");
    expect(renameableAt(view.analysis, file, offset)).toEqual({ kind: "refused", reason: "`len` is built in" });
  });

  test("with a message for the user", async () => {
    const server = await startServer("le$0n([]);");
    const request = server.client.sendRequest("textDocument/rename", { ...server.cursor, newName: "size" });
    await expect(request).rejects.toThrow("Cannot rename: `len` is built in");
    await server.stop();
  });
});

describe("files that move", () => {
  const files = readFixture(`
import "lib/net" as net;
import "./lib/net.wal";
import "lib/missing";
//- /lib/net.wal
import "../util" as util;
//- /util.wal
fun f() 1;
`);
  const edited = (from: string, to: string): string[] => {
    const edits = importEdits(viewOf(files).analysis, (path) => movedTo(path, [{ from, to }]));
    return edits.map(({ file, text }) => `${file} ${text}`);
  };
  test("take their imports along, and those that lead to them", () => {
    expect(edited("/lib/net.wal", "/lib/io.wal")).toEqual(["/main.wal lib/io", "/main.wal ./lib/io.wal"]);
    expect(edited("/lib/net.wal", "/net.wal")).toEqual(["/main.wal net", "/main.wal ./net.wal", "/lib/net.wal util"]);
    expect(edited("/lib", "/library")).toEqual(["/main.wal library/net", "/main.wal ./library/net.wal"]);
    expect(edited("/util.wal", "/lib/util.wal")).toEqual(["/lib/net.wal util"]);
    expect(edited("/nothing.wal", "/else.wal")).toEqual([]);
  });

  test("are asked about before and read again after", async () => {
    const server = await startServer('import "b" as b;\nb.f();\n//- /b.wal\nfun f() 1;');
    const move = { files: [{ oldUri: "file:///b.wal", newUri: "file:///c.wal" }] };
    const edit = await server.client.sendRequest("workspace/willRenameFiles", move);
    expect(edit).toEqual({
      changes: {
        "file:///main.wal": [
          { range: { start: { line: 0, character: 8 }, end: { line: 0, character: 9 } }, newText: "c" },
        ],
      },
    });
    await server.stop();
  });
});
