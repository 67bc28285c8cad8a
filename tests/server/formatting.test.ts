// Formatting through the protocol. What comes out is tested in tests/format.

import { afterEach, expect, test } from "vitest";
import type { TextEdit } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { startServer, type TestServer } from "./fixture.ts";

const TEXT = "fun f( a ){\n  g( a );\n  h( a );\n}\nvar  x=1;\nvar  y=2;\n";
const textDocument = { uri: "file:///main.wal" };
const options = { tabSize: 2, insertSpaces: false };
let server: TestServer;

afterEach(async () => {
  expect(server.errors).toEqual([]);
  await server.stop();
});

async function formatted(method: string, params: object): Promise<string> {
  server = await startServer(TEXT);
  const edits = (await server.client.sendRequest(`textDocument/${method}`, {
    textDocument,
    options,
    ...params,
  })) as TextEdit[];
  return TextDocument.applyEdits(TextDocument.create(textDocument.uri, "walia", 1, TEXT), edits);
}

const at = (line: number, character: number) => ({ line, character });

test("a document", async () =>
  expect(await formatted("formatting", {})).toBe("fun f(a) {\n    g(a);\n    h(a);\n}\nvar x = 1;\nvar y = 2;\n"));
test("a range", async () =>
  expect(await formatted("rangeFormatting", { range: { start: at(1, 0), end: at(1, 5) } })).toBe(
    TEXT.replace("  g( a );", "    g(a);"),
  ));
test("several ranges", async () =>
  expect(
    await formatted("rangesFormatting", {
      ranges: [
        { start: at(5, 0), end: at(5, 3) },
        { start: at(1, 0), end: at(1, 5) },
      ],
    }),
  ).toBe(TEXT.replace("  g( a );", "    g(a);").replace("var  y=2", "var y = 2")));
test("on type", async () =>
  expect(await formatted("onTypeFormatting", { position: at(4, 9), ch: ";" })).toBe(
    TEXT.replace("var  x=1", "var x = 1"),
  ));
test("a document that is not known", async () => {
  server = await startServer(TEXT);
  expect(
    await server.client.sendRequest("textDocument/formatting", { textDocument: { uri: "file:///no.wal" }, options }),
  ).toEqual([]);
});
