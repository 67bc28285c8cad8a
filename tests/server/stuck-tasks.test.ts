// What the editor says of suspended tasks while a program is edited.

import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Diagnostic } from "vscode-languageserver";
import { put } from "../../runtime/horizon/change.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { pathOf, uriOf } from "../../server/paths.ts";
import { folderWith } from "../cli/command.ts";
import { build, Run } from "../upgrade/kept.ts";
import { startServer, type TestServer } from "./fixture.ts";

const PROGRAM = `fun wait_for(what) {
    print "waiting";
    sleep(1000);
    print what;
}
async fun order(n) { wait_for("order " + n); print "done"; }
order(1);
order(2);
`;

let server: TestServer;
afterEach(() => server.stop());

/** A folder with the program and the file of a run in which both orders wait. */
async function suspended(): Promise<{ readonly folder: string; readonly main: string; readonly store: string }> {
  const folder = folderWith({}).replaceAll("\\", "/");
  const { records } = new Run(build({ "main.wal": PROGRAM })).pass(500);
  const store = join(folder, "main.wld").replaceAll("\\", "/");
  const file = await Store.open(store, { by: "test" });
  file.commit([...records].flatMap(([table, content]) => [...content].map(([key, bytes]) => put(table, key, bytes))));
  await file.close();
  return { folder, main: `${folder}/main.wal`, store };
}

async function open(capabilities = {}): Promise<{ readonly main: string; readonly store: string }> {
  const { main, store } = await suspended();
  server = await startServer(`//- ${main}\n${PROGRAM}`, {
    capabilities,
    host: { stores: async () => [uriOf(store)] },
  });
  await server.complete();
  return { main, store };
}

/** Replaces a text in the open document. */
async function replace(main: string, text: string, by: string, before = PROGRAM): Promise<string> {
  const now = before.replace(text, by);
  expect(now).not.toBe(before);
  await server.change(main, [{ text: now }]);
  return now;
}

/** Waits for what is said of suspended tasks; diagnostics of other kinds are left out. */
async function said(main: string, isEnough: (found: readonly Diagnostic[]) => boolean): Promise<Diagnostic[]> {
  for (let found = await server.published(main); ; found = await server.next(main)) {
    const stuck = found.filter(({ code }) => code === "W601");
    if (isEnough(stuck)) return stuck;
  }
}

describe("suspended tasks", () => {
  test("are spoken of where an edit leaves them behind, with links, and no more when it is taken back", async () => {
    const { main, store } = await open();
    const edited = await replace(main, "sleep(1000);", "sleep(2000);");
    const [stuck, ...more] = await said(main, (found) => found.length > 0);
    expect(more).toEqual([]);
    expect(stuck).toMatchObject({
      severity: 3,
      message: `2 suspended tasks in ${store} cannot move to this code: \`sleep(1000)\`, in which it waits, was changed to \`sleep(2000)\``,
      range: { start: { line: 2, character: 4 }, end: { line: 2, character: 15 } },
      codeDescription: { href: "file:///docs/diagnostics.md#w601-stuck-task" },
    });
    expect(stuck!.relatedInformation).toHaveLength(2);
    for (const { location, message } of stuck!.relatedInformation!) {
      expect(pathOf(location.uri)).toBe(store);
      expect(message).toMatch(/^task \d+ \(order\) in .*main\.wld, suspended in line 3: sleep\(1000\);$/);
    }
    // A text above moves it.
    const lower = await replace(main, "fun wait_for", "var x = 1;\nfun wait_for", edited);
    const [moved] = await said(main, (found) => found[0]?.range.start.line === 3);
    expect(moved!.message).toBe(stuck!.message);
    await replace(main, "sleep(2000)", "sleep(1000)", lower);
    await said(main, (found) => found.length === 0);
    expect(server.errors).toEqual([]);
  });

  test("that are not in the way of an edit are not spoken of", async () => {
    const { main } = await open();
    const first = await replace(main, "    sleep(1000);", "    // longer\n    print 1;\n    sleep(1000);");
    await replace(main, "sleep(1000)", "sleep(3000)", first);
    await said(main, (found) => found.length === 1);
    await replace(main, 'print "done"', 'print "ready"');
    await said(main, (found) => found.length === 0);
  });

  test("whose function is gone are spoken of at the beginning, also to a client that asks for diagnostics", async () => {
    const { main } = await open({
      textDocument: { diagnostic: {} },
      workspace: { diagnostics: { refreshSupport: true }, textDocumentContent: {} },
    });
    const ask = async (): Promise<Diagnostic | undefined> => {
      const { items } = await server.client.sendRequest<{ items: Diagnostic[] }>("textDocument/diagnostic", {
        textDocument: { uri: uriOf(main) },
      });
      return items.find(({ code }) => code === "W601");
    };
    // The client is asked to pull again, for whatever reason.
    const told = new Promise<Diagnostic>((resolve) =>
      server.client.onRequest("workspace/diagnostic/refresh", async () => {
        const found = await ask();
        if (found !== undefined) resolve(found);
      }),
    );
    await server.change(main, [{ text: PROGRAM.replaceAll("wait_for", "pause_for") }]);
    const stuck = await told;
    expect(stuck).toMatchObject({ range: { start: { line: 0, character: 0 } } });
    expect(stuck.message).toMatch(/the function `wait_for` is gone$/);
    const { uri } = stuck.relatedInformation![0]!.location;
    const { text } = await server.client.sendRequest<{ text: string }>("workspace/textDocumentContent", { uri });
    expect(text).toMatch(/^task \d+ order$/m);
  });
});
