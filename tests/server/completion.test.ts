// Completion. A table gives a text with a cursor and what must be among the first candidates, in that order; `!name` must not be
// offered at all. Most of the texts do not parse: that is where completion is needed.

import { describe, expect, test } from "vitest";
import { aboutText } from "../../server/completion/about.ts";
import { completionsAt, fits } from "../../server/completion/complete.ts";
import { type ClientAbilities, completionList, resolved } from "../../server/features/completion.ts";
import { readFixture } from "../fixture.ts";
import { atCursor, startServer, viewOf } from "./fixture.ts";

function offered(text: string): string[] {
  const { view, file, offset } = atCursor(text);
  return completionsAt(view, file, offset).candidates.map(({ label }) => label);
}

/** `first`: the list begins with these. Others only have to be there, or, with `!`, not. */
function check(text: string, wanted: string): void {
  const labels = offered(text);
  const [head, ...rest] = wanted.split(" | ");
  const first = head === "" ? [] : head!.split(", ");
  expect(labels.slice(0, first.length), text).toEqual(first);
  for (const name of rest.flatMap((part) => part.split(", "))) {
    if (name.startsWith("!")) expect(labels, text).not.toContain(name.slice(1));
    else expect(labels, text).toContain(name);
  }
}

const CLASSES = `
class Animal { var name; fun init(name) { this.name = name; } fun speak(loud) "..." }
trait Furry { fun stroke() 1 }
class Cat < Animal with Furry { var lives = 9; fun purr() 2 }
`;

describe("members", () => {
  test.each([
    [`${CLASSES}var c = Cat("x");\nc.$0`, "lives, purr, name, speak, stroke | !init, !upper"],
    [`${CLASSES}fun f() { var c = Cat("x"); c.$0 }`, "lives, purr"],
    [`${CLASSES}fun f() { var c = Cat("x"); c.pu$0 }`, "purr"],
    [`${CLASSES}fun f() {\n  var c = Cat("x");\n  c.$0\n  print c;\n}`, "lives, purr"],
    [`${CLASSES}fun f() {\n  var c = Cat("x");\n  c.$0`, "lives, purr"],
    [`${CLASSES}class Kitten < Cat { fun m() { this.$0 } }`, "m, lives, name, purr"],
    [`${CLASSES}class Kitten < Cat { fun m() { super.$0 } }`, "lives, purr | speak"],
    [`${CLASSES}fun f() { Cat("x").name.$0 }`, "bytes | upper"],
    ['"text".$0', "bytes, code_at | upper, !add"],
    ["[1].$0", "add, add_all | map, !upper"],
    ["fun f() { for (word in args()) { word.$0 } }", "bytes | upper"],
    ["var m = { size: 1, color: 2 };\nm.$0", "color, size | get, keys"],
    ["var ch = Channel(1);\nch.$0", "close, receive, send"],
    ['import "b" as b;\nb.$0\n//- /b.wal\nfun there() 1;\nvar here = 2;', "here, there"],
    ['handle "ASK" { resume(effect.$0', "continuation"],
    [
      'fun f() { perform "ASK" { question: 1, to: 2 }; }\nhandle "ASK" { print effect.$0 }',
      "continuation, question, to | id, name",
    ],
    ['handle "FAULT" { effect.$0 }', "code, continuation, fd, kind, message"],
    ['handle "IO_READ" { match effect.$0 }', "continuation, fd, max, target"],
    [`${CLASSES}fun f(thing) { thing.$0 }`, "lives, name, purr, speak, stroke | upper, add"],
    ["1.$0", ""],
    ["0..$0", " | args"],
  ])("%s", check);
});

describe("effects", () => {
  const PERFORMS = 'fun f() { perform "ASK" { question: 1, why: 2 }; perform "TELL"; }\n';
  test.each([
    [`${PERFORMS}perform "$0`, "ASK, TELL | IO_READ, TIMER, !FAULT"],
    [`${PERFORMS}perform "$0"`, "ASK, TELL"],
    [`${PERFORMS}perform "A$0"`, "ASK | !TELL"],
    [`${PERFORMS}var x = perform $0`, '"ASK", "TELL"'],
    [`${PERFORMS}f();\nhandle "$0" { }`, "ASK, TELL | FAULT, IO_RECONNECT"],
    [`${PERFORMS}var x = perform "ASK" { $0`, "question, why"],
    [`${PERFORMS}var x = perform "ASK" { question: 1, $0 };`, "why | !question"],
    [`${PERFORMS}var x = perform "ASK" { question: $0 };`, " | args, f"],
    ['perform "IO_READ" { $0', "fd, max"],
    [`${PERFORMS}var x = perf$0`, ' | perform, perform "ASK"'],
    [`${PERFORMS}f();\nhan$0`, 'handle "ASK", handle "TELL", handle'],
  ])("%s", check);
});

