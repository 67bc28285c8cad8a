// Links: the paths of imports lead to their files, and those of ports in a walia.json to what they name.

import type { DocumentLink } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { resolvePath } from "../../language/names/registry.ts";
import { portSources } from "../../language/query/ports.ts";
import type { Feature, Services } from "../feature.ts";
import { pathOf, uriOf } from "../paths.ts";
import type { View } from "../view.ts";

export const documentLink: Feature = {
  capabilities: { documentLinkProvider: { resolveProvider: false } },
  register: (connection, services) => {
    connection.onDocumentLinks(({ textDocument: { uri } }, token) => {
      const document = services.document(uri);
      if (document && pathOf(uri).endsWith("/walia.json"))
        return services.answerAll(token, [], () => linksOfPorts(document, services.rangeIn));
      return services.answer<DocumentLink[]>(uri, token, [], linksOfImports);
    });
  },
};

export function linksOfImports(view: View, file: string): DocumentLink[] {
  const { analysis } = view;
  return view.tree(file).items.flatMap(({ offset }, index) =>
    analysis.names(file, index).imports.flatMap((declaration): DocumentLink[] => {
      const target = analysis.registry.importedFile(file, declaration);
      const { start, end } = declaration.pathSpan;
      if (target === undefined || end - start < 2) return [];
      const range = view.range(file, { start: start + 1 + offset, end: end - 1 + offset });
      return [{ range, target: view.uriOf(target), tooltip: view.shown(target) }];
    }),
  );
}

export function linksOfPorts(document: TextDocument, rangeIn: Services["rangeIn"]): DocumentLink[] {
  return portSources(document.getText()).map(({ kind, path, span }) => {
    // The last part of a GPIO line's path is its number.
    const named = kind === "gpio" ? path.replace(/\/\d+$/, "") : path;
    return {
      range: rangeIn(document, span),
      target: uriOf(resolvePath(pathOf(document.uri), named)),
    };
  });
}
