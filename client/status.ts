// The language status item ({} in the status bar, beside a Walia file): whether the analysis runs, and which version.

import { type ExtensionContext, LanguageStatusSeverity, l10n, languages } from "vscode";
import { State } from "vscode-languageclient";
import type { Server } from "./server.ts";

export function showStatus(context: ExtensionContext, { client }: Server): void {
  const item = languages.createLanguageStatusItem("walia.server", { language: "walia" });
  item.name = l10n.t("Walia Language Server");
  const show = (): void => {
    item.busy = client.state === State.Starting;
    item.severity = client.state === State.Stopped ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    switch (client.state) {
      case State.Starting:
        item.text = l10n.t("Walia: starting");
        item.detail = l10n.t("The language server is being started");
        break;
      case State.Running:
        item.text = `Walia ${client.initializeResult?.serverInfo?.version ?? ""}`.trimEnd();
        item.detail = l10n.t("The language server is running");
        break;
      case State.Stopped:
        item.text = l10n.t("Walia: stopped");
        item.detail = l10n.t("There is no language server: only colours and snippets work");
    }
    item.command =
      client.state === State.Running
        ? { title: l10n.t("Show Log"), command: "walia.showServerLog" }
        : { title: l10n.t("Restart"), command: "walia.restartServer" };
  };
  show();
  context.subscriptions.push(item, client.onDidChangeState(show));
}
