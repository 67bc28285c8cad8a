// `Walia: Compare .wld Files`: what differs between two of them, as `walia horizon diff` says it, in a read-only document.

import { l10n, Uri, window, workspace } from "vscode";
import type { WaliaCommand } from "../platform.ts";
import { reasonIn } from "./inspection.ts";
import type { ReadOnlyTexts } from "./read-only-texts.ts";

/** `file` was clicked, `chosen` are all that are selected with it; what is missing is asked for. */
export async function compareWld(
  command: WaliaCommand | undefined,
  texts: ReadOnlyTexts,
  file?: Uri,
  chosen: readonly Uri[] = [],
): Promise<void> {
  const first = file ?? (await ask(l10n.t("The file to compare"), undefined));
  if (first === undefined) return;
  const others = chosen.filter((each) => each.toString() !== first.toString());
  const second = others[0] ?? (await ask(l10n.t("The file to compare it with"), first));
  if (second === undefined) return;
  if (command === undefined || first.scheme !== "file" || second.scheme !== "file")
    return void window.showWarningMessage(l10n.t("Only files on this computer can be compared."));
  try {
    const words = ["horizon", "diff", "--", first.fsPath, second.fsPath];
    const { output, errors } = await command.capture(words, Uri.joinPath(first, "..").fsPath, NEVER);
    if (output.trim() === "") throw new Error(reasonIn(errors) ?? l10n.t("The files could not be compared."));
    const shown = texts.documentOf(`${nameOf(first)} – ${nameOf(second)}`, output);
    await window.showTextDocument(shown, { preview: true });
  } catch (error) {
    window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

const NEVER = new AbortController().signal;

const nameOf = (file: Uri): string => file.path.slice(file.path.lastIndexOf("/") + 1);

/** One of the workspace's files, but not `other`. */
async function ask(placeHolder: string, other: Uri | undefined): Promise<Uri | undefined> {
  const found = await workspace.findFiles("**/*.wld");
  const items = found
    .filter((uri) => uri.toString() !== other?.toString())
    .map((uri) => ({ label: workspace.asRelativePath(uri), uri }));
  if (items.length > 0) return (await window.showQuickPick(items, { placeHolder }))?.uri;
  return void window.showInformationMessage(l10n.t("There is no other .wld file here."));
}
