// The hierarchy of calls, through effects too: from a function to what it calls and to the handlers that receive what it
// performs; from a handler to the functions whose performs it may receive (language/query/calls.ts).

import { type CallHierarchyItem, type Range, SymbolKind, SymbolTag } from "vscode-languageserver";
import { type CallEdge, type CallNode, callersOf, callNodesAt, callsOf } from "../../language/query/calls.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";
import { pathText, plain } from "../ways.ts";

export const callHierarchy: Feature = {
  capabilities: { callHierarchyProvider: true },
  register: (connection, services) => {
    connection.languages.callHierarchy.onPrepare(({ textDocument: { uri }, position }, token) =>
      services.answer<CallHierarchyItem[] | null>(uri, token, null, (view, file) => {
        const found = callNodesAt(view.analysis, file, view.offset(file, position));
        return found.length > 0 ? found.map((node) => itemOf(view, node)) : null;
      }),
    );
    connection.languages.callHierarchy.onIncomingCalls(({ item }, token) =>
      services.answer(item.uri, token, [], (view, file) =>
        edgesOf(view, file, item, callersOf).map(({ node, places }) => ({
          from: itemOf(view, node),
          fromRanges: places.map((place): Range => view.range(node.file, place)),
        })),
      ),
    );
    connection.languages.callHierarchy.onOutgoingCalls(({ item }, token) =>
      services.answer(item.uri, token, [], (view, file) =>
        edgesOf(view, file, item, callsOf).map(({ node, places }) => ({
          to: itemOf(view, node),
          fromRanges: places.map((place): Range => view.range(file, place)),
        })),
      ),
    );
  },
};

const KINDS: Readonly<Record<CallNode["kind"], SymbolKind>> = {
  function: SymbolKind.Function,
  method: SymbolKind.Method,
  handler: SymbolKind.Event,
  perform: SymbolKind.Event,
  test: SymbolKind.Method,
  program: SymbolKind.File,
  nobody: SymbolKind.Null,
};

function itemOf(view: View, node: CallNode): CallHierarchyItem {
  const path = node.way ? plain(pathText(view, node.way)) : "";
  const detail = [plain(node.detail), path].filter((part) => part !== "").join(", ");
  return {
    name: plain(node.name),
    kind: KINDS[node.kind],
    ...(node.kind === "nobody" ? { tags: [SymbolTag.Deprecated] } : {}),
    detail,
    uri: view.uriOf(node.file),
    range: view.range(node.file, node.whole),
    selectionRange: view.range(node.file, node.nameSpan),
    data: node.kind,
  };
}

/** The edges of an item that the client gives back; none when what stands there now is something else. */
function edgesOf(
  view: View,
  file: string,
  item: CallHierarchyItem,
  find: (analysis: View["analysis"], node: CallNode) => CallEdge[],
): CallEdge[] {
  if (item.data === "nobody") return [];
  const nodes = callNodesAt(view.analysis, file, view.offset(file, item.selectionRange.start));
  const node = nodes.find(({ kind }) => kind === item.data);
  return node ? find(view.analysis, node) : [];
}
