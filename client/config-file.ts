// `Walia: Create walia.json`: the file that says which sources a program's hardware ports have on this machine.

import { l10n, type Uri, Uri as Uris, window, workspace } from "vscode";

const TEXT = `{
  "ports": {
    "0x80": "fifo:ports/power",
    "0x81": "file:/sys/class/thermal/thermal_zone0/temp"
  }
}
`;

/** Opens the walia.json of a workspace folder, made if it is not there. */
export async function createConfig(): Promise<void> {
  const folder = await chosenFolder();
  if (folder === undefined) return;
  const uri = Uris.joinPath(folder, "walia.json");
  if (!(await exists(uri))) await workspace.fs.writeFile(uri, new TextEncoder().encode(TEXT));
  await window.showTextDocument(uri);
}

async function chosenFolder(): Promise<Uri | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length > 1) return (await window.showWorkspaceFolderPick())?.uri;
  if (folders[0] === undefined)
    void window.showInformationMessage(l10n.t("Open a folder first: walia.json belongs beside your programs."));
  return folders[0]?.uri;
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
