// The language server as the rest of the extension sees it: started, started again, and answered when it asks for files.

import { type ExtensionContext, FileType, type LogOutputChannel, l10n, Uri, window, workspace } from "vscode";
import { type BaseLanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient";
import type { Platform } from "./platform.ts";
import { ListFiles, ProgramRequest, ReadFile } from "./protocol.ts";

export interface Server {
  readonly client: BaseLanguageClient;
  /** What the server has to say about itself. */
  readonly log: LogOutputChannel;
  /** Starts it, or starts it again; says so when that fails. */
  start(): Promise<void>;
  /**
   * The paths that stand for the program of a file on the command line: files whose names it uses without importing them,
   * then the file itself.
   */
  programOf(file: Uri): Promise<string[]>;
}

/** Programs, and the file that binds their ports. */
const DOCUMENTS = [{ language: "walia" }, { language: "json", pattern: "**/walia.json" }];

/** Makes the server's client; the server is not started yet. */
export function createServer(context: ExtensionContext, platform: Platform): Server {
  const log = window.createOutputChannel(l10n.t("Walia Language Server"), { log: true });
  const client = platform.createClient("walia", l10n.t("Walia Language Server"), {
    documentSelector: DOCUMENTS,
    diagnosticCollectionName: "walia",
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    markdown: { isTrusted: { enabledCommands: ["walia.showReferences", "walia.peekHandlers"] } },
  });
  client.onRequest(ReadFile, ({ uri }) => readFile(Uri.parse(uri)));
  client.onRequest(ListFiles, ({ folder }) => listFiles(Uri.parse(folder)));
  context.subscriptions.push(log, { dispose: () => client.dispose() });

  return {
    client,
    log,
    start: async () => {
      try {
        if (client.state === State.Running) await client.stop();
        await client.start();
      } catch (error) {
        log.error(error instanceof Error ? error : String(error));
        const show = l10n.t("Show Log");
        const answer = await window.showErrorMessage(l10n.t("The Walia language server did not start."), show);
        if (answer === show) log.show();
      }
    },
    programOf: async (file) => {
      // Without a server, the command itself will say what it misses.
      const others =
        client.state === State.Running ? await client.sendRequest(ProgramRequest, { uri: file.toString() }) : [];
      return [...others.map((uri) => Uri.parse(uri).fsPath), file.fsPath];
    },
  };
}

/** A file larger than this is no program (the server's limit on other machines too). */
const MAX_BYTES = 64 * 1024 * 1024;

async function readFile(uri: Uri): Promise<{ text: string } | null> {
  try {
    const { size } = await workspace.fs.stat(uri);
    if (size > MAX_BYTES) return null;
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(await workspace.fs.readFile(uri)) };
  } catch {
    return null;
  }
}

/** Every program below a folder, in a fixed order. What begins with a dot, and node_modules, is passed over. */
async function listFiles(root: Uri): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const here = folder;
    const entries = await Promise.resolve(workspace.fs.readDirectory(here)).catch(() => []);
    for (const [name, type] of entries) {
      const uri = Uri.joinPath(here, name);
      if ((type & FileType.Directory) !== 0) {
        // A link to a folder may lead back up.
        if (!name.startsWith(".") && name !== "node_modules" && (type & FileType.SymbolicLink) === 0) folders.push(uri);
      } else if (name.endsWith(".wal")) found.push(uri.toString());
    }
  }
  return found.sort();
}
