// Documents, files and what is said of them while they change.

import { describe, expect, test } from "vitest";
import { type Diagnostic, DiagnosticTag } from "vscode-languageserver";
import { effectsText } from "../../language/query/effects-text.ts";
import { portSources } from "../../language/query/ports.ts";
import { linksOfImports } from "../../server/features/document-link.ts";
import { pathOf, uriOf } from "../../server/paths.ts";
import { readFixture } from "../fixture.ts";
import { startServer, viewOf } from "./fixture.ts";

const messages = (found: readonly Diagnostic[]): string[] => found.map(({ code, message }) => `${code} ${message}`);
const PULL = { textDocument: { diagnostic: {} } };

describe("diagnostics", () => {
  test("are pushed, with related places, tags and a link to their explanation", async () => {
    const server = await startServer('fun f() { var unused = 1; g() }\nfun g() perform "ASK";\nf();');
    // The second is not said before every file has been read.
    await server.expectDiagnostics("/main.wal", [
      "W106 the variable `unused` is never used",
      'W301 nothing handles "ASK", which the program performs here',
    ]);
    const found = await server.published("/main.wal");
    expect(found[0]).toMatchObject({
      tags: [DiagnosticTag.Unnecessary],
      codeDescription: { href: "file:///docs/diagnostics.md#w106-unused-variable" },
      source: "walia",
    });
    // Each step from the entry point to the perform.
    expect(
      found[1]!.relatedInformation?.map(({ location: { range }, message }) => [range.start.line, message]),
    ).toEqual([
      [2, "the program calls this"],
      [0, "which calls this"],
    ]);
    await server.stop();
  });

  test("follow every edit, also in other files", async () => {
    const server = await startServer("help();\n//- /b.wal\nfun help() 1;");
    expect(await server.published("/main.wal")).toEqual([]);
    await server.change("/b.wal", [
      { range: { start: { line: 0, character: 4 }, end: { line: 0, character: 8 } }, text: "aid" },
    ]);
    await server.expectDiagnostics("/main.wal", ["W101 `help` is not defined"]);
    await server.change("/main.wal", [{ text: "aid();" }]);
    await server.expectDiagnostics("/main.wal", []);
    await server.stop();
  });

  test("are pulled, and unchanged ones are said in one word", async () => {
    const server = await startServer("var x = ;\n//- /b.wal\nvar y = 1;", { capabilities: PULL });
    const textDocument = { uri: "file:///main.wal" };
    await server.complete();
    const first = await server.client.sendRequest<{ kind: string; resultId: string; items: Diagnostic[] }>(
      "textDocument/diagnostic",
      { textDocument },
    );
    expect([first.kind, first.items.length]).toEqual(["full", 1]);
    const again = await server.client.sendRequest("textDocument/diagnostic", {
      textDocument,
      previousResultId: first.resultId,
    });
    expect(again).toEqual({ kind: "unchanged", resultId: first.resultId });
    const workspace = await server.client.sendRequest<{ items: { uri: string; kind: string }[] }>(
      "workspace/diagnostic",
      { previousResultIds: [{ uri: "file:///main.wal", value: first.resultId }] },
    );
    expect(workspace.items.map(({ uri, kind }) => `${uri} ${kind}`)).toEqual([
      "file:///main.wal unchanged",
      "file:///b.wal full",
    ]);
    await server.stop();
  });

  test("say nothing that a file not yet read could make untrue", async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const disk = new Map([["/b.wal", "fun help() 1;"]]);
    const server = await startServer("help(;\nhelp();", {
      capabilities: PULL,
      host: {
        list: async () => ["file:///main.wal", "file:///b.wal"],
        read: async (uri) => {
          await gate;
          return disk.get(pathOf(uri));
        },
      },
    });
    const pull = async (): Promise<string[]> => {
      const answer = await server.client.sendRequest<{ items: Diagnostic[] }>("textDocument/diagnostic", {
        textDocument: { uri: "file:///main.wal" },
      });
      return answer.items.map(({ code }) => String(code));
    };
    expect(await pull()).toEqual(["W001"]);
    go();
    await server.complete();
    expect(await pull()).toEqual(["W001"]);
    await server.stop();
  });

  test("strike out older spellings", async () => {
    const server = await startServer("print list_len([]);");
    const [hint] = await server.published("/main.wal");
    expect(hint).toMatchObject({ severity: 4, tags: [DiagnosticTag.Deprecated] });
    expect(hint?.message).toContain("`list_len` is an older spelling of");
    await server.stop();
  });
});

