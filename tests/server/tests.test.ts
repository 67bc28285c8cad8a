// The list of tests: asked for, and told about when it changes.

import { expect, test } from "vitest";
import type { FileTests } from "../../server/features/tests.ts";
import { startServer } from "./fixture.ts";

const FILES = `//- /a.wal
/// example: doubling
///     assert(double(2) == 4);
fun double(x) 2 * x;

test "nothing" { assert(double(0) == 0); }
//- /b.wal
var x = 1;
`;

test("every file is listed, or those that are asked for", async () => {
  const server = await startServer(FILES);
  const all = await server.client.sendRequest<FileTests[]>("walia/tests", {});
  expect(all.map(({ uri, tests }) => [uri, tests.map(({ kind, title }) => `${kind} ${title}`)])).toEqual([
    ["file:///a.wal", ["example doubling", "test nothing"]],
    ["file:///b.wal", []],
  ]);
  expect(all[0]!.tests.map(({ range }) => range)).toEqual([
    { start: { line: 0, character: 0 }, end: { line: 0, character: 21 } },
    { start: { line: 4, character: 0 }, end: { line: 4, character: 42 } },
  ]);
  const some = await server.client.sendRequest<FileTests[]>("walia/tests", {
    uris: ["file:///b.wal", "file:///c.wal"],
  });
  expect(some).toEqual([{ uri: "file:///b.wal", tests: [] }]);
  expect(server.errors).toEqual([]);
  await server.stop();
});

test("only a change of the tests is told", async () => {
  const server = await startServer(FILES);
  const told: string[][] = [];
  let wake = (): void => undefined;
  server.client.onNotification("walia/testsChanged", ({ uris }: { uris: string[] }) => {
    told.push(uris);
    wake();
  });
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const first = next();
  await first;
  expect(told).toEqual([["file:///a.wal"]]);

  const at = (line: number, character: number) => ({ line, character });
  // A body that changes on its line, then a title.
  await server.change("/a.wal", [{ range: { start: at(2, 14), end: at(2, 15) }, text: "3" }]);
  const second = next();
  await server.change("/a.wal", [{ range: { start: at(4, 6), end: at(4, 13) }, text: "zero" }]);
  await second;
  expect(told.slice(1)).toEqual([["file:///a.wal"]]);
  await server.stop();
});
