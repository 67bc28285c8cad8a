// Find All References, of variables, functions, classes, members and effects: every `perform` and `handle` of a name, in all files.
// Members of objects that nothing is known of are listed too: they may be meant.

import type { CancellationToken, Location } from "vscode-languageserver";
import { filesOf, namedAt, type Reference, referencesIn } from "../../language/query/symbols.ts";
import type { Feature, Services } from "../feature.ts";
import type { View } from "../view.ts";

export const references: Feature = {
  capabilities: { referencesProvider: true },
  register: (connection, services) => {
    connection.onReferences(({ textDocument: { uri }, position, context }, token) =>
      services.answer<Location[]>(uri, token, [], async (view, file) => {
        const found = await allReferences(services, token, view, file, view.offset(file, position));
        return found
          .filter(({ occurrence }) => context.includeDeclaration || occurrence.access !== "declaration")
          .map((reference) => view.location(reference.file, reference.span));
      }),
    );
  },
};

/** Every place that names what is named at an offset. Large workspaces are searched in slices. */
export async function allReferences(
  services: Pick<Services, "pause">,
  token: CancellationToken,
  view: View,
  file: string,
  offset: number,
): Promise<Reference[]> {
  const named = namedAt(view.analysis, file, offset);
  if (!named) return [];
  const found: Reference[] = [];
  let began = performance.now();
  for (const each of filesOf(view.analysis, named.symbol)) {
    found.push(...referencesIn(view.analysis, each, named.symbol));
    if (performance.now() - began < SLICE) continue;
    await services.pause(token);
    began = performance.now();
  }
  return found;
}

/** In milliseconds. */
const SLICE = 12;
