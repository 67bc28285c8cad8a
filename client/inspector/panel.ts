// One panel on a `.wld` file: what its page looks at is asked of the file (inspection.ts) and sent to it; again, when the file has
// changed.
//
// L1. Nothing is asked while nothing changes, or while nobody sees the panel.
// L2. A file that changes all the time is read at most once a second, and so that reading takes a quarter of the time at most.

import {
  Disposable,
  debug,
  l10n,
  Range,
  RelativePattern,
  tasks,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from "vscode";
import type { DetailLook, ListLook, Overview } from "../../runtime/inspector/protocol.ts";
import type { WaliaCommand } from "../platform.ts";
import { change } from "./change.ts";
import { Inspection } from "./inspection.ts";
import type { FromPanel, ToPanel } from "./messages.ts";
import type { ReadOnlyTexts } from "./read-only-texts.ts";
import { panelWords } from "./words.ts";

/** L2 */
const PAUSE = 1000;
const SHARE = 3;

export class Panel {
  readonly #inspection: Inspection;
  readonly #subscriptions: Disposable[] = [];
  readonly #list = new Latest<ListLook>((look) => this.#showList(look));
  readonly #detail = new Latest<DetailLook>((look) => this.#showDetail(look));
  #overview: Overview | undefined;
  /** The file may be another than is shown. */
  #isStale = true;
  #isReading = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it may be read next (L2). */
  #next = 0;
  /** The page listens. */
  #isReady = false;

  constructor(
    readonly view: WebviewPanel,
    readonly file: Uri,
    readonly command: WaliaCommand,
    readonly texts: ReadOnlyTexts,
  ) {
    const folder = Uri.joinPath(file, "..");
    this.#inspection = new Inspection(command, folder.fsPath, file.fsPath);
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, "*.wld"));
    const changed = (uri: Uri): void => {
      if (uri.toString() === file.toString()) this.#changed();
    };
    // That a program was killed changes nothing in its file.
    const mayHaveEnded = (): void => {
      if (this.#overview?.standing.kind === "running") this.#changed();
    };
    this.#subscriptions.push(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      tasks.onDidEndTaskProcess(mayHaveEnded),
      debug.onDidTerminateDebugSession(mayHaveEnded),
      window.onDidChangeWindowState(({ focused }) => focused && mayHaveEnded()),
      view.onDidChangeViewState(() => this.#readSoon()),
      workspace.onDidGrantWorkspaceTrust(() => this.#begin()),
      view.webview.onDidReceiveMessage((message: FromPanel) => this.#heard(message)),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#inspection.close();
    Disposable.from(...this.#subscriptions).dispose();
  }

  #post(message: ToPanel): void {
    void this.view.webview.postMessage(message);
  }

  #begin(): void {
    this.#post({ kind: "begin", words: panelWords(), canChange: workspace.isTrusted });
    if (this.#overview !== undefined) this.#post({ kind: "overview", overview: this.#overview });
  }

  async #heard(message: FromPanel): Promise<void> {
    switch (message.kind) {
      case "ready":
        this.#isReady = true;
        this.#begin();
        // A page that was away finds the file as it was, unless that has changed.
        if (this.#overview === undefined) this.#changed();
        else this.#readSoon();
        return;
      case "list":
        return this.#list.want(message.look);
      case "detail":
        return this.#detail.want(message.look);
      case "reveal":
        return this.#reveal(message.task, message.frame);
      case "resume":
      case "set":
      case "drop":
        if (await change(message, this.file, this.command, this.#overview)) this.#changed();
    }
  }

  #changed(): void {
    this.#isStale = true;
    this.#readSoon();
  }

  /** L1, L2 */
  #readSoon(): void {
    if (!this.#isReady || !this.#isStale || this.#isReading || this.#timer !== undefined || !this.view.visible) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.view.visible) void this.#read();
      },
      Math.max(0, this.#next - Date.now()),
    );
  }

  async #read(): Promise<void> {
    this.#isStale = false;
    this.#isReading = true;
    const begun = Date.now();
    if (this.#overview === undefined) this.#post({ kind: "reading" });
    try {
      const overview = await this.#inspection.ask({ kind: "overview" });
      this.#overview = overview;
      this.#post({ kind: "overview", overview });
      await Promise.all([this.#list.again(), this.#detail.again()]);
    } catch (error) {
      this.#overview = undefined;
      this.#post({ kind: "trouble", text: textOf(error) });
    }
    const ended = Date.now();
    this.#next = Math.max(begun + PAUSE, ended + SHARE * (ended - begun));
    this.#isReading = false;
    this.#readSoon();
  }

  async #showList(look: ListLook): Promise<void> {
    await this.#show(async () => ({ kind: "list", look, list: await this.#inspection.ask({ kind: "list", look }) }));
  }

  async #showDetail(look: DetailLook): Promise<void> {
    await this.#show(async () => ({
      kind: "detail",
      look,
      detail: await this.#inspection.ask({ kind: "detail", look }),
    }));
  }

  /** Sends what there is to show, or why there is nothing; nothing before the file was read. */
  async #show(message: () => Promise<ToPanel>): Promise<void> {
    if (this.#overview === undefined) return;
    try {
      this.#post(await message());
    } catch (error) {
      this.#overview = undefined;
      this.#post({ kind: "trouble", text: textOf(error) });
    }
  }

  async #reveal(task: number, frame: number): Promise<void> {
    const source = await this.#inspection.ask({ kind: "source", task, frame }).catch(() => null);
    if (source === null) {
      window.showInformationMessage(l10n.t("There is no source to show: the task has gone on."));
      return;
    }
    const { path, text, line, column } = source;
    const uri = text === null ? Uri.file(path) : this.texts.documentOf(path, text);
    const at = new Range(line - 1, column - 1, line - 1, column - 1);
    await window.showTextDocument(uri, { viewColumn: ViewColumn.Beside, preview: true, selection: at });
  }
}

/** Shows what was wanted last: what is wanted meanwhile waits, and of that only the newest. */
class Latest<Look> {
  #wanted: Look | undefined;
  #isBusy = false;
  #isOld = false;

  constructor(readonly show: (look: Look) => Promise<void>) {}

  want(look: Look): Promise<void> {
    this.#wanted = look;
    return this.again();
  }

  async again(): Promise<void> {
    this.#isOld = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#isOld && this.#wanted !== undefined) {
        this.#isOld = false;
        await this.show(this.#wanted);
      }
    } finally {
      this.#isBusy = false;
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