describe("names", () => {
  test.each([
    ["fun f(alpha, beta) { var gamma = 1; $0 }", "alpha, beta, gamma, f"],
    ["fun f(alpha) { var gamma = 1;\n  $0\n  var later = 2; }", "alpha, gamma, f | !later"],
    ["fun f(alpha) { { var inner = 1; } $0 }", "alpha, f | !inner"],
    ["fun f(xs) { xs.map(item => $0", "item, xs, f"],
    ["fun f(xs) { for (each in xs) { print $0", "each, xs, f"],
    ["fun f(x) { match x { other => $0, _ => 1 } }", "other, x, f"],
    ["fun f(x) {\n  if (x) {\n    var deep = 1;\n    g($0", "deep, x, f"],
    ["fun f(alpha) alpha;\nfun g(beta) { alp$0 }", " | !alpha"],
    ["class A { fun m(p) { $0 } }", "p, this, A"],
    ["var top = 1;\nfun f() { to$0 }", "top"],
    ["const ONE = 1;\n$0\n//- /b.wal\nfun two() 2;", "ONE | !two"],
    ["const ONE = 1;\ntw$0\n//- /b.wal\nfun two() 2;", "two"],
    ['import "b";\n$0\n//- /b.wal\nfun two() 2;', "two"],
    ["fun f(limit, size) 1;\nf($0", "limit:, size:"],
    ["fun f(limit, size) 1;\nf(1, $0)", "size: | !limit:"],
    ["fun f(limit, size) 1;\nf(size: 1, $0)", " | !size:"],
    ["unsafe { io_monitor(0x80, $0", "WLD_EVENT_ACCEPT, WLD_EVENT_CONNECT | WLD_EVENT_READ"],
    ["unsafe { io_mon$0 }", "io_monitor"],
  ])("%s", check);
});

describe("places with a choice of their own", () => {
  test.each([
    [`${CLASSES}class Dog < $0`, "Animal, Cat | !Furry, !print"],
    [`${CLASSES}class Dog < Animal with $0`, "Furry | !Animal"],
    [`${CLASSES}class Dog < Animal { fun $0 }`, "init, speak | !print"],
    ["class Dog { $0 }", "async, const, fun, var | !print"],
    [`${CLASSES}var x: $0`, "f32, f64, i16 | Cat, u8"],
    [`${CLASSES}fun f(x: $0) 1;`, "f32 | Cat, u8"],
    ["var x = 5 as $0", "f32 | u8"],
    ["@$0\nvar x = 1;", "index, nosql, reg, sql, unique"],
    ["const RED = 1;\nvar x = 1;\nmatch x { $0 }", "RED | x, _, true, !print, !while"],
    ["const RED = 1;\nmatch 2 { 1 => 2,\n  $0\n}", "RED"],
    ['unsafe { io_monitor(0x80, WLD_EVENT_READ); }\nhandle "IO_READ" { match effect.target { $0 } }', "0x80"],
    ['handle "FAULT" { match effect.kind { "$0" => 1 } }', "ArityError, AssertError | IoError"],
    ['handle "FAULT" { if (effect.kind == "I$0") 1 }', "IndexError, IoError"],
    ['import "$0\n//- /lib/net.wal\nvar x = 1;', "lib/net"],
    ['//- /app/main.wal\nimport "$0";\n//- /lib/net.wal\nvar x = 1;', "../lib/net"],
    ['var m = { "a b": 1, c: 2 };\nprint m["$0"];', "a b, c"],
  ])("%s", check);

  test.each([
    "var $0",
    "fun $0",
    "class $0",
    "fun f($0) 1;",
    "// comm$0",
    "/* $0 */",
    '"text $0"',
    'import "a" as $0',
    "print 12$0",
    "for (var $0",
  ])("nothing where a new name is made up, in comments, strings and numbers: %s", (text) =>
    expect(offered(text)).toEqual([]),
  );
});

describe("words of the language", () => {
  test.each([
    ["$0", " | var, fun, import, test, trait, handle, print, !break, !return, !this, !else"],
    ["fun f() { $0 }", " | return, var, !import, !test, !break, !await, !this"],
    ["async fun f() { $0 }", " | await"],
    ["fun f() { while (true) { $0 } }", " | break, continue"],
    ["fun f() { while (true) { g(fun() { $0 }) } }", " | !break"],
    ["class A { fun m() { $0 } }", " | this, super"],
    ["var x = $0", " | if, match, fun, !var, !import, !return"],
    ["fun f(x) { x $0 }", "and, as, else, or | !if, !x, !print"],
    ["fun f() {\n  g()\n  $0\n}", " | var, return"],
    ["fun f(x) { if (x) $0 }", " | return, print, x"],
    ["fun f(list) { for (x $0) 1 }", " | in"],
    ['handle "A" { $0 }', " | resume(effect.continuation …), effect, resume"],
    ["trait T { $0 }", "async, fun | !var"],
  ])("%s", check);
});

