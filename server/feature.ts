// What a feature of the server is: one file in features/, one object in features/index.ts.
//
// F1. A handler is thin: `services.answer` gives it a view and a file, it asks a pure function of the same file (or of
//     language/), and converts what it says.
// F2. Every request is answered: for a file that is not known, or when a feature fails, with the feature's own "nothing".

import type {
  CancellationToken,
  ClientCapabilities,
  Connection,
  Range,
  ServerCapabilities,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Span } from "../language/ast.ts";
import type { Settings } from "./settings.ts";
import type { Tools } from "./tools.ts";
import type { View } from "./view.ts";

export interface Feature {
  /** What the client is told that the server can do. */
  readonly capabilities: ServerCapabilities | ((client: ClientCapabilities) => ServerCapabilities);
  /** Ties the feature's handlers to the connection. Runs once, before the client has said anything. */
  register(connection: Connection, services: Services): void;
}

export interface Services {
  /** What the client can do; nothing before it has said so. */
  readonly client: ClientCapabilities;
  readonly settings: Settings;
  /**
   * Answers a request about a document: `ask` gets the project's newest state and the path of the file in it. `nothing` is
   * the answer for a document that is not known, and when `ask` fails (which is logged). A request that was cancelled is
   * not worked on.
   */
  answer<T>(uri: string, token: CancellationToken, nothing: T, ask: Ask<T>): Promise<T>;
  /** Answers a request about everything: `ask` gets every project. */
  answerAll<T>(token: CancellationToken, nothing: T, ask: (views: readonly View[]) => T | Promise<T>): Promise<T>;
  /** Gives other requests their turn, and ends this one when it was cancelled: for loops that take long. */
  pause(token: CancellationToken): Promise<void>;
  /** Runs whenever the meaning of some file may have changed, with the paths whose own text did; it runs soon, not at once. */
  onChange(listener: (changed: ReadonlySet<string>) => void): void;
  /** Something happened to a file or folder on disk. */
  refresh(uri: string): Promise<void>;
  /** Every project's newest state. */
  views(): readonly View[];
  /** The newest state of the project that a file belongs to. */
  viewOf(path: string): View | undefined;
  /** Runs when the session ends. */
  onStop(listener: () => void): void;
  /** The URI of the folder with the documentation, where there is one to open. */
  readonly docs: string | null;
  /** The paths of the .wld files directly in these folders. */
  stores(folders: readonly string[]): Promise<readonly string[]>;
  /** What needs the runtime, loaded when it is wanted first; null where there is none (a browser). */
  tools(): Promise<Tools | null>;
  /** The path of a URI that the client has written. */
  pathOf(uri: string): string;
  uriOf(path: string): string;
  /** A document that is open in the client. */
  document(uri: string): TextDocument | undefined;
  /** A part of such a document, in offsets. */
  rangeIn(document: TextDocument, span: Span): Range;
  log(message: string): void;
}

export type Ask<T> = (view: View, file: string) => T | Promise<T>;
