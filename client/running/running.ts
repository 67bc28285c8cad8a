// Running programs: the commands behind the buttons, and the tasks. All of it waits until the user trusts the workspace.

import { commands, type ExtensionContext, l10n, tasks, Uri, window, workspace } from "vscode";
import type { WaliaCommand } from "../platform.ts";
import type { Server } from "../server.ts";
import { runTask, WaliaTasks } from "./tasks.ts";

/** `command`: undefined where no program can run; the commands then say so. */
export function registerRunning(context: ExtensionContext, server: Server, command: WaliaCommand | undefined): void {
  const { subscriptions } = context;
  // Menus and buttons ask for this.
  const setCanRun = (): Thenable<unknown> =>
    commands.executeCommand("setContext", "walia.canRun", command !== undefined && workspace.isTrusted);
  void setCanRun();
  subscriptions.push(workspace.onDidGrantWorkspaceTrust(setCanRun));
  if (command !== undefined) subscriptions.push(tasks.registerTaskProvider("walia", new WaliaTasks(command)));

  const run =
    (...options: readonly string[]) =>
    async (target?: string | Uri): Promise<void> => {
      const reason = whyNotRun(command);
      if (reason !== undefined) return void window.showWarningMessage(reason);
      const file = await savedFile(target);
      if (file !== undefined) await tasks.executeTask(runTask(command!, file, await server.programOf(file), options));
    };
  subscriptions.push(
    commands.registerCommand("walia.run", run()),
    commands.registerCommand("walia.runNexus", run("--nexus")),
  );
}

/** Why no program can run now, for people; undefined when one can. */
export function whyNotRun(command: WaliaCommand | undefined): string | undefined {
  if (command === undefined)
    return l10n.t("Walia programs cannot run in a browser. Open this folder in VS Code on a computer.");
  if (!workspace.isTrusted)
    return l10n.t("Walia programs run only in workspaces that you trust (Workspaces: Manage Workspace Trust).");
  return undefined;
}

/** The file that is meant, a lens's or the active editor's, with everything saved; undefined when there is none. */
export async function savedFile(target: string | Uri | undefined): Promise<Uri | undefined> {
  const wanted = typeof target === "string" ? Uri.parse(target) : target;
  const uri = wanted ?? activeProgram();
  if (uri === undefined) return void window.showInformationMessage(l10n.t("Open a Walia program (.wal) to run it."));
  const document = workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document?.isUntitled === true) return workspace.saveAs(uri);
  // What it imports runs too.
  const isSaved = await workspace.saveAll(false);
  if (!isSaved) return void window.showWarningMessage(l10n.t("The program was not run: a file could not be saved."));
  if (uri.scheme === "file") return uri;
  return void window.showWarningMessage(
    l10n.t("Only a file on this computer can run; this one is at {0}:.", uri.scheme),
  );
}

function activeProgram(): Uri | undefined {
  const document = window.activeTextEditor?.document;
  return document?.languageId === "walia" ? document.uri : undefined;
}
