// The documents that the client has open, kept in step with its edits. Positions in them are in UTF-16 units; `encoding` says
// what the client counts in, and what it sends is converted here.

import type { Connection, Position, Range, TextDocumentContentChangeEvent } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Span } from "../language/ast.ts";
import { type Encoding, unitsOf, utf16Of } from "../language/positions.ts";

export interface DocumentEvents {
  opened(document: TextDocument): void;
  changed(document: TextDocument): void;
  closed(document: TextDocument): void;
}

export class Documents {
  readonly #open = new Map<string, TextDocument>();
  encoding: Encoding = "utf-16";

  listen(connection: Connection, events: DocumentEvents): void {
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
      const document = TextDocument.create(uri, languageId, version, text);
      this.#open.set(uri, document);
      events.opened(document);
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const document = this.#open.get(uri);
      if (document === undefined) return;
      const next = version ?? document.version + 1;
      let updated = document;
      // Each change speaks of the text that the one before it has left.
      for (const change of contentChanges)
        updated = TextDocument.update(updated, [this.#converted(updated, change)], next);
      this.#open.set(uri, updated);
      events.changed(updated);
    });
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      const document = this.#open.get(uri);
      this.#open.delete(uri);
      if (document !== undefined) events.closed(document);
    });
  }

  get(uri: string): TextDocument | undefined {
    return this.#open.get(uri);
  }

  /** A part of a document, in offsets, as the client counts. */
  range(document: TextDocument, { start, end }: Span): Range {
    const position = (at: number): Position => {
      const { line, character } = document.positionAt(at);
      const before = document.getText({ start: { line, character: 0 }, end: { line, character } });
      return { line, character: unitsOf(before, this.encoding) };
    };
    return { start: position(start), end: position(end) };
  }

  #converted(document: TextDocument, change: TextDocumentContentChangeEvent): TextDocumentContentChangeEvent {
    if (this.encoding === "utf-16" || !("range" in change)) return change;
    const position = ({ line, character }: Position): Position => {
      const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
      return { line, character: utf16Of(text, character, this.encoding) };
    };
    const { start, end } = change.range;
    return { range: { start: position(start), end: position(end) }, text: change.text };
  }
}
