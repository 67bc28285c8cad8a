// Code actions through the protocol. What each does is in tests/server/actions.

import { afterEach, expect, test } from "vitest";
import type { CodeAction, WorkspaceEdit } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { startServer, type TestServer } from "./fixture.ts";

const TEXT = "fun f() {\n    var unused = 1;\n    await g()\n}\nfun g() 1;\n";
const uri = "file:///main.wal";
const LAZY = {
  textDocument: { codeAction: { dataSupport: true, disabledSupport: true, resolveSupport: { properties: ["edit"] } } },
};
let server: TestServer;

afterEach(async () => {
  expect(server.errors).toEqual([]);
  await server.stop();
});

async function ask(line: number, character: number, only?: string[], to = character): Promise<CodeAction[]> {
  const diagnostics = await server.published("/main.wal");
  return (await server.client.sendRequest("textDocument/codeAction", {
    textDocument: { uri },
    range: { start: { line, character }, end: { line, character: to } },
    context: { diagnostics, ...(only ? { only } : {}) },
  })) as CodeAction[];
}

const resolve = async (action: CodeAction): Promise<CodeAction> =>
  (await server.client.sendRequest("codeAction/resolve", action)) as CodeAction;

function textAfter(edit: WorkspaceEdit | undefined, text = TEXT): string {
  return TextDocument.applyEdits(TextDocument.create(uri, "walia", 1, text), edit?.changes?.[uri] ?? []);
}

test("a fix is preferred, names what the client shows, and is worked out when it is chosen", async () => {
  server = await startServer(TEXT, { capabilities: LAZY });
  expect(server.capabilities.codeActionProvider).toMatchObject({
    resolveProvider: true,
    codeActionKinds: expect.arrayContaining([
      "quickfix",
      "refactor.extract",
      "source.organizeImports",
      "source.fixAll.walia",
    ]),
  });
  const actions = await ask(1, 10, ["quickfix"]);
  expect(actions.map(({ title, isPreferred, edit }) => ({ title, isPreferred, edit }))).toEqual([
    { title: "Remove `unused`", isPreferred: true, edit: undefined },
    { title: "Rename to `_unused`", isPreferred: undefined, edit: undefined },
  ]);
  const shown = (await server.published("/main.wal")).find(({ code }) => code === "W106");
  expect(actions[0]!.diagnostics).toEqual([shown]);
  const { edit } = await resolve(actions[0]!);
  expect(textAfter(edit)).toBe(TEXT.replace("    var unused = 1;\n", ""));
});

test("a client that cannot resolve gets the edit at once, and nothing that is disabled", async () => {
  server = await startServer(TEXT);
  const actions = await ask(1, 0, undefined, 0);
  for (const { edit, disabled } of actions) expect({ edit: edit !== undefined, disabled }).toEqual({ edit: true });
  const [fix] = await ask(2, 5, ["quickfix"]);
  expect(textAfter(fix!.edit)).toBe(TEXT.replace("fun f", "async fun f"));
});

test("what cannot be done says why", async () => {
  server = await startServer(TEXT, { capabilities: LAZY });
  const actions = await ask(2, 4, ["refactor.extract"], 13);
  expect(actions.map(({ title, disabled }) => [title, disabled?.reason])).toContainEqual([
    "Extract a function",
    "it holds an `await`",
  ]);
});

test("an action on a text that has changed since makes no edit", async () => {
  server = await startServer(TEXT, { capabilities: LAZY });
  const [action] = await ask(1, 10, ["quickfix"]);
  await server.change("/main.wal", [{ text: "\n" }]);
  await server.published("/main.wal");
  expect((await resolve(action!)).edit).toBeUndefined();
});

test("on save: imports in order, and what is certain", async () => {
  const text = 'import "b" as b;\nimport "a" as a;\nfun f() { unsafe { a.x + b.x } }\n';
  server = await startServer(`${text}//- /a.wal\nvar x = 1;\n//- /b.wal\nvar x = 2;\n`, { capabilities: LAZY });
  const [organise] = await ask(0, 0, ["source.organizeImports"]);
  expect(textAfter((await resolve(organise!)).edit, text)).toMatch(/^import "a" as a;\nimport "b" as b;\n/);
  const [all] = await ask(0, 0, ["source.fixAll"]);
  expect(textAfter((await resolve(all!)).edit, text)).toContain("fun f() { a.x + b.x }");
});

test("a place or a document that is not there", async () => {
  server = await startServer(TEXT);
  expect(Array.isArray(await ask(400, 9))).toBe(true);
  const nothing = await server.client.sendRequest("textDocument/codeAction", {
    textDocument: { uri: "file:///no.wal" },
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    context: { diagnostics: [] },
  });
  expect(nothing).toEqual([]);
});
