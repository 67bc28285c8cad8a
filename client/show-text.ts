// `Walia: Show Effects …`, `Walia: Show Lowered Form …` and `Walia: Show .wld as Text`: texts that the server makes, opened beside
// what they are about. Those of a program follow it while it is edited.

import { l10n, languages, type Position, Uri, ViewColumn, window, workspace } from "vscode";
import { State } from "vscode-languageclient";
import { type ProgramText, TextCommand } from "./protocol.ts";
import type { Server } from "./server.ts";

/** `of`: the whole file in the active editor, or the declaration at the cursor. */
export async function showProgram(server: Server, text: ProgramText, of: "file" | "declaration"): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== "walia") return;
  await show(server, text, editor.document.uri, of === "declaration" ? editor.selection.active : undefined);
}

/** `file`: what was clicked in the Explorer; otherwise one of those in the workspace is chosen. */
export async function showWld(server: Server, file: Uri | undefined): Promise<void> {
  const chosen = file ?? (await chosenWld());
  if (chosen !== undefined) await show(server, "wld", chosen, undefined);
}

async function chosenWld(): Promise<Uri | undefined> {
  const found = await workspace.findFiles("**/*.wld");
  if (found.length === 0)
    return void window.showInformationMessage(l10n.t("There is no .wld file here: a program that is run makes one."));
  if (found.length === 1) return found[0];
  const items = found.map((uri) => ({ label: workspace.asRelativePath(uri), uri }));
  return (await window.showQuickPick(items, { placeHolder: l10n.t("The file to show") }))?.uri;
}

async function show({ client }: Server, text: ProgramText, file: Uri, position: Position | undefined): Promise<void> {
  if (client.state !== State.Running) return;
  const at = position === undefined ? [] : [client.code2ProtocolConverter.asPosition(position)];
  const found = await client.sendRequest(TextCommand, {
    command: `walia.text.${text}`,
    arguments: [file.toString(), ...at],
  });
  if (found === null) return void window.showInformationMessage(l10n.t("The language server does not know this file."));
  const opened = await workspace.openTextDocument(Uri.parse(found.uri));
  const shown = text === "core" ? await languages.setTextDocumentLanguage(opened, "walia-core") : opened;
  const viewColumn = text === "wld" ? ViewColumn.Active : ViewColumn.Beside;
  await window.showTextDocument(shown, { viewColumn, preview: true, preserveFocus: text !== "wld" });
}
