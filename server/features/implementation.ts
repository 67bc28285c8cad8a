// Go to Implementation. On a trait or class: what is made of it; on a method: what overrides it; on a `perform`: the clauses.

import { implementationsAt } from "../../language/query/targets.ts";
import type { Feature } from "../feature.ts";
import { linksTo } from "../links.ts";

export const implementation: Feature = {
  capabilities: { implementationProvider: true },
  register: (connection, services) => {
    connection.onImplementation(({ textDocument: { uri }, position }, token) =>
      services.answer(uri, token, [], (view, file) => {
        const targets = implementationsAt(view.analysis, file, view.offset(file, position));
        return linksTo(
          view,
          file,
          position,
          targets,
          services.client.textDocument?.implementation?.linkSupport === true,
        );
      }),
    );
  },
};
