// A file's effects as a text document (LSP 3.18), for reading and comparing:
//
//   walia-effects:/shown/name.wal?URI    the query is the URI of the program's file, escaped
//
// The text is that of language/query/effects-text.ts; clients are asked to fetch it again when the program changes.

import { TextDocumentContentRefreshRequest, type TextDocumentContentResult } from "vscode-languageserver";
import { effectsText } from "../../language/query/effects-text.ts";
import type { Feature } from "../feature.ts";

const SCHEME = "walia-effects";

export const effectsContent: Feature = {
  capabilities: { workspace: { textDocumentContent: { schemes: [SCHEME] } } },
  register: (connection, services) => {
    /** The URIs that a client has asked for. */
    const shown = new Set<string>();

    connection.workspace.textDocumentContent.on(({ uri }, token) => {
      const source = sourceOf(uri);
      if (source === null) return { text: `There is no such view: ${uri}\n` };
      shown.add(uri);
      const absent: TextDocumentContentResult = { text: "This file is not part of the workspace.\n" };
      return services.answer(source, token, absent, (view, file) => ({ text: effectsText(view.analysis, file) }));
    });

    services.onChange(() => {
      if (services.client.workspace?.textDocumentContent === undefined) return;
      // A client that no longer shows it may refuse.
      for (const uri of shown)
        connection.sendRequest(TextDocumentContentRefreshRequest.type, { uri }).catch(() => shown.delete(uri));
    });
  },
};

/** The URI of the program's file; null for a URI of another form. */
export function sourceOf(uri: string): string | null {
  const query = uri.indexOf("?");
  if (!uri.startsWith(`${SCHEME}:`) || query < 0) return null;
  try {
    return decodeURIComponent(uri.slice(query + 1));
  } catch {
    return null;
  }
}
