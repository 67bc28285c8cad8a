// The files of a program: those that must be named to `walia run` or `walia test` beside one file.
//
//   walia/program   request: { uri }; URIs of the files that declare names which the file, or one that belongs to its program,
//                   uses without importing them. Imported files are not among them: the command finds those itself.

import type { CancellationToken } from "vscode-languageserver";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const program: Feature = {
  capabilities: { experimental: { waliaProgram: true } },
  register: (connection, services) => {
    connection.onRequest("walia/program", ({ uri }: { uri: string }, token: CancellationToken) =>
      services.answer<string[]>(uri, token, [], (view, file) => unimportedFiles(view, file).map(view.uriOf)),
    );
  },
};

/** Files that belong to the program of a file although none of its files imports them, in the order of their names. */
export function unimportedFiles(view: View, file: string): string[] {
  const { files, registry, names } = view.analysis;
  const reached = new Set([file]);
  const imported = new Set([file]);
  for (const path of reached) {
    const items = files.get(path)?.items ?? [];
    for (const [index, { tree }] of items.entries()) {
      for (const statement of tree.statements) {
        const target = statement.kind === "Import" ? registry.importedFile(path, statement) : undefined;
        if (target !== undefined) imported.add(target);
      }
      for (const { free } of names(path, index).units)
        for (const { node } of free) {
          if (!("name" in node) || typeof node.name !== "string") continue;
          const meaning = registry.meaningOf(path, node.name);
          if (meaning.kind === "global") reached.add(meaning.file);
        }
    }
    for (const target of imported) reached.add(target);
  }
  return [...reached].filter((path) => !imported.has(path)).sort();
}
