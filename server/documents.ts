// The documents that the client has open, kept in step with its edits.

import type { Connection } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";

export interface DocumentEvents {
  opened(document: TextDocument): void;
  changed(document: TextDocument): void;
  closed(document: TextDocument): void;
}

export class Documents {
  readonly #open = new Map<string, TextDocument>();

  listen(connection: Connection, events: DocumentEvents): void {
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
      const document = TextDocument.create(uri, languageId, version, text);
      this.#open.set(uri, document);
      events.opened(document);
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const document = this.#open.get(uri);
      if (document === undefined) return;
      const updated = TextDocument.update(document, contentChanges, version ?? document.version + 1);
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
}
