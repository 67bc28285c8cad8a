// Go to Definition. On a `perform`: the handlers that may receive it, nearest first; on a `handle`: the performs that it may receive.

import { definitionsAt } from "../../language/query/targets.ts";
import type { Feature } from "../feature.ts";
import { linksTo } from "../links.ts";

export const definition: Feature = {
  capabilities: { definitionProvider: true },
  register: (connection, services) => {
    connection.onDefinition(({ textDocument: { uri }, position }, token) =>
      services.answer(uri, token, [], (view, file) => {
        const targets = definitionsAt(view.analysis, file, view.offset(file, position));
        return linksTo(view, file, position, targets, services.client.textDocument?.definition?.linkSupport === true);
      }),
    );
  },
};
