// The extension in a VS Code that runs in a browser: the server is a web worker, and no program can run.

import { type ExtensionContext, Uri, workspace } from "vscode";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from "vscode-languageclient/browser";
import { activateExtension } from "./extension.ts";

/** The browser's own; the rest of the project is compiled without a browser's names. */
declare class Worker {
  constructor(script: string);
}
declare class Blob {
  constructor(parts: readonly Uint8Array[], options: { readonly type: string });
}
declare const URL: { createObjectURL(blob: Blob): string };

export async function activate(context: ExtensionContext): Promise<void> {
  const script = await loadable(Uri.joinPath(context.extensionUri, "dist/server-web.js"));
  await activateExtension(context, {
    createClient: (id, name, options) => new LanguageClient(id, name, async () => startWorker(script), options),
    command: undefined,
  });
}

/** A server of its own for each start of the client; which does not know the editor's `Worker` for what it is. */
function startWorker(script: string): MessageTransports {
  const worker = new Worker(script);
  return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
}

/** An address that the page itself can load: one at the far end of a remote window is not, so its text is brought here. */
async function loadable(script: Uri): Promise<string> {
  if (script.scheme !== "vscode-remote") return script.toString(true);
  const text = await workspace.fs.readFile(script);
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}
