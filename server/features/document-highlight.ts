// Highlights what the cursor is on, wherever the file names it: a `perform` with the handlers of its effect.

import { type DocumentHighlight, DocumentHighlightKind } from "vscode-languageserver";
import { namedAt, referencesIn } from "../../language/query/symbols.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const documentHighlight: Feature = {
  capabilities: { documentHighlightProvider: true },
  register: (connection, services) => {
    connection.onDocumentHighlight(({ textDocument: { uri }, position }, token) =>
      services.answer<DocumentHighlight[]>(uri, token, [], (view, file) =>
        highlightsAt(view, file, view.offset(file, position)),
      ),
    );
  },
};

export function highlightsAt(view: View, file: string, offset: number): DocumentHighlight[] {
  const named = namedAt(view.analysis, file, offset);
  if (!named) return [];
  return referencesIn(view.analysis, file, named.symbol).map(({ span, occurrence }) => ({
    range: view.range(file, span),
    kind: occurrence.access === "read" ? DocumentHighlightKind.Read : DocumentHighlightKind.Write,
  }));
}
