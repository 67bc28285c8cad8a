// Go to Type Definition: the class of what a name holds, as far as the program shows.

import { typeDefinitionsAt } from "../../language/query/targets.ts";
import type { Feature } from "../feature.ts";
import { linksTo } from "../links.ts";

export const typeDefinition: Feature = {
  capabilities: { typeDefinitionProvider: true },
  register: (connection, services) => {
    connection.onTypeDefinition(({ textDocument: { uri }, position }, token) =>
      services.answer(uri, token, [], (view, file) => {
        const targets = typeDefinitionsAt(view.analysis, file, view.offset(file, position));
        return linksTo(
          view,
          file,
          position,
          targets,
          services.client.textDocument?.typeDefinition?.linkSupport === true,
        );
      }),
    );
  },
};
