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
});
