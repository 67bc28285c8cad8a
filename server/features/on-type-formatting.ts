// Formatting while typing: a `}` or `;` formats the statement it ends, a new line is indented.

import type { TextEdit } from "vscode-languageserver";
import { typingEdits } from "../../language/format/typing.ts";
import type { Feature } from "../feature.ts";
import { toLsp } from "./formatting.ts";

export const onTypeFormatting: Feature = {
  capabilities: { documentOnTypeFormattingProvider: { firstTriggerCharacter: "}", moreTriggerCharacter: [";", "\n"] } },
  register: (connection, services) => {
    connection.onDocumentOnTypeFormatting(({ textDocument, position, ch }, token) =>
      services.answer<TextEdit[]>(textDocument.uri, token, [], (view, file) =>
        toLsp(view, file, typingEdits(view.tree(file), view.offset(file, position), ch)),
      ),
    );
  },
};
