import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { folderWith, spawnWalia, startWalia, walia } from "./command.ts";

test("walia lsp is a language server on its input and output, and ends when it is told", async () => {
  const folder = folderWith({ "main.wal": "help();\n", "lib.wal": "fun help() 1;\n" });
  const other = folderWith({ "kept.wal": 'var visits = 42;\ncheckpoint();\nprint "ready";\nsleep(3600000);\n' });
  const kept = startWalia(["run", "--shards", "1", "kept.wal"], { in: other, isKept: true });
  expect(await kept.line()).toBe("ready");
  const uri = pathToFileURL(folder).href;
  const process = spawnWalia(["lsp"], { in: folder });
  const client = createMessageConnection(
    new StreamMessageReader(process.stdout!),
    new StreamMessageWriter(process.stdin!),
  );
  client.listen();
  const { serverInfo } = await client.sendRequest<{ serverInfo: object }>("initialize", {
    processId: null,
    workspaceFolders: [{ uri, name: "test" }],
    capabilities: {},
  });
  expect(serverInfo).toMatchObject({ name: "walia" });
  await client.sendNotification("initialized", {});
  while (!(await client.sendRequest("walia/isComplete"))) await new Promise(setImmediate);
  const found = await client.sendRequest<{ uri: string }[]>("textDocument/definition", {
    textDocument: { uri: `${uri}/main.wal` },
    position: { line: 0, character: 1 },
  });
  expect(found.map((location) => location.uri)).toEqual([`${uri}/lib.wal`]);
  // Only the runtime knows it.
  const lowered = await client.sendRequest<{ text: string }>("workspace/executeCommand", {
    command: "walia.text.core",
    arguments: [`${uri}/main.wal`],
  });
  expect(lowered.text).toContain("call help()");
  const stored = await client.sendRequest<{ text: string }>("workspace/executeCommand", {
    command: "walia.text.wld",
    arguments: [pathToFileURL(join(other, "kept.wld")).href],
  });
  expect(stored.text).toMatch(/visits.*42/);
  kept.child.kill("SIGKILL");
  await kept.ended;
  await client.sendRequest("shutdown");
  await client.sendNotification("exit");
  const [code] = await once(process, "exit");
  expect(code).toBe(0);
});

test("walia lsp says what it does not know", async () => {
  const { code, err } = await walia(["lsp", "--tcp"]);
  expect(code).toBe(64);
  expect(err).toContain("lsp does not know --tcp");
});
