// What is known of a file, as documents that an editor opens, and as answers of commands.

import { expect, test } from "vitest";
import { uriFor, wantedBy } from "../../server/features/text-content.ts";
import { startServer, type TestServer } from "./fixture.ts";

const PROGRAM = `fun ask(who) perform "ASK" { of: who };
fun tell(list) {
    for (who in list) print "Dear " + who + ask(who);
}
handle "ASK" { resume(effect.continuation, "!"); }
tell(["Ada"]);
`;
const SOURCE = "file:///main.wal";

const open = async ({ client }: TestServer, uri: string): Promise<string> =>
  (await client.sendRequest<{ text: string }>("workspace/textDocumentContent", { uri })).text;

const command = ({ client }: TestServer, name: string, ...args: unknown[]): Promise<{ uri: string; text: string }> =>
  client.sendRequest("workspace/executeCommand", { command: name, arguments: args });

test("the lowered form of a file is a document: every unit, with its points and what a frame holds there", async () => {
  const server = await startServer(PROGRAM);
  const { text, uri } = await command(server, "walia.text.core", SOURCE);
  expect(text).toMatchInlineSnapshot(`
    "# line 1 · may suspend · anywhere
    ask(who)
        1  %t1 = perform "ASK" { of: who }                            [who]
           return %t1

    # line 2 · may suspend · anywhere
    tell(list)
        1  %t2 = elements of list                                     [list]
           %t1 = 0
           %t3 = nil
           loop loop1 {
        2      %t4 = tick                                             [list, %t2, %t1, %t3]
               if not %t1 < length of %t2 {
                   break loop1
               }
               who = %t2[%t1]
               %t1 = %t1 + 1
        3      %t7 = "Dear " + who                                    [list, who, %t2, %t1, %t3]
        4      %t9 = call ask(who)                                    [list, who, %t2, %t1, %t3, %t7]
        5      %t10 = %t7 + %t9                                       [list, who, %t2, %t1, %t3]
        6      %t11 = call print(%t10)                                [list, who, %t2, %t1, %t3]
               %t3 = %t11
           }
           return %t3

    # line 5 · never suspends · anywhere
    top level()
        1  %t1 = install closure handle ASK#1                         []

    # line 5 · may suspend · anywhere
    handle ASK#1(effect)   tail-resumptive clause
           return "!"

    # line 6 · may suspend · anywhere
    top level()
           tail call tell(["Ada"])
    "
  `);
  expect(await open(server, uri)).toBe(text);
  await server.stop();
});

test.each(["walia.text.core", "walia.text.effects"])("%s shows one declaration when a place is named", async (name) => {
  const server = await startServer(PROGRAM);
  const at = await command(server, name, SOURCE, { line: 2, character: 10 });
  expect(at.text).toContain("line 2");
  expect(at.text).not.toContain("line 1");
  expect(at.uri).toMatch(/\/tell\.(core|effects)\?/);
  expect(await open(server, at.uri)).toBe(at.text);
  // Code at the top level has no name: the whole file is shown.
  const whole = await command(server, name, SOURCE, { line: 5, character: 0 });
  expect(whole.text).toContain("line 1");
  await server.stop();
});

test("errors are said, and what they are lowered to is shown", async () => {
  const server = await startServer('fun good() perform "ASK";\nfun bad() { nmae }\n');
  const { text } = await command(server, "walia.text.core", SOURCE);
  expect(text).toContain("good()");
  expect(text).toContain("# line 2, for which the program does not run: `nmae` is not defined");
  expect(text).toContain('fault UndefinedName "nmae is not defined"');
  await server.stop();
});

test("a declaration of another file is known, and the text is fetched again after an edit there", async () => {
  const server = await startServer("//- /main.wal\nprint help(1);\n//- /lib.wal\nfun help(a) a + 1;\n", {
    capabilities: { workspace: { textDocumentContent: {} } },
  });
  await server.complete();
  const uri = uriFor({ kind: "core", source: SOURCE, name: null });
  expect(await open(server, uri)).toContain("call help(1)");
  const asked = new Promise<unknown>((resolve) =>
    server.client.onRequest("workspace/textDocumentContent/refresh", (params) => {
      resolve(params);
      return null;
    }),
  );
  await server.change("/lib.wal", [{ text: "fun help(a) a + 2;\n" }]);
  expect(await asked).toEqual({ uri });
  await server.stop();
});

test("without a runtime the lowered form says why it is not there", async () => {
  const server = await startServer(PROGRAM, { host: { tools: async () => null } });
  for (const kind of ["core", "wld"])
    expect((await command(server, `walia.text.${kind}`, SOURCE)).text).toContain("in a browser");
  await server.stop();
});

test.each([null, "tell"])("a URI says what it shows, also after an editor has escaped it anew (%s)", (name) => {
  const wanted = { kind: "core", source: "file:///a%20b/%C3%A9%3F&of=1.wal", name } as const;
  const uri = uriFor(wanted);
  expect(wantedBy(uri)).toEqual(wanted);
  const [before, query] = uri.split("?") as [string, string];
  expect(wantedBy(`${before}?${encodeURIComponent(decodeURIComponent(query))}`)).toEqual(wanted);
  expect(wantedBy("walia-core:/x")).toBeNull();
  expect(wantedBy("walia-core:/x?%")).toBeNull();
  expect(wantedBy("walia-other:/x?y")).toBeNull();
});

test("a .wld file that cannot be read says why", async () => {
  const server = await startServer(PROGRAM);
  const shown = async (uri: string): Promise<string> => (await command(server, "walia.text.wld", uri)).text;
  expect(await shown("file:///no/such/file.wld")).toMatch(/^\/no\/such\/file\.wld: .*\n$/);
  expect(await shown("vscode-vfs://github/o/r/x.wld")).toContain("Only a file on this computer");
  expect(await open(server, uriFor({ kind: "wld", source: "file:///no/such/file.wld", name: null }))).toContain(
    "/no/such",
  );
  expect(server.errors).toEqual([]);
  await server.stop();
});

test("commands that make no sense yield nothing", async () => {
  const server = await startServer(PROGRAM);
  for (const args of [[], [1], ["file:///nowhere.wal"], [SOURCE, { line: "x", character: null }]])
    await command(server, "walia.text.core", ...args);
  expect(await command(server, "walia.text.core", "file:///nowhere.wal")).toBeNull();
  expect(server.errors).toEqual([]);
  await server.stop();
});
