import { describe, expect, test } from "vitest";
import type { Location, WorkspaceSymbol } from "vscode-languageserver";
import { namedAt, referencesTo } from "../../language/query/symbols.ts";
import {
  declarationsAt,
  definitionsAt,
  implementationsAt,
  type Target,
  typeDefinitionsAt,
} from "../../language/query/targets.ts";
import { symbolsIn } from "../../server/features/document-symbol.ts";
import { monikersAt } from "../../server/features/moniker.ts";
import { rankOf, symbolsOf } from "../../server/features/workspace-symbol.ts";
import type { View } from "../../server/view.ts";
import { readFixture } from "../fixture.ts";
import { atCursor, expectSaid, startServer, viewOf } from "./fixture.ts";

type Find = (analysis: View["analysis"], file: string, offset: number) => readonly Target[];

/** Where the name at `$0` leads: to the names with carets. */
function leads(find: Find, text: string): void {
  const { fixture, view, file, offset } = atCursor(text);
  expectSaid(
    fixture,
    find(view.analysis, file, offset).map((target) => ({ file: target.file, span: target.name })),
  );
}

describe("definition", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["of a local", "fun f(one) {\n    //^^^\n  var x = o$0ne;\n}"],
    ["of a top-level function in another file", "  he$0lp();\n//- /b.wal\nfun help() 1;\n//  ^^^^"],
    ["of a name behind an alias", 'import "b" as b;\n  b.he$0lp();\n//- /b.wal\nfun help() 1;\n//  ^^^^'],
    [
      "of a method by the class of its object",
      "class A {\n  fun go() 1;\n    //^^\n}\nclass B { fun go() 2; }\n  A().g$0o();",
    ],
    ["of an inherited method", "class A {\n  fun go() 1;\n    //^^\n}\nclass B < A { fun no() 2; }\n  B().g$0o();"],
    [
      "of a field that only init assigns",
      "class A { fun init(n) {\n  this.size = n;\n     //^^^^\n} fun two() this.si$0ze * 2; }",
    ],
    [
      "of a member of anything: every one there is",
      "class A {\n  fun go() 1;\n    //^^\n}\nclass B {\n  fun go() 2;\n    //^^\n}\nfun f(x) x.g$0o();",
    ],
    ["of super", "class A {\n  fun go() 1;\n    //^^\n}\nclass B < A { fun go() super.g$0o(); }"],
    [
      "of a perform: its handler",
      'fun ask() perform "A$0SK";\nfun go() {\n  handle "ASK" { 1 }\n       //^^^^^\n  ask()\n}',
    ],
    [
      "of a handle: the performs it may receive",
      'fun ask() {\n  perform "ASK"\n        //^^^^^\n}\nfun other() perform "ASK";\nfun go() {\n  handle "A$0SK" { 1 }\n  ask()\n}\nhandle "ASK" { 2 }\nother();',
    ],
    [
      "of a part of the request: where it is given",
      'fun ask() {\n  perform "ASK" { why: 1 }\n                //^^^\n}\nhandle "ASK" { effect.wh$0y }',
    ],
    ["of a named argument", "fun f(limit) {\n    //^^^^^\n  limit }\n  f(li$0mit: 1);"],
    ["of a class in a type", "class A {}\n//    ^\n  var a: A$0 = A();"],
    ["of a constant in a pattern", "const RED = 1;\n//    ^^^\nfun f(x) match x { RE$0D => 1, _ => 2 }"],
    ["of a built-in: nowhere", "  le$0n([]);"],
    ["in a text that does not parse", "fun f(one) {\n    //^^^\n  var x = o$0ne +;\n}"],
  ];
  test.each(cases)("%s", (_, text) => leads(definitionsAt, text));

  test("of an import's path is the file", () => {
    const { view, file, offset } = atCursor('import "li$0b" as l;\nl.f();\n//- /lib.wal\nfun f() 1;');
    expect(definitionsAt(view.analysis, file, offset)).toEqual([
      { file: "/lib.wal", name: { start: 0, end: 0 }, whole: { start: 0, end: 0 } },
    ]);
  });
});

test("an alias leads to its file, and is declared by its import", () => {
  const { view, file, offset } = atCursor('import "b" as bee;\n  be$0e.help();\n//- /b.wal\nfun help() 1;');
  expect(definitionsAt(view.analysis, file, offset).map((target) => target.file)).toEqual(["/b.wal"]);
  expect(declarationsAt(view.analysis, file, offset).map(({ name }) => name)).toEqual([{ start: 14, end: 17 }]);
});

describe("other ways", () => {
  const cases: readonly (readonly [string, Find, string])[] = [
    [
      "declaration of a method is a trait's",
      declarationsAt,
      "trait T {\n  fun go() 1;\n    //^^\n}\nclass A with T { fun go() 2; }\n  A().g$0o();",
    ],
    ["type definition is the class of the value", typeDefinitionsAt, "class A {}\n//    ^\nvar a = A();\n  print $0a;"],
    [
      "implementation of a trait",
      implementationsAt,
      "trait $0T { fun go() 1; }\nclass A with T {}\n//    ^\nclass B < A {}\n//    ^",
    ],
    [
      "implementation of a method",
      implementationsAt,
      "trait T {\n  fun g$0o() 1;\n    //^^\n}\nclass A with T {\n  fun go() 2;\n    //^^\n}\nclass C { fun go() 3; }",
    ],
    [
      "implementation of a perform is the clause that may run",
      implementationsAt,
      'fun f() { perform "A$0" }\nfun g() {\n  handle "A" { 1 }\n       //^^^\n  f() }\nfun h() { handle "A" { 2 } 1 }\ng();',
    ],
  ];
  test.each(cases)("%s", (_, find, text) => leads(find, text));
});

