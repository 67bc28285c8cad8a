// Rename of variables, functions, classes, members and effects in all files, with the place checked first. What cannot be
// renamed safely is refused, with the reason (language/query/rename.ts).

import { LSPErrorCodes, type PrepareRenameResult, ResponseError, type WorkspaceEdit } from "vscode-languageserver";
import { renameableAt, renamingAt } from "../../language/query/rename.ts";
import { workspaceEdit } from "../edits.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const rename: Feature = {
  capabilities: (client) => ({
    renameProvider: client.textDocument?.rename?.prepareSupport ? { prepareProvider: true } : true,
  }),
  register: (connection, services) => {
    connection.onPrepareRename(({ textDocument: { uri }, position }, token) =>
      services.answer<PrepareRenameResult | null>(uri, token, null, (view, file) => {
        const found = renameableAt(view.analysis, file, view.offset(file, position));
        if (found.kind === "refused") throw refusal(view, found.reason);
        return { range: view.range(file, found.named.span), placeholder: found.name };
      }),
    );
    connection.onRenameRequest(({ textDocument: { uri }, position, newName }, token) =>
      services.answer<WorkspaceEdit | null>(uri, token, null, (view, file) => {
        const found = renamingAt(view.analysis, file, view.offset(file, position), newName);
        if (found.kind === "refused") throw refusal(view, found.reason);
        const versionOf = (other: string): number | null => services.document(other)?.version ?? null;
        return workspaceEdit(view, found.edits, services.client, versionOf);
      }),
    );
  },
};

/** Clients show the message of the answer to the user. */
const refusal = (view: View, reason: string): ResponseError<void> =>
  new ResponseError(LSPErrorCodes.RequestFailed, `Cannot rename: ${view.shown(reason)}`);
