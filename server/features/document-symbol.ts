// The outline: declarations, handlers and tests of a file, nested; flat for clients that cannot nest.

import { type DocumentSymbol, type SymbolInformation, SymbolKind } from "vscode-languageserver";
import { type OutlineEntry, outlineOf } from "../../language/query/outline.ts";
import { moved } from "../../language/query/symbols.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const documentSymbol: Feature = {
  capabilities: { documentSymbolProvider: { label: "Walia" } },
  register: (connection, services) => {
    connection.onDocumentSymbol(({ textDocument: { uri } }, token) =>
      services.answer<DocumentSymbol[] | SymbolInformation[]>(uri, token, [], (view, file) => {
        const symbols = symbolsIn(view, file);
        const canNest = services.client.textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true;
        return canNest ? symbols : flat(symbols, uri, null);
      }),
    );
  },
};

export const SYMBOL_KINDS: Readonly<Record<OutlineEntry["kind"], SymbolKind>> = {
  function: SymbolKind.Function,
  method: SymbolKind.Method,
  constructor: SymbolKind.Constructor,
  class: SymbolKind.Class,
  trait: SymbolKind.Interface,
  layout: SymbolKind.Struct,
  gene: SymbolKind.Struct,
  field: SymbolKind.Field,
  variable: SymbolKind.Variable,
  constant: SymbolKind.Constant,
  handler: SymbolKind.Event,
  test: SymbolKind.Method,
  import: SymbolKind.Module,
};

export function symbolsIn(view: View, file: string): DocumentSymbol[] {
  const symbolOf = (entry: OutlineEntry, offset: number): DocumentSymbol => ({
    name: entry.name,
    detail: entry.detail,
    kind: SYMBOL_KINDS[entry.kind],
    range: view.range(file, moved(entry.whole, offset)),
    selectionRange: view.range(file, moved(entry.nameSpan, offset)),
    children: entry.children.map((child) => symbolOf(child, offset)),
  });
  return view.tree(file).items.flatMap(({ tree, offset }) => outlineOf(tree).map((entry) => symbolOf(entry, offset)));
}

function flat(symbols: readonly DocumentSymbol[], uri: string, container: string | null): SymbolInformation[] {
  return symbols.flatMap((symbol) => [
    {
      name: symbol.name,
      kind: symbol.kind,
      location: { uri, range: symbol.range },
      ...(container === null ? {} : { containerName: container }),
    },
    ...flat(symbol.children ?? [], uri, symbol.name),
  ]);
}
