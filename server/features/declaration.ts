// Go to Declaration. On a method that overrides others: the one that it overrides in the end, most often a trait's.

import { declarationsAt } from "../../language/query/targets.ts";
import type { Feature } from "../feature.ts";
import { linksTo } from "../links.ts";

export const declaration: Feature = {
  capabilities: { declarationProvider: true },
  register: (connection, services) => {
    connection.onDeclaration(({ textDocument: { uri }, position }, token) =>
      services.answer(uri, token, [], (view, file) => {
        const targets = declarationsAt(view.analysis, file, view.offset(file, position));
        return linksTo(view, file, position, targets, services.client.textDocument?.declaration?.linkSupport === true);
      }),
    );
  },
};
