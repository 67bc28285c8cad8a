// Programs for tests of the server. The texts are those of tests/fixture.ts: `//- /b.wal` begins a file, `$0` is the cursor,
// carets under the code carry expectations.
//
//   atCursor(text)         the analysis as a feature sees it, and where the cursor stands: for a feature's pure function
//   expectSaid(fixture, …) what a feature says about spans, compared with the carets of the text
//   startServer(text)      a whole server in this process, behind the protocol, whose workspace holds the files

import { PassThrough } from "node:stream";
import { expect } from "vitest";
import {
  type ClientCapabilities,
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  InitializedNotification,
  type InitializeParams,
  InitializeRequest,
  type InitializeResult,
  LogMessageNotification,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver/node";
import { createWorkspace } from "../../language/analyse.ts";
import type { Span } from "../../language/ast.ts";
import { parseFile } from "../../language/parse/parse.ts";
import { tools } from "../../runtime/cli/server-tools.ts";
import { type Host, noItems, noStores } from "../../server/host.ts";
import { pathOf, uriOf } from "../../server/paths.ts";
import { createServer } from "../../server/server.ts";
import { createView, type View } from "../../server/view.ts";
import { type Fixture, readFixture } from "../fixture.ts";

/** The files of a fixture, analysed. */
export function viewOf(fixture: Fixture): View {
  const workspace = createWorkspace();
  for (const { path, text } of fixture.files) workspace.setFile(parseFile(path, text));
  return createView({ analysis: workspace.analyse(), root: "/" });
}

export interface AtCursor {
  readonly fixture: Fixture;
  readonly view: View;
  readonly file: string;
  readonly offset: number;
}

/** A fixture with a cursor, analysed. */
export function atCursor(text: string): AtCursor {
  const fixture = readFixture(text);
  if (fixture.cursor === undefined) throw new Error("fixture: there is no $0");
  return { fixture, view: viewOf(fixture), file: fixture.cursor.path, offset: fixture.cursor.offset };
}

/** A span of a file with what is said about it. */
export interface Said {
  readonly file: string;
  readonly span: Span;
  readonly text?: string;
}

/** Compares what a feature says with the carets of a fixture, shown as lines so that a difference is easy to see. */
export function expectSaid(fixture: Fixture, said: readonly Said[]): void {
  const show = (path: string, start: number, end: number, message: string): string => {
    const text = fixture.files.find((file) => file.path === path)?.text ?? "";
    const line = text.slice(0, start).split("\n").length;
    return `${path}:${line} [${text.slice(start, end)}] ${message}`.trimEnd();
  };
  const actual = said.map(({ file, span, text }) => show(file, span.start, span.end, text ?? ""));
  const expected = fixture.expectations.map(({ path, start, end, message }) => show(path, start, end, message));
  expect(actual.sort()).toEqual(expected.sort());
}

// ---- a server behind the protocol ----

export interface TestServer {
  readonly client: ProtocolConnection;
  /** What the server said it can do. */
  readonly capabilities: InitializeResult["capabilities"];
  /** Begins the session of a server that was started with `initialized: false`. */
  begin(): Promise<void>;
  /** Files as on disk; a test may change them, and then tells the server with `workspace/didChangeWatchedFiles`. */
  readonly disk: Map<string, string>;
  /** The file and position of `$0`, when the fixture has one. */
  readonly cursor: { readonly textDocument: { readonly uri: string }; readonly position: Position } | undefined;
  open(path: string, text?: string): Promise<void>;
  change(path: string, changes: TextDocumentContentChangeEvent[]): Promise<void>;
  close(path: string): Promise<void>;
  /** The diagnostics of a file that were published last; waits for the next ones if there are none yet. */
  published(path: string): Promise<readonly Diagnostic[]>;
  /** The diagnostics of a file that are published next. */
  next(path: string): Promise<readonly Diagnostic[]>;
  /** Waits until a file's diagnostics, pushed or pulled, are these: each as code and message. */
  expectDiagnostics(path: string, expected: readonly string[]): Promise<void>;
  /** Waits until everything in the workspace has been read. */
  complete(): Promise<void>;
  /** Errors that the server has logged: what went wrong inside while it still answered. */
  readonly errors: readonly string[];
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly capabilities?: ClientCapabilities;
  readonly initialize?: Partial<InitializeParams>;
  readonly host?: Partial<Host>;
  /** False: `initialize` is not sent, and nothing opened. */
  readonly initialized?: boolean;
  /** Paths to open at once; all files when it is left out. */
  readonly open?: readonly string[];
}

/** Starts a server whose workspace folder `/` holds the files of a fixture, and opens them. */
export async function startServer(text: string, options: ServerOptions = {}): Promise<TestServer> {
  const fixture = readFixture(text);
  const disk = new Map(fixture.files.map((file) => [file.path, file.text]));
  const host: Host = {
    read: async (uri) => disk.get(pathOf(uri)),
    list: async (folder) => [...disk.keys()].filter((path) => path.startsWith(pathOf(folder))).map(uriOf),
    docs: "file:///docs",
    items: noItems,
    stores: noStores,
    tools: async () => tools,
    ...options.host,
  };
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const connection = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  createServer(connection, host);
  connection.listen();
  const client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));

  const errors: string[] = [];
  const diagnostics = new Map<string, readonly Diagnostic[]>();
  const waiting = new Map<string, ((found: readonly Diagnostic[]) => void)[]>();
  client.onNotification(LogMessageNotification.type, ({ type, message }) => {
    if (type === 1) errors.push(message);
  });
  client.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics: found }) => {
    const path = pathOf(uri);
    diagnostics.set(path, found);
    for (const resolve of waiting.get(path) ?? []) resolve(found);
    waiting.delete(path);
  });
  client.listen();

  let version = 1;
  let capabilities: InitializeResult["capabilities"] = {};
  const server: TestServer = {
    client,
    get capabilities() {
      return capabilities;
    },
    begin: async () => {
      const answer = await client.sendRequest(InitializeRequest.type, {
        processId: null,
        rootUri: null,
        workspaceFolders: [{ uri: "file:///", name: "test" }],
        capabilities: options.capabilities ?? {},
        ...options.initialize,
      });
      capabilities = answer.capabilities;
      await client.sendNotification(InitializedNotification.type, {});
      for (const path of options.open ?? disk.keys()) await server.open(path);
    },
    disk,
    cursor: cursorOf(fixture),
    errors,
    open: (path, other) =>
      client.sendNotification("textDocument/didOpen", {
        textDocument: {
          uri: uriOf(path),
          languageId: "walia",
          version: version++,
          text: other ?? disk.get(path) ?? "",
        },
      }),
    change: (path, contentChanges) => {
      diagnostics.delete(path);
      return client.sendNotification("textDocument/didChange", {
        textDocument: { uri: uriOf(path), version: version++ },
        contentChanges,
      });
    },
    close: (path) => client.sendNotification("textDocument/didClose", { textDocument: { uri: uriOf(path) } }),
    published: (path) => {
      const known = diagnostics.get(path);
      return known !== undefined ? Promise.resolve(known) : server.next(path);
    },
    next: (path) => new Promise((resolve) => waiting.set(path, [...(waiting.get(path) ?? []), resolve])),
    expectDiagnostics: async (path, expected) => {
      for (;;) {
        const now = diagnostics.get(path)?.map(({ code, message }) => `${code} ${message}`);
        if (JSON.stringify(now) === JSON.stringify(expected)) return;
        await new Promise<unknown>((resolve) => waiting.set(path, [...(waiting.get(path) ?? []), resolve]));
      }
    },
    complete: async () => {
      while (!(await client.sendRequest<boolean>("walia/isComplete"))) await new Promise(setImmediate);
    },
    stop: async () => {
      await client.sendRequest("shutdown");
      client.dispose();
      connection.dispose();
    },
  };
  if (options.initialized !== false) await server.begin();
  return server;
}

function cursorOf(fixture: Fixture): TestServer["cursor"] {
  if (fixture.cursor === undefined) return undefined;
  const { path, offset } = fixture.cursor;
  return { textDocument: { uri: uriOf(path) }, position: viewOf(fixture).position(path, offset) };
}
