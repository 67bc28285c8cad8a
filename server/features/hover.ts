// Hover: what a name means, its signature, its documentation and its effects.

import type { Hover } from "vscode-languageserver";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register: (connection, services) => {
    connection.onHover(({ textDocument, position }, token) =>
      services.answer(textDocument.uri, token, null, (view, file) => hoverAt(view, file, view.offset(file, position))),
    );
  },
};

export function hoverAt(_view: View, _file: string, _offset: number): Hover | null {
  return null;
}
