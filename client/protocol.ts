// What the extension and the language server say to each other beyond the Language Server Protocol.

import {
  type Location,
  NotificationType,
  type Range,
  RequestType,
  type TextDocumentPositionParams,
} from "vscode-languageclient";

/** The tests of some files, or of every file that the server knows. */
export const TestsRequest = new RequestType<TestsParams, FileTests[], void>("walia/tests");

export interface TestsParams {
  /** All files when it is missing. */
  readonly uris?: readonly string[];
}

export interface FileTests {
  readonly uri: string;
  readonly tests: readonly TestEntry[];
}

export interface TestEntry {
  readonly title: string;
  readonly kind: "test" | "example";
  readonly range: Range;
}

/** The tests of these files are others now. */
export const TestsChanged = new NotificationType<{ readonly uris: readonly string[] }>("walia/testsChanged");

/** The files that must be named to the command beside this one: it uses names of theirs without importing them. */
export const ProgramRequest = new RequestType<{ readonly uri: string }, string[], void>("walia/program");

/** Who would handle the perform at a position, or what may the handler there receive? One answer for each effect. */
export const HandlersRequest = new RequestType<TextDocumentPositionParams, EffectAnswer[], void>("walia/handlers");

/** Of the server's answer, what is shown. */
export type EffectAnswer =
  | {
      readonly kind: "perform";
      readonly effect: string;
      readonly receivers: readonly {
        readonly by: "block" | "program" | "reactor" | "system" | "nobody";
        readonly handler: Location | null;
      }[];
    }
  | { readonly kind: "handle"; readonly effect: string; readonly performs: readonly { readonly location: Location }[] };

/** What the server makes of a program, or of a `.wld`, for reading: each kind is a command of its own, `walia.text.KIND`. */
export type ProgramText = "effects" | "core" | "wld";

/** The text of a file or of the declaration at a position; null for a file that is not known. */
export const TextCommand = new RequestType<
  { readonly command: `walia.text.${ProgramText}`; readonly arguments: readonly unknown[] },
  { readonly uri: string; readonly text: string } | null,
  void
>("workspace/executeCommand");

/** The server asks for a file that it cannot read itself; null when there is no such text. */
export const ReadFile = new RequestType<{ readonly uri: string }, { readonly text: string } | null, void>(
  "walia/readFile",
);

/** The server asks for the URIs of every .wal file below a folder. */
export const ListFiles = new RequestType<{ readonly folder: string }, string[], void>("walia/listFiles");
