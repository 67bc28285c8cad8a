// No request ends in an error or in silence, whatever the text is: a whole server, all features of its list, random edits, places
// and parameters. A failure prints its seed and what led to it; CI has one seed, so that it judges the change and not chance.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { CancellationTokenSource, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import { startServer, type TestServer } from "./fixture.ts";
import { CAPABILITIES, FOLLOW, ITEMS, REQUESTS, URI } from "./requests.ts";

const folder = new URL("../../examples/", import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith(".wal"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"));

const PIECES = [
  ...[
    'perform "',
    'handle "ASK" {',
    "effect.",
    "resume(",
    "x.",
    "this.",
    "super.",
    "fun f(",
    "class C < ",
    "match x {",
  ],
  ...[
    'import "',
    "}",
    "{",
    ")",
    "(",
    '"',
    ";",
    "\n",
    "/*",
    "//",
    "/// example: a\n",
    "unsafe {",
    "await ",
    "|> ",
    "=> ",
  ],
  ...["😀", "\r\n", "\t", "\u2028", "var x = ", "async ", "[", "]", " in { 1 }", "'", "trait T {", 'test "t" {', "\0"],
];

let server: TestServer;
afterAll(() => server.stop());

/** Asks; the one error that is an answer is a rename that is refused. */
async function ask(method: string, params: object): Promise<unknown> {
  try {
    return await server.client.sendRequest(method, params);
  } catch (error) {
    const isRefusal = error instanceof ResponseError && error.code === LSPErrorCodes.RequestFailed;
    if (isRefusal && /[rR]ename$/.test(method)) return null;
    throw new Error(`${method} ${JSON.stringify(params)} failed: ${String(error)}`);
  }
}

async function askAbout(method: string, params: object): Promise<void> {
  const answer = await ask(method, { textDocument: { uri: URI }, ...params });
  const items = Array.isArray(answer) ? answer : ((answer as { items?: unknown[] } | null)?.items ?? []);
  const resolve = FOLLOW[method];
  // An action that is a plain command has nothing to resolve.
  if (resolve !== undefined)
    for (const item of items.slice(0, 3)) if (typeof item.command !== "string") await ask(resolve, item);
  for (const follow of ITEMS[method] ?? []) for (const item of items.slice(0, 2)) await ask(follow, { item });
}

test("every request is answered, for any text and any place", async () => {
  const seed = Number(process.env.SEED ?? (process.env.CI ? 21 : Date.now()) % 1_000_000);
  server = await startServer(
    '//- /main.wal\nfun f() 1;\n//- /lib.wal\nfun help(a, b) perform "ASK" { why: a };\nclass A { var n; fun go() this.n; }',
    {
      capabilities: CAPABILITIES,
    },
  );
  await server.complete();
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat(30),
    insert: fc.array(fc.constantFrom(...PIECES), { maxLength: 3 }),
  });
  const place = fc.record({ line: fc.nat(60), character: fc.nat(60) });
  // Asking everything takes long: the runs that a slow machine does not get to are left out.
  const deadline = Date.now() + 25_000;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...examples),
      fc.array(edit, { maxLength: 5 }),
      fc.array(place, { minLength: 1, maxLength: 3 }),
      async (example, edits, places) => {
        if (Date.now() > deadline) return;
        const text = edits.reduce((now, { at, remove, insert }) => {
          const start = at % (now.length + 1);
          return now.slice(0, start) + insert.join("") + now.slice(start + remove);
        }, example);
        await server.change("/main.wal", [{ text }]);
        for (const at of places) {
          for (const [method, params] of REQUESTS) {
            const end = { line: at.line + 3, character: at.character };
            await askAbout(method, params(at, end));
          }
        }
        expect(server.errors).toEqual([]);
      },
    ),
    { seed, numRuns: 100, verbose: true },
  );
});

test("places, documents and parameters that make no sense are answered too", async () => {
  const far = { line: 1e9, character: -5 };
  const odd = { line: 0.5, character: Number.MAX_SAFE_INTEGER };
  for (const uri of [URI, "file:///nowhere.wal", "untitled:x", "http://x/y.wal", "", "%%%"])
    for (const position of [far, odd])
      for (const [method, params] of REQUESTS)
        await ask(method, { textDocument: { uri }, ...params(position, position) });
  for (const query of ["", "f", "\\", "😀"]) await ask("workspace/symbol", { query });
  for (const location of [{ uri: URI }, { uri: "%%%" }, {}, undefined])
    for (const data of [0, 9, "x", null, undefined])
      await ask("workspaceSymbol/resolve", { name: "f", kind: 12, location, data });
  await ask("workspace/diagnostic", { previousResultIds: [{ uri: "x", value: "y" }] });
  for (const uri of ["walia-effects:nothing", "walia-core:/x?%", "walia-core:/x?file:///nowhere.wal", ""])
    await ask("workspace/textDocumentContent", { uri });
  for (const args of [undefined, [], [{}], [URI, far], ["%%%", odd]])
    for (const command of ["walia.text.core", "walia.text.wld", "walia.nothing"])
      await ask("workspace/executeCommand", { command, arguments: args });
  await ask("workspace/willRenameFiles", { files: [{ oldUri: "x", newUri: "y" }] });
  await ask("walia/tests", {});
  expect(server.errors).toEqual([]);
  await expect(server.client.sendRequest("walia/unheardOf", {})).rejects.toThrow(/Unhandled method/);
});

test("a request that is cancelled ends", async () => {
  const source = new CancellationTokenSource();
  const request = server.client.sendRequest("workspace/diagnostic", { previousResultIds: [] }, source.token);
  source.cancel();
  // Answered or cancelled, whichever comes first.
  await request.catch((error) => expect(error.code).toBe(LSPErrorCodes.RequestCancelled));
});

test("requests before the beginning and after the end are refused", async () => {
  const hover = { textDocument: { uri: URI }, position: { line: 0, character: 0 } };
  const other = await startServer("fun f() 1;", { initialized: false });
  await expect(other.client.sendRequest("textDocument/hover", hover)).rejects.toThrow("not initialized");
  await other.begin();
  await other.client.sendRequest("shutdown");
  await expect(other.client.sendRequest("textDocument/hover", hover)).rejects.toThrow("has been shut down");
  await other.stop();
});
