// Go to Symbol in Workspace: every top-level declaration, member, handler and test whose name has the letters of the query in
// their order, best matches first.
//
// A client that resolves ranges (`location.range`) gets the file of a symbol at once, and its place when somebody goes there: it is
// then found anew, by its name, kind and number among those of that name and kind in the file.

import type { CancellationToken, WorkspaceSymbol } from "vscode-languageserver";
import { type OutlineEntry, outlineOf } from "../../language/query/outline.ts";
import { moved } from "../../language/query/symbols.ts";
import type { Feature, Services } from "../feature.ts";
import type { View } from "../view.ts";
import { SYMBOL_KINDS } from "./document-symbol.ts";

/** Nobody reads further. */
const MOST = 500;
/** In milliseconds. */
const SLICE = 12;

export const workspaceSymbol: Feature = {
  capabilities: { workspaceSymbolProvider: { resolveProvider: true } },
  register: (connection, services) => {
    connection.onWorkspaceSymbol(({ query }, token) =>
      services.answerAll<WorkspaceSymbol[]>(token, [], async (views) => {
        const found = await find(views, query, services, token);
        const resolves = services.client.workspace?.symbol?.resolveSupport?.properties.includes("location.range");
        return resolves ? found.map(withoutRange) : found;
      }),
    );
    connection.onWorkspaceSymbolResolve((symbol, token) => {
      const uri: unknown = symbol.location?.uri;
      if (typeof uri !== "string") return symbol;
      return services.answer(uri, token, symbol, (view, file) => resolved(view, file, symbol));
    });
  },
};

function withoutRange(symbol: WorkspaceSymbol): WorkspaceSymbol {
  return { ...symbol, location: { uri: symbol.location.uri } };
}

/** With the place that it has now; as it is when the file has no such symbol any more. */
function resolved(view: View, file: string, symbol: WorkspaceSymbol): WorkspaceSymbol {
  const now = symbolsOf(view, file, symbol.name).find(
    ({ symbol: { name, kind, data } }) => name === symbol.name && kind === symbol.kind && data === symbol.data,
  );
  return now ? { ...symbol, location: now.symbol.location } : symbol;
}

async function find(views: readonly View[], query: string, services: Services, token: CancellationToken) {
  const found: { symbol: WorkspaceSymbol; rank: number }[] = [];
  let began = performance.now();
  for (const view of views) {
    for (const file of view.analysis.files.keys()) {
      found.push(...symbolsOf(view, file, query));
      if (performance.now() - began < SLICE) continue;
      await services.pause(token);
      began = performance.now();
    }
  }
  found.sort((a, b) => a.rank - b.rank || a.symbol.name.length - b.symbol.name.length);
  return found.slice(0, MOST).map(({ symbol }) => symbol);
}

/** `data` of a symbol is its number among those of its name and kind in the file. */
export function symbolsOf(view: View, file: string, query: string): { symbol: WorkspaceSymbol; rank: number }[] {
  const found: { symbol: WorkspaceSymbol; rank: number }[] = [];
  const counts = new Map<string, number>();
  for (const { tree, offset } of view.tree(file).items) {
    const visit = (entry: OutlineEntry, container: string): void => {
      const rank = entry.kind === "import" ? null : rankOf(entry.name, query);
      if (rank !== null) {
        const location = view.location(file, moved(entry.nameSpan, offset));
        const name = { name: entry.name, kind: SYMBOL_KINDS[entry.kind], containerName: container || view.shown(file) };
        const key = `${SYMBOL_KINDS[entry.kind]} ${entry.name}`;
        const data = counts.get(key) ?? 0;
        counts.set(key, data + 1);
        found.push({ symbol: { ...name, location, data }, rank });
      }
      for (const child of entry.children) visit(child, entry.name);
    };
    for (const entry of outlineOf(tree)) visit(entry, "");
  }
  return found;
}

/** 0 for the name itself, 1 for its beginning, 2 for a part of it, 3 for its letters in order; null for none of these. */
export function rankOf(name: string, query: string): number | null {
  const letters = query.toLowerCase();
  const lower = name.toLowerCase();
  if (lower === letters) return 0;
  if (lower.startsWith(letters)) return 1;
  if (lower.includes(letters)) return 2;
  let at = 0;
  for (const letter of letters) {
    at = lower.indexOf(letter, at) + 1;
    if (at === 0) return null;
  }
  return 3;
}
