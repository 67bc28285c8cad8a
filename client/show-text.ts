// `Walia: Show Effects …` and `Walia: Show Lowered Form …`: texts that the server makes of a program, opened beside it. They
// follow the program while it is edited.

import { l10n, Uri, ViewColumn, window, workspace } from "vscode";
import { State } from "vscode-languageclient";
import { type ProgramText, TextCommand } from "./protocol.ts";
import type { Server } from "./server.ts";

/** `of`: the whole file in the active editor, or the declaration at the cursor. */
export async function showText({ client }: Server, text: ProgramText, of: "file" | "declaration"): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== "walia" || client.state !== State.Running) return;
  const { document, selection } = editor;
  const position = client.code2ProtocolConverter.asPosition(selection.active);
  const found = await client.sendRequest(TextCommand, {
    command: `walia.text.${text}`,
    arguments: [document.uri.toString(), ...(of === "declaration" ? [position] : [])],
  });
  if (found === null) return void window.showInformationMessage(l10n.t("The language server does not know this file."));
  const shown = await workspace.openTextDocument(Uri.parse(found.uri));
  await window.showTextDocument(shown, { viewColumn: ViewColumn.Beside, preview: true, preserveFocus: true });
}
