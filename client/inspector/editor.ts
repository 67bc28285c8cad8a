// The custom editor for `.wld` files: what a program has kept, as a panel. It is registered here; what happens in a panel is in
// panel.ts, and its page is in page/.

import {
  type CustomReadonlyEditorProvider,
  commands,
  type ExtensionContext,
  l10n,
  Uri,
  type Webview,
  window,
  workspace,
} from "vscode";
import type { WaliaCommand } from "../platform.ts";
import { compareWld } from "./compare.ts";
import { Panel } from "./panel.ts";
import { ReadOnlyTexts } from "./read-only-texts.ts";

/** As package.json has it. */
const VIEW_TYPE = "walia.horizon";

/** `command`: undefined where no program can run; nothing can read such a file there, and the panel says so. */
export function registerInspector(context: ExtensionContext, command: WaliaCommand | undefined): void {
  const dist = Uri.joinPath(context.extensionUri, "dist");
  const texts = new ReadOnlyTexts();
  const provider: CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: ({ uri }, view) => {
      const { webview } = view;
      if (command === undefined || uri.scheme !== "file") {
        webview.html = sentencePage(
          l10n.t("A .wld file can be looked into only on the computer where it is. Open its folder in VS Code there."),
        );
        return;
      }
      webview.options = { enableScripts: true, localResourceRoots: [dist] };
      const panel = new Panel(view, uri, command, texts);
      view.onDidDispose(() => panel.dispose());
      webview.html = panelPage(webview, dist);
    },
  };
  context.subscriptions.push(
    commands.registerCommand("walia.compareWld", (file?: Uri, chosen?: readonly Uri[]) =>
      compareWld(command, texts, file, chosen),
    ),
    workspace.registerTextDocumentContentProvider(texts.scheme, texts),
    window.registerCustomEditorProvider(VIEW_TYPE, provider, {
      supportsMultipleEditorsPerDocument: true,
      webviewOptions: { enableFindWidget: true },
    }),
  );
}

/** The page loads its own script and style, and nothing else from anywhere. */
function panelPage(webview: Webview, dist: Uri): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
  const at = (name: string): string => webview.asWebviewUri(Uri.joinPath(dist, name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${at("inspector.css")}">
</head>
<body><script nonce="${nonce}" src="${at("inspector.js")}"></script></body>
</html>`;
}

/** `sentence`: ours, so it has nothing in it that a page would take for its own. */
const sentencePage = (sentence: string): string => `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
</head>
<body><p>${sentence}</p></body>
</html>`;