describe("references", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["of a local", "fun f(o$0ne) {\n    //^^^\n  one + 1;\n//^^^\n  x => one\n     //^^^\n}\nvar one = 2;"],
    [
      "of a parameter, with named arguments elsewhere",
      "fun f(li$0mit) {\n    //^^^^^\n  limit }\n//^^^^^\n//- /b.wal\n  f(limit: 2);\n  //^^^^^",
    ],
    ["of a function in all files", "fun he$0lp() 1;\n//  ^^^^\n//- /b.wal\n  print help();\n      //^^^^"],
    [
      "of an effect in all files",
      'fun f() {\n  perform "A$0SK"\n         //^^^\n}\n//- /b.wal\nhandle "ASK" { 1 }\n//      ^^^',
    ],
    [
      "of a method and what overrides it",
      "class A {\n  fun g$0o() 1;\n    //^^\n}\nclass B < A {\n  fun go() 2;\n    //^^\n}\nclass C { fun go() 3; }\n  B().go();\n    //^^\n  C().go();",
    ],
    [
      "of a part of a request",
      'fun f() {\n  perform "ASK" { w$0hy: 1 }\n                //^^^\n}\nhandle "ASK" {\n  effect.why\n       //^^^\n}\nhandle "NO" { effect.why }',
    ],
    ["of a shadowed name", "var x = 1;\nfun f() {\n  var x$0 = 2;\n    //^\n  x\n//^\n}\nprint x;"],
  ];
  test.each(cases)("%s", (_, text) => {
    const { fixture, view, file, offset } = atCursor(text);
    const named = namedAt(view.analysis, file, offset)!;
    expectSaid(fixture, referencesTo(view.analysis, named.symbol));
  });
});

describe("symbols", () => {
  const text = `
import "b" as b;
const LIMIT = 3;
class A < B with T {
  var size = 1;
  fun init(x) { }
  fun go() { fun inner() 1; }
}
fun ask(a, b) {
  handle "ASK" { 1 }
  2
}
test "it works" { }
`;
  test("of a file are its outline", () => {
    const lines: string[] = [];
    const show = (symbols: ReturnType<typeof symbolsIn>, indent: string): void => {
      for (const { name, detail, children } of symbols) {
        lines.push(`${indent}${name} ${detail}`.trimEnd());
        show(children ?? [], `${indent}  `);
      }
    };
    show(symbolsIn(viewOf(readFixture(text)), "/main.wal"), "");
    expect(lines).toEqual([
      ...['b "b"'.replace(/"/g, ""), "LIMIT", "A < B with T", "  size", "  init (x)", "  go ()", "    inner ()"],
      ...["ask (a, b)", '  handle "ASK"', "it works"],
    ]);
  });

  test("of the workspace are found by their letters", () => {
    const view = viewOf(readFixture(text));
    const found = symbolsOf(view, "/main.wal", "in").map(({ symbol, rank }) => `${symbol.name} ${rank}`);
    expect(found.sort()).toEqual(["init 1", "inner 1"]);
    expect([rankOf("deposit", "deposit"), rankOf("deposit", "Dep"), rankOf("deposit", "pos")]).toEqual([0, 1, 2]);
    expect([rankOf("net_read", "nrd"), rankOf("net_read", "rn")]).toEqual([3, null]);
  });
});

test("a symbol of the workspace gets its place when somebody goes there, also when it has moved", async () => {
  const server = await startServer('test "same" { 1 }\nfun help() 1;\ntest "same" { help() }\n', {
    capabilities: { workspace: { symbol: { resolveSupport: { properties: ["location.range"] } } } },
  });
  await server.complete();
  const found = await server.client.sendRequest<WorkspaceSymbol[]>("workspace/symbol", { query: "same" });
  expect(found.map(({ location }) => location)).toEqual([{ uri: "file:///main.wal" }, { uri: "file:///main.wal" }]);
  await server.change("/main.wal", [
    { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "\n" },
  ]);
  const lines = [];
  for (const symbol of found) {
    const { location } = await server.client.sendRequest<{ location: Location }>("workspaceSymbol/resolve", symbol);
    lines.push(location.range.start.line);
  }
  expect(lines).toEqual([1, 3]);
  await server.stop();
});

test("a moniker says what a name is called outside of its file", () => {
  const text = `//- /main.wal
import "lib" as lib;
fun own(local) { lib.help(local); perform "ASK"; print local; own(1) }
//- /lib.wal
fun help(a) a;
`;
  const view = viewOf(readFixture(text));
  const at = (word: string) => {
    const { text: main } = view.tree("/main.wal");
    return (
      monikersAt(view, "/main.wal", main.indexOf(word))?.map(({ identifier, kind }) =>
        `${identifier} ${kind ?? ""}`.trim(),
      ) ?? null
    );
  };
  expect(["own(local", "help(", 'ASK"', "print local"].map(at)).toEqual([
    ["/main.wal#own export"],
    ["/lib.wal#help import"],
    ["ASK"],
    null,
  ]);
  expect(at("local)")).toBeNull();
});
