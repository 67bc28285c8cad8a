// The language status item ({} in the status bar, beside a Walia file): whether the analysis runs, and which version.

import { type ExtensionContext, LanguageStatusSeverity, languages } from "vscode";
import { State } from "vscode-languageclient";
import type { Server } from "./server.ts";

export function showStatus(context: ExtensionContext, { client }: Server): void {
  const item = languages.createLanguageStatusItem("walia.server", { language: "walia" });
  item.name = "Walia Language Server";
  const show = (): void => {
    item.busy = client.state === State.Starting;
    item.severity = client.state === State.Stopped ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    switch (client.state) {
      case State.Starting:
        item.text = "Walia: starting";
        item.detail = "The language server is being started";
        break;
      case State.Running:
        item.text = `Walia ${client.initializeResult?.serverInfo?.version ?? ""}`.trimEnd();
        item.detail = "The language server is running";
        break;
      case State.Stopped:
        item.text = "Walia: stopped";
        item.detail = "There is no language server: only colours and snippets work";
    }
    item.command =
      client.state === State.Running
        ? { title: "Show Log", command: "walia.showServerLog" }
        : { title: "Restart", command: "walia.restartServer" };
  };
  show();
  context.subscriptions.push(item, client.onDidChangeState(show));
}
