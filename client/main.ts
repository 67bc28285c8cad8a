// The extension in a VS Code that has Node (the desktop, or the far end of a remote window): the server is a process, and
// programs can run.

import { join } from "node:path";
import type { ExtensionContext } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { activateExtension } from "./extension.ts";
import { bundledCommand, STACK } from "./running/command.ts";

export function activate(context: ExtensionContext): Promise<void> {
  const module = join(context.extensionPath, "dist/server.js");
  return activateExtension(context, {
    createClient: (id, name, options) =>
      new LanguageClient(id, name, { module, transport: TransportKind.ipc, options: { execArgv: STACK } }, options),
    command: bundledCommand(context.extensionPath),
  });
}
