// Asks the client to fetch again what an edit may have changed in other files: colours, hints, lenses, values, diagnostics.
//
// F1. An edit that leaves what other files can see of its file as it was asks for nothing. They can see the names at top level,
//     parameters, effects, and whether something may suspend and where its tasks run.
// F2. Nobody is asked while somebody types: QUIET milliseconds after the last edit.

import type { ClientCapabilities, Connection } from "vscode-languageserver";
import { exportHeaders } from "../../language/rules/headers.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

const QUIET = 400;

export const refresh: Feature = {
  capabilities: {},
  register: (connection, services) => {
    /** What could be seen of each file. */
    const seen = new Map<string, string>();
    let pending = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;

    services.onChange((changed) => {
      for (const file of changed) pending.add(file);
      clearTimeout(timer);
      timer = setTimeout(() => {
        const files = pending;
        pending = new Set();
        let isOther = false;
        for (const file of files) {
          const view = services.viewOf(file);
          const now = view?.has(file) ? outsideOf(view, file) : "";
          if (seen.get(file) !== now) isOther = true;
          if (now === "") seen.delete(file);
          else seen.set(file, now);
        }
        if (isOther) ask(connection, services.client);
      }, QUIET);
    });
    services.onStop(() => clearTimeout(timer));
  },
};

/** F1. */
export function outsideOf({ analysis, isComplete }: View, file: string): string {
  const lines: string[] = [String(isComplete)];
  analysis.files.get(file)!.items.forEach((_, index) => {
    const names = analysis.names(file, index);
    for (const [name, header] of exportHeaders(names)) lines.push(`${name} ${header}`);
    for (const unit of names.units) {
      if (unit.kind !== "function" && unit.kind !== "method") continue;
      const { effects, callsParameters, open } = analysis.facts.rowOf(unit);
      const facts = [effects, callsParameters, open, analysis.facts.maySuspend(unit), analysis.facts.placeOf(unit)];
      lines.push(`${unit.name ?? ""} ${facts.join(" ")}`);
    }
  });
  return lines.join("\n");
}

function ask(connection: Connection, { workspace }: ClientCapabilities): void {
  // A client that is going away answers with an error, and that is fine.
  const quietly = (request: Promise<unknown>): void => void request.catch(() => undefined);
  if (workspace?.semanticTokens?.refreshSupport) quietly(connection.languages.semanticTokens.refresh());
  if (workspace?.inlayHint?.refreshSupport) quietly(connection.languages.inlayHint.refresh());
  if (workspace?.diagnostics?.refreshSupport) quietly(connection.languages.diagnostics.refresh());
  if (workspace?.inlineValue?.refreshSupport) quietly(connection.languages.inlineValue.refresh());
  if (workspace?.codeLens?.refreshSupport) quietly(connection.sendRequest("workspace/codeLens/refresh"));
}
