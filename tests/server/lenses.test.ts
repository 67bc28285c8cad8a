// Code lenses, as `line: title`, resolved.

import { expect, test } from "vitest";
import { lensesIn, resolvedLens } from "../../server/features/code-lens.ts";
import { readFixture } from "../fixture.ts";
import { startServer, viewOf } from "./fixture.ts";

function lenses(text: string, wanted = { run: true, counts: true }): string[] {
  const fixture = readFixture(text);
  const { path } = fixture.files[0]!;
  const view = viewOf(fixture);
  return lensesIn(view, path, `file://${path}`, wanted)
    .map((lens) => (lens.command ? lens : resolvedLens(lens, view, path, lens.data)))
    .map(({ range, command }) => `${range.start.line}: ${command!.title}`);
}

test("run, tests, uses, performs", () =>
  expect(
    lenses(`//- /a.wal
fun ask() perform "ASK";
fun quiet() 1;
class A { fun m() ask() }
handle "ASK" { resume(effect.continuation, 1) }
fun covered() {
  handle "ASK" { resume(effect.continuation, 2) }
  ask() + perform "ASK"
}
print covered() + A().m();
test "one" { assert(ask() == 1); }
/// example: two
///   assert(quiet() == 1);
fun shown() 1;
//- /b.wal
import "a" as a;
fun other() a.ask() + ask() + perform "ASK";
//- /c.wal
fun ask_more() perform "ASK_MORE";
`),
  ).toEqual([
    "8: ▷ Run",
    "8: Debug",
    "9: ▷ Run Test",
    "9: Debug",
    "10: ▷ Run Example",
    "10: Debug",
    "0: 5 uses",
    "1: 0 uses",
    "2: 1 use",
    "3: performed in 2 places",
    "4: 1 use",
    "5: performed in 2 places",
    "12: 0 uses",
  ]));

test("calls of the library count as performs", () =>
  expect(lenses('handle "TIMER" { resume(effect.continuation, nil) }\nsleep(1);\nfun sleepy() 1;\n')).toContain(
    "0: performed in 1 place",
  ));

test("a file that declares things has nothing to run", () =>
  expect(lenses("const x = 1;\nfun f() 1;\n", { run: true, counts: false })).toEqual([]));

test("each kind can be switched off", () =>
  expect(lenses("print 1;\nfun f() 1;\n", { run: false, counts: true })).toEqual(["1: 0 uses"]));

test("uses can be peeked at", async () => {
  const server = await startServer("//- /a.wal\nfun f() 1;\nprint f();\n");
  const uri = "file:///a.wal";
  const found = (await server.client.sendRequest("textDocument/codeLens", { textDocument: { uri } })) as {
    command?: { command: string; arguments: unknown[] };
  }[];
  expect(found[0]!.command).toEqual({ title: "▷ Run", command: "walia.run", arguments: [uri] });
  expect(found[1]!.command).toEqual({ title: "Debug", command: "walia.debug", arguments: [uri] });
  const resolved = (await server.client.sendRequest("codeLens/resolve", found[2])) as (typeof found)[0];
  const range = { start: { line: 1, character: 6 }, end: { line: 1, character: 7 } };
  expect(resolved.command).toEqual({
    title: "1 use",
    command: "walia.showReferences",
    arguments: [uri, { line: 0, character: 4 }, [{ uri, range }]],
  });
  await server.change("/a.wal", [{ text: "" }]);
  expect(await server.client.sendRequest("codeLens/resolve", found[2])).toMatchObject({ command: { title: "" } });
  expect(server.errors).toEqual([]);
  await server.stop();
});
