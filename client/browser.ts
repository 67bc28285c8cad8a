// The extension in a VS Code that runs in a browser: the server is a web worker, and no program can run.

import { type ExtensionContext, Uri } from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { activateExtension } from "./extension.ts";

/** The browser's own; the rest of the project is compiled without a browser's names. */
declare class Worker {
  constructor(script: string);
}

export function activate(context: ExtensionContext): Promise<void> {
  const server = Uri.joinPath(context.extensionUri, "dist/server-web.js").toString(true);
  return activateExtension(context, {
    createClient: (id, name, options) => new LanguageClient(id, name, options, new Worker(server)),
    command: undefined,
  });
}
