// Formatting of a document, of a range, and of several ranges (3.18). docs/formatting.md says what the formatter does.

import type { TextEdit } from "vscode-languageserver";
import type { Span } from "../../language/ast.ts";
import { formatEdits, formatRangeEdits, type TextEdit as OwnEdit } from "../../language/format/edits.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const formatting: Feature = {
  capabilities: {
    documentFormattingProvider: true,
    documentRangeFormattingProvider: { rangesSupport: true },
  },
  register: (connection, services) => {
    connection.onDocumentFormatting(({ textDocument }, token) =>
      services.answer<TextEdit[]>(textDocument.uri, token, [], (view, file) =>
        toLsp(view, file, formatEdits(view.tree(file))),
      ),
    );
    connection.onDocumentRangeFormatting(({ textDocument, range }, token) =>
      services.answer<TextEdit[]>(textDocument.uri, token, [], (view, file) =>
        formatSpans(view, file, [view.span(file, range)]),
      ),
    );
    connection.onDocumentRangesFormatting(({ textDocument, ranges }, token) =>
      services.answer<TextEdit[]>(textDocument.uri, token, [], (view, file) =>
        formatSpans(
          view,
          file,
          ranges.map((range) => view.span(file, range)),
        ),
      ),
    );
  },
};

/** Edits for several parts of a file, each once, in order. */
export function formatSpans(view: View, file: string, spans: readonly Span[]): TextEdit[] {
  const tree = view.tree(file);
  const byStart = new Map<number, OwnEdit>();
  for (const span of spans) for (const edit of formatRangeEdits(tree, span)) byStart.set(edit.start, edit);
  return toLsp(
    view,
    file,
    [...byStart.values()].sort((a, b) => a.start - b.start),
  );
}

export function toLsp(view: View, file: string, edits: readonly OwnEdit[]): TextEdit[] {
  return edits.map((edit) => ({ range: view.range(file, edit), newText: edit.text }));
}