const FULL: ClientAbilities = { snippets: true, tags: true, insertReplace: true, labelDetails: true };
const PLAIN: ClientAbilities = { snippets: false, tags: false, insertReplace: false, labelDetails: false };

function entry(text: string, label: string, client: ClientAbilities) {
  const { view, file, offset } = atCursor(text);
  const list = completionList(view, file, offset, "file:///main.wal", client);
  return { view, item: list.items.find((item) => item.label === label)! };
}

describe("in the protocol's form", () => {
  test("a choice replaces the word, and for clients that can, its rest", () => {
    const text = "fun hello(a) 1;\nhe$0llo;";
    expect(entry(text, "hello", FULL).item.textEdit).toEqual({
      newText: "hello($1)$0",
      insert: { start: { line: 1, character: 0 }, end: { line: 1, character: 2 } },
      replace: { start: { line: 1, character: 0 }, end: { line: 1, character: 5 } },
    });
    expect(entry(text, "hello", PLAIN).item.textEdit).toEqual({
      newText: "hello",
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 2 } },
    });
  });

  test("the name of an effect gets the quote that is missing", () => {
    expect(entry('perform "IO_$0', "IO_READ", PLAIN).item.textEdit).toMatchObject({ newText: 'IO_READ"' });
    expect(entry('perform "IO_$0"', "IO_READ", PLAIN).item.textEdit).toMatchObject({ newText: "IO_READ" });
    expect(entry("perform IO$0", '"IO_READ"', PLAIN).item.textEdit).toMatchObject({ newText: '"IO_READ"' });
  });

  test("older spellings are marked, and come last", () => {
    expect(entry("list_a$0", "list_add", FULL).item.tags).toEqual([1]);
    expect(entry("list_a$0", "list_add", PLAIN).item.deprecated).toBe(true);
  });

  test("a name of two files is offered for each, with the import that decides", () => {
    const text = "// Head.\n\nar$0\n//- /a.wal\nfun area(r) r;\n//- /lib/b.wal\nfun area(w, h) w;";
    const { view, file, offset } = atCursor(text);
    const items = completionList(view, file, offset, "file:///main.wal", FULL).items.filter(
      ({ label }) => label === "area",
    );
    expect(items.map(({ labelDetails }) => labelDetails?.description)).toEqual(['import "a"', 'import "lib/b"']);
    expect(items[1]!.additionalTextEdits).toEqual([
      {
        newText: 'import "lib/b";\n',
        range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } },
      },
    ]);
  });

  test("documentation on resolve", () => {
    const { item, view } = entry('/// Adds.\nfun add(a, b) perform "ASK";\nad$0', "add", FULL);
    expect(item.documentation).toBeUndefined();
    expect(resolved(item, view, item.data.about).documentation).toEqual({
      kind: "markdown",
      value: "```walia\nfun add(a, b)\n```\n\nAdds.\n\nPerforms `ASK`.\n\nIn /main.wal.",
    });
    expect(aboutText(view, { kind: "builtin", name: "sleep" })).toContain("Performs `TIMER`.");
    expect(aboutText(view, { kind: "effect", name: "ASK" })).toContain("Performed in 1 place, handled in 0 places.");
    expect(aboutText(view, { kind: "global", file: "/nowhere.wal", name: "x" })).toBe("");
  });

  test("a typed brace or dot brings only what fits just there", () => {
    const typed = (text: string) => {
      const { view, file, offset } = atCursor(text);
      return completionList(view, file, offset, "file:///main.wal", { ...FULL, isTyping: true }).items.length > 0;
    };
    expect(typed("fun f() {$0")).toBe(false);
    expect(typed("1 <$0")).toBe(false);
    expect(typed("for (i in 0..$0")).toBe(false);
    expect(typed('perform "IO_READ" {$0')).toBe(true);
    expect(typed('"x".$0')).toBe(true);
  });

  test("through the server", async () => {
    const server = await startServer('var text = "x";\ntext.$0');
    const list = await server.client.sendRequest("textDocument/completion", server.cursor);
    const { items } = list as { items: { label: string }[] };
    const upper = items.find(({ label }) => label === "upper");
    const full = await server.client.sendRequest("completionItem/resolve", upper);
    expect(full).toMatchObject({ documentation: { value: "```walia\nupper()\n```\n\nIn capitals." } });
    expect(server.errors).toEqual([]);
    await server.stop();
  });
});

test("letters fit in their order", () => {
  expect(fits("nlis", "net_listen")).toBe(true);
  expect(fits("lisn", "net_list")).toBe(false);
});

test("many names are cut, and the list says so", () => {
  const text = Array.from({ length: 600 }, (_, i) => `var name_${i} = ${i};`).join("\n");
  const view = viewOf(readFixture(`${text}\nprint na`));
  expect(completionsAt(view, "/main.wal", text.length + 9)).toMatchObject({ isIncomplete: true });
});
