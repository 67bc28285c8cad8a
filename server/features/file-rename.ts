// Renaming files and folders: the imports that lead to them change with them, and those of files that move.

import type { FileOperationRegistrationOptions, FileRename, WorkspaceEdit } from "vscode-languageserver";
import { importEdits } from "../../language/query/moves.ts";
import { workspaceEdit } from "../edits.ts";
import type { Feature } from "../feature.ts";
import { isInside } from "../paths.ts";

const FILES: FileOperationRegistrationOptions = {
  filters: [{ pattern: { glob: "**/*.wal", matches: "file" } }, { pattern: { glob: "**", matches: "folder" } }],
};

export const fileRename: Feature = {
  capabilities: { workspace: { fileOperations: { willRename: FILES, didRename: FILES } } },
  register: (connection, services) => {
    connection.workspace.onWillRenameFiles(({ files }, token) =>
      services.answerAll<WorkspaceEdit | null>(token, null, (views) => {
        const moves = files.map(pathsOf);
        const edits = views.map((view) => {
          const versionOf = (uri: string): number | null => services.document(uri)?.version ?? null;
          return workspaceEdit(
            view,
            importEdits(view.analysis, (path) => movedTo(path, moves)),
            services.client,
            versionOf,
          );
        });
        const changes = Object.assign({}, ...edits.map((edit) => edit.changes ?? {}));
        const documentChanges = edits.flatMap((edit) => edit.documentChanges ?? []);
        return documentChanges.length > 0 ? { documentChanges } : Object.keys(changes).length > 0 ? { changes } : null;
      }),
    );
    connection.workspace.onDidRenameFiles(async ({ files }) => {
      for (const { oldUri, newUri } of files) {
        await services.refresh(oldUri);
        await services.refresh(newUri);
      }
    });

    function pathsOf({ oldUri, newUri }: FileRename): Move {
      return { from: services.pathOf(oldUri), to: services.pathOf(newUri) };
    }
  },
};

interface Move {
  readonly from: string;
  readonly to: string;
}

/** Where a file is after the moves: it may be one that moves, or in a folder that does. */
export function movedTo(path: string, moves: readonly Move[]): string {
  for (const { from, to } of moves) {
    if (path === from) return to;
    if (isInside(path, from)) return to + path.slice(from.length);
  }
  return path;
}
