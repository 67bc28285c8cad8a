// Monikers: what a name is called from outside of its file, for indexes of code that tie files and repositories together.
//
//   a top-level declaration   `lib/math.wal#half`     unique in the project; exported where it is declared, imported elsewhere
//   an effect                 `ASK`                   the same wherever that effect is performed and handled
//   a built-in                `print`, `List.map`     the same everywhere
//
// What only its own function can name has none.

import { type Moniker, MonikerKind, UniquenessLevel } from "vscode-languageserver";
import { namedAt } from "../../language/query/symbols.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const moniker: Feature = {
  capabilities: { monikerProvider: true },
  register: (connection, services) => {
    connection.languages.moniker.on(({ textDocument: { uri }, position }, token) =>
      services.answer<Moniker[] | null>(uri, token, null, (view, file) =>
        monikersAt(view, file, view.offset(file, position)),
      ),
    );
  },
};

export function monikersAt(view: View, file: string, offset: number): Moniker[] | null {
  const symbol = namedAt(view.analysis, file, offset)?.symbol;
  switch (symbol?.kind) {
    case "global": {
      const { file: home, export: declared } = symbol.global;
      return [
        {
          scheme: "walia",
          identifier: `${view.shown(home)}#${declared.name}`,
          unique: UniquenessLevel.project,
          kind: home === file ? MonikerKind.$export : MonikerKind.$import,
        },
      ];
    }
    case "effect":
      return [{ scheme: "walia-effect", identifier: symbol.name, unique: UniquenessLevel.global }];
    case "builtin": {
      const { builtin, receiver } = symbol;
      const identifier = receiver === null ? builtin.name : `${receiver}.${builtin.name}`;
      return [{ scheme: "walia-builtin", identifier, unique: UniquenessLevel.global, kind: MonikerKind.$import }];
    }
    default:
      return null;
  }
}