describe("files", () => {
  test("that change on disk are read again, and open ones are the client's", async () => {
    const server = await startServer("help();\n//- /b.wal\nfun help() 1;", { open: ["/main.wal"] });
    await server.expectDiagnostics("/main.wal", []);
    server.disk.set("/b.wal", "fun aid() 1;");
    await server.client.sendNotification("workspace/didChangeWatchedFiles", {
      changes: [{ uri: "file:///b.wal", type: 2 }],
    });
    await server.expectDiagnostics("/main.wal", ["W101 `help` is not defined"]);
    await server.open("/b.wal", "fun help() 2;");
    await server.expectDiagnostics("/main.wal", []);
    await server.close("/b.wal");
    await server.expectDiagnostics("/main.wal", ["W101 `help` is not defined"]);
    server.disk.delete("/b.wal");
    await server.client.sendNotification("workspace/didChangeWatchedFiles", {
      changes: [{ uri: "file:///b.wal", type: 3 }],
    });
    await server.open("/c.wal", "fun help() 3;");
    await server.expectDiagnostics("/main.wal", []);
    await server.stop();
  });

  test("outside every folder are programs of their own, with what they import", async () => {
    const server = await startServer(
      '//- /work/a.wal\nfun f() 1;\n//- /else/b.wal\nimport "c" as c;\nf();\nc.g();\n//- /else/c.wal\nfun g() 1;',
      {
        open: ["/else/b.wal"],
        initialize: { workspaceFolders: [{ uri: "file:///work", name: "work" }] },
      },
    );
    await server.expectDiagnostics("/else/b.wal", ["W101 `f` is not defined"]);
    await server.stop();
  });

  test("of two folders are two programs, also when a folder comes later", async () => {
    const server = await startServer("//- /one/a.wal\nfun f() 1;\nf();\n//- /two/b.wal\nfun f() 2;\nf();", {
      capabilities: { workspace: { workspaceFolders: true } },
      initialize: { workspaceFolders: [{ uri: "file:///one", name: "one" }] },
    });
    await server.client.sendNotification("workspace/didChangeWorkspaceFolders", {
      event: { added: [{ uri: "file:///two", name: "two" }], removed: [] },
    });
    await server.expectDiagnostics("/one/a.wal", []);
    await server.expectDiagnostics("/two/b.wal", []);
    await server.client.sendNotification("workspace/didChangeWorkspaceFolders", {
      event: { added: [], removed: [{ uri: "file:///two", name: "two" }] },
    });
    await server.expectDiagnostics("/two/b.wal", []);
    expect(server.errors).toEqual([]);
    await server.stop();
  });

  test("that were never saved are programs too", async () => {
    const server = await startServer("fun f() 1;");
    const document = { uri: "untitled:Untitled-1", languageId: "walia", version: 1, text: "nope();" };
    await server.client.sendNotification("textDocument/didOpen", { textDocument: document });
    expect(messages(await server.published("untitled:Untitled-1"))).toEqual(["W101 `nope` is not defined"]);
    await server.stop();
  });
});

test("paths and URIs go both ways", () => {
  for (const [uri, path] of [
    ["file:///home/a%20b/c.wal", "/home/a b/c.wal"],
    ["file:///c%3A/x.wal", "c:/x.wal"],
    ["file://server/share/x.wal", "//server/share/x.wal"],
    ["file:///a%23b%3F.wal", "/a#b?.wal"],
    ["untitled:Untitled-1", "untitled:Untitled-1"],
    ["vscode-vfs://github/o/r/x.wal", "vscode-vfs://github/o/r/x.wal"],
  ] as const) {
    expect(pathOf(uri)).toBe(path);
    expect(uriOf(path)).toBe(uri);
  }
  expect(pathOf("file:///C:/x.wal")).toBe("c:/x.wal");
  expect(pathOf("file:///%zz.wal")).toBe("/%zz.wal");
});

describe("links", () => {
  test("lead from imports to their files", () => {
    const view = viewOf(readFixture('import "lib/b" as b;\nimport "nope";\nb.f();\n//- /lib/b.wal\nfun f() 1;'));
    expect(linksOfImports(view, "/main.wal").map(({ target }) => target)).toEqual(["file:///lib/b.wal"]);
  });

  test("lead from the ports of a walia.json to their sources", async () => {
    const text =
      '{ "ports": { "0x80": "fifo:/run/power", "0x81": "file:sensor/temp", "0x83": "gpio:/dev/gpiochip0/4", "x": "file:no" } }';
    expect(portSources(text).map(({ path, span }) => [path, text.slice(span.start, span.end)])).toEqual([
      ["/run/power", "/run/power"],
      ["sensor/temp", "sensor/temp"],
      ["/dev/gpiochip0/4", "/dev/gpiochip0/4"],
    ]);
    const server = await startServer("fun f() 1;");
    const uri = "file:///app/walia.json";
    await server.client.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "json", version: 1, text },
    });
    const links = await server.client.sendRequest<{ target: string }[]>("textDocument/documentLink", {
      textDocument: { uri },
    });
    expect(links.map(({ target }) => target)).toEqual([
      "file:///run/power",
      "file:///app/sensor/temp",
      "file:///dev/gpiochip0",
    ]);
    await server.stop();
  });
});

test("the effects of a file are a document", async () => {
  const text =
    'var n = 0;\nfun ask(q) perform "ASK" { q: q };\nasync fun go() {\n  handle "ASK" { n = n + 1; resume(effect.continuation, 1) }\n  ask(2)\n}\n';
  const view = viewOf(readFixture(text));
  expect(effectsText(view.analysis, "/main.wal")).toBe(
    [
      "fun ask   (line 2)",
      "  ! ASK · may suspend ⏸ · anywhere",
      "  waits in line 2",
      "async fun go   (line 3)",
      "  ! nothing · may suspend ⏸ · home ⌂",
      '  handle "ASK"   (line 4)',
      "    ! nothing · may suspend ⏸ · home ⌂ · clause: tail-resumptive",
      "    waits in line 4",
      "",
    ].join("\n"),
  );
  const server = await startServer(text);
  const uri = `walia-effects:/main.wal?${encodeURIComponent("file:///main.wal")}`;
  const answer = await server.client.sendRequest<{ text: string }>("workspace/textDocumentContent", { uri });
  expect(answer.text).toContain("fun ask   (line 2)");
  await server.stop();
});
