// The language server: ties the protocol to projects and features. It knows no feature by name (features/index.ts).
//
// S1. Requests before `initialize` and after `shutdown` are refused as the protocol says. Every other one is answered: what
//     goes wrong inside is logged, and the answer is the feature's "nothing".
// S2. Whoever listens for changes is told once for everything that changed before the next turn.

import {
  type CancellationToken,
  type ClientCapabilities,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Encoding } from "../language/positions.ts";
import { mergeCapabilities } from "./capabilities.ts";
import { Documents } from "./documents.ts";
import type { Services } from "./feature.ts";
import { features } from "./features/index.ts";
import type { Host } from "./host.ts";
import { pathOf, Spelling } from "./paths.ts";
import { reporter } from "./progress.ts";
import { nextTurn, Projects } from "./projects.ts";
import { DEFAULTS, settingsOf } from "./settings.ts";
import { version } from "./version.ts";

/** Starts a server on a connection that is not listening yet. */
export function createServer(connection: Connection, host: Host): void {
  const spelling = new Spelling();
  const documents = new Documents();
  const listeners: ((changed: ReadonlySet<string>) => void)[] = [];
  const stopListeners: (() => void)[] = [];
  let client: ClientCapabilities = {};
  let docs = host.docs;
  let settings = DEFAULTS;
  let phase: "starting" | "running" | "stopped" = "starting";
  let changed = new Set<string>();
  let folders: readonly string[] = [];

  const log = (message: string): void => connection.console.error(message);
  const uriOf = (path: string): string => spelling.uriOf(path);

  function noteChange(paths: Iterable<string>): void {
    if (changed.size === 0) void nextTurn().then(tellListeners);
    for (const path of paths) changed.add(path);
  }
  function tellListeners(): void {
    const now = changed;
    changed = new Set();
    if (phase === "stopped") return;
    for (const listener of listeners) guarded("a change", () => listener(now));
  }
  /** What nobody waits for must not end the process when it fails. */
  function guarded(what: string, action: () => void | Promise<void>): void {
    const failed = (error: unknown): void => log(`${what} failed: ${explained(error)}`);
    try {
      Promise.resolve(action()).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  const progress = reporter(connection, () => client);
  const projects = new Projects(host, uriOf, { changed: noteChange, progress, background: guarded });

  // ---- requests (S1) ----

  async function answer<T>(token: CancellationToken, nothing: T, ask: () => T | Promise<T>): Promise<T> {
    if (phase === "starting") throw new ResponseError(ErrorCodes.ServerNotInitialized, "the server is not initialized");
    if (phase === "stopped") throw new ResponseError(ErrorCodes.InvalidRequest, "the server has been shut down");
    if (token.isCancellationRequested) throw cancelled();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      log(`a request failed: ${explained(error)}`);
      return nothing;
    }
  }

  const services: Services = {
    get client() {
      return client;
    },
    get settings() {
      return settings;
    },
    answer: (uri, token, nothing, ask) =>
      answer(token, nothing, () => {
        const path = pathOf(uri);
        const view = projects.projectOf(path)?.view();
        return view?.has(path) ? ask(view, path) : nothing;
      }),
    answerAll: (token, nothing, ask) =>
      answer(token, nothing, () => ask(projects.all().map((project) => project.view()))),
    pause: async (token) => {
      await nextTurn();
      if (token.isCancellationRequested) throw cancelled();
    },
    refresh: (uri) => projects.refresh(spelling.learn(uri)),
    views: () => projects.all().map((project) => project.view()),
    viewOf: (path) => projects.projectOf(path)?.view(),
    onStop: (listener) => void stopListeners.push(listener),
    get docs() {
      return docs;
    },
    onChange: (listener) => void listeners.push(listener),
    stores: async (folders) => (await host.stores(folders.map(uriOf))).map(pathOf),
    tools: () => host.tools(),
    pathOf,
    uriOf,
    document: (uri) => documents.get(uri),
    rangeIn: (document, span) => documents.range(document, span),
    log,
  };

  // ---- the life of a session ----

  connection.onInitialize((params) => {
    client = params.capabilities;
    phase = "running";
    const encoding = encodingFor(client);
    documents.encoding = encoding;
    projects.encoding = encoding;
    const { docs: named } = (params.initializationOptions ?? {}) as { docs?: unknown };
    if (typeof named === "string") docs = named;
    folders = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
    return {
      capabilities: capabilitiesFor(client, encoding),
      serverInfo: { name: "walia", version },
    };
  });

  connection.onInitialized(() => {
    if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration)
      void connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: "**/*.wal" }, { globPattern: "**/walia.json" }],
      });
    if (client.workspace?.didChangeConfiguration?.dynamicRegistration)
      void connection.client.register(DidChangeConfigurationNotification.type, { section: "walia" });
    if (client.workspace?.workspaceFolders)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        projects.removeFolders(removed.map(({ uri }) => learned(uri)));
        guarded("reading a folder", () => projects.addFolders(added.map(({ uri }) => learned(uri))));
      });
    guarded("reading settings", () => readSettings());
    guarded("reading a folder", () => projects.addFolders(folders.map(learned)));
  });

  const learned = (uri: string): string => {
    spelling.learn(uri);
    return uri;
  };

  async function readSettings(sent?: unknown): Promise<void> {
    const found = client.workspace?.configuration ? await connection.workspace.getConfiguration("walia") : sent;
    settings = settingsOf(found);
    noteChange(projects.all().flatMap((project) => [...project.paths]));
  }
  connection.onDidChangeConfiguration(({ settings: sent }: { settings: { walia?: unknown } | null }) =>
    readSettings(sent?.walia),
  );

  connection.onShutdown(() => {
    phase = "stopped";
    for (const listener of stopListeners) listener();
  });

  /** Whether everything has been read: for tests, and for clients that show it. */
  connection.onRequest("walia/isComplete", () => projects.all().every((project) => project.isComplete));

  // ---- documents and files ----

  /** Others, like walia.json, are only kept for the features that want them. */
  const isProgram = ({ uri, languageId }: TextDocument): boolean => languageId === "walia" || uri.endsWith(".wal");
  documents.listen(connection, {
    opened: (document) => {
      const path = spelling.learn(document.uri);
      if (isProgram(document)) projects.openDocument(path, document.getText());
    },
    changed: (document) => {
      if (isProgram(document)) projects.changeDocument(pathOf(document.uri), document.getText());
    },
    closed: (document) => {
      if (isProgram(document)) guarded("closing a file", () => projects.closeDocument(pathOf(document.uri)));
    },
  });

  connection.onDidChangeWatchedFiles(async ({ changes }) => {
    for (const { uri } of changes) await projects.refresh(spelling.learn(uri));
  });

  for (const feature of features) feature.register(connection, services);

  function capabilitiesFor(capabilities: ClientCapabilities, encoding: Encoding): ServerCapabilities {
    return mergeCapabilities([
      {
        positionEncoding: encoding,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
      ...features.map((feature) =>
        typeof feature.capabilities === "function" ? feature.capabilities(capabilities) : feature.capabilities,
      ),
    ]);
  }
}

/** What the client would rather count characters in; UTF-16 units are what every client can. */
function encodingFor({ general }: ClientCapabilities): Encoding {
  const known: readonly Encoding[] = ["utf-8", "utf-16", "utf-32"];
  for (const wanted of general?.positionEncodings ?? [])
    for (const encoding of known) if (wanted === encoding) return encoding;
  return "utf-16";
}

const explained = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
const cancelled = (): ResponseError<void> => new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
