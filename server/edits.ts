// Edits of several files in the protocol's form.

import type { ClientCapabilities, TextEdit, WorkspaceEdit } from "vscode-languageserver";
import type { Span } from "../language/ast.ts";
import type { View } from "./view.ts";

/** Offsets in the file. */
export interface FileEdit {
  readonly file: string;
  readonly span: Span;
  readonly text: string;
}

/** With the versions of open documents, where the client can check them. */
export function workspaceEdit(
  view: View,
  edits: readonly FileEdit[],
  client: ClientCapabilities,
  versionOf: (uri: string) => number | null,
): WorkspaceEdit {
  const changes = new Map<string, TextEdit[]>();
  for (const { file, span, text } of edits) {
    const uri = view.uriOf(file);
    const others = changes.get(uri) ?? [];
    others.push({ range: view.range(file, span), newText: text });
    changes.set(uri, others);
  }
  if (client.workspace?.workspaceEdit?.documentChanges !== true) return { changes: Object.fromEntries(changes) };
  return {
    documentChanges: [...changes].map(([uri, all]) => ({
      textDocument: { uri, version: versionOf(uri) },
      edits: all,
    })),
  };
}
