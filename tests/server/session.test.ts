import { afterEach, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "./fixture.ts";

let server: TestServer;
afterEach(() => server.stop());

describe("a session", () => {
  test("begins with what the server can do", async () => {
    server = await startServer("fun f() 1;\n");
    expect(server.capabilities.positionEncoding).toBe("utf-16");
    expect(server.capabilities.textDocumentSync).toEqual({ openClose: true, change: 2 });
  });

  test("answers for a file that nobody has heard of", async () => {
    server = await startServer("fun f() 1;\n");
    const answer = await server.client.sendRequest("textDocument/hover", {
      textDocument: { uri: "file:///nowhere.wal" },
      position: { line: 0, character: 0 },
    });
    expect(answer).toBeNull();
    expect(server.errors).toEqual([]);
  });

  test("keeps what it has parsed for the next one, of open documents too", async () => {
    const written = new Set<string>();
    let list = (_uris: string[]): void => undefined;
    const listed = new Promise<string[]>((resolve) => {
      list = resolve;
    });
    server = await startServer("fun f() 1;\n//- /b.wal\nfun g() 2;\n", {
      open: ["/main.wal"],
      host: {
        list: () => listed,
        items: { read: () => new Map(), write: (path) => void written.add(path) },
      },
    });
    // The answer says that the document has been opened: before the folder is read.
    await server.client.sendRequest("walia/isComplete");
    list(["file:///main.wal", "file:///b.wal"]);
    await server.complete();
    expect([...written].sort()).toEqual(["/b.wal", "/main.wal"]);
  });
});
