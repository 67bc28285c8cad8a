// The page of a panel on a `.wld` file. It says what it looks at, and draws what comes (messages.ts, M1). When the editor takes the
// page away and brings it back, it looks at the same again.

import "./style.css";
import type { Detail, Overview } from "../../../runtime/inspector/protocol.ts";
import type { FromPanel, ToPanel } from "../messages.ts";
import type { Words } from "../words.ts";
import { detailElement } from "./detail.ts";
import { button, element } from "./dom.ts";
import { type Order, TaskGrid } from "./list.ts";
import { overviewElement } from "./overview.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: FromPanel): void;
  getState(): Looked | undefined;
  setState(state: Looked): void;
};

/** What is looked at, for when the page comes back. */
interface Looked {
  readonly order: Order;
  /** What is beside the list. */
  readonly beside: "nothing" | "program" | number;
  readonly unfolded: readonly string[];
}

const NEW: Looked = { order: { filter: "", sort: "id", isDescending: false }, beside: "nothing", unfolded: [] };

const vscode = acquireVsCodeApi();

/** Everything of the page that comes after the first message. */
class Page {
  #looked: Looked = vscode.getState() ?? NEW;
  readonly #overview = element("header", { class: "overview" });
  /** Not there while there is nothing to show. */
  readonly #panes = element("div", { class: "panes" });
  readonly #program: HTMLButtonElement;
  readonly #beside = element("main", { class: "detail", tabIndex: -1 });
  readonly #grid: TaskGrid;
  /** The last one, so that what has not changed is not drawn anew. */
  #shown = "";

  constructor(
    readonly words: Words,
    readonly canChange: boolean,
  ) {
    const { order, beside } = this.#looked;
    this.#panes.hidden = true;
    this.#program = button(words.program, () => this.#look("program"), { class: "secondary", title: words.programTip });
    this.#grid = new TaskGrid(
      words,
      {
        look: (look) => {
          this.#keep({ order: this.#grid.order });
          vscode.postMessage({ kind: "list", look });
        },
        choose: (task) => this.#look(task),
        enter: () => this.#beside.focus(),
      },
      { order, selected: typeof beside === "number" ? beside : null },
    );
    const bar = element("div", { class: "bar" }, this.#grid.filter, this.#program);
    this.#panes.append(element("nav", {}, bar, this.#grid.element), this.#beside);
    document.body.replaceChildren(this.#overview, this.#panes);
    this.#beside.append(element("p", { class: "nothing" }, words.choose));
  }

  /** Asks for all that is looked at. */
  begin(): void {
    this.#grid.ask();
    this.#askBeside();
  }

  hear(message: Exclude<ToPanel, { readonly kind: "begin" }>): void {
    switch (message.kind) {
      case "reading":
        this.#overview.replaceChildren(element("p", { class: "dim" }, this.words.reading));
        break;
      case "trouble":
        this.#overview.replaceChildren(element("p", { class: "trouble", role: "alert" }, message.text));
        this.#panes.hidden = true;
        break;
      case "overview":
        this.#showOverview(message.overview);
        break;
      case "list":
        this.#grid.show(message.look, message.list);
        break;
      case "detail":
        if (message.look.task === this.#task) this.#showBeside(message.detail);
        break;
    }
  }

  get #task(): number | null | undefined {
    const { beside } = this.#looked;
    return beside === "nothing" ? undefined : beside === "program" ? null : beside;
  }

  #keep(part: Partial<Looked>): void {
    this.#looked = { ...this.#looked, ...part };
    vscode.setState(this.#looked);
  }

  #showOverview(overview: Overview): void {
    this.#overview.replaceChildren(...overviewElement(overview, this.words));
    this.#panes.hidden = false;
  }

  #look(beside: "program" | number): void {
    this.#keep({ beside, unfolded: [] });
    this.#grid.select(typeof beside === "number" ? beside : null);
    this.#program.ariaPressed = String(beside === "program");
    this.#beside.scrollTop = 0;
    this.#askBeside();
  }

  #askBeside(): void {
    const task = this.#task;
    if (task === undefined) return;
    vscode.postMessage({ kind: "detail", look: { task, unfolded: this.#looked.unfolded } });
  }

  #showBeside(detail: Detail): void {
    const text = JSON.stringify(detail);
    if (text === this.#shown) return;
    this.#shown = text;
    const focused = document.activeElement?.getAttribute("data-key");
    const { scrollTop } = this.#beside;
    this.#beside.replaceChildren(
      detailElement(detail, this.canChange, this.words, {
        unfold: (key, isOpen) => {
          const others = this.#looked.unfolded.filter((each) => each !== key);
          this.#keep({ unfolded: isOpen ? [...others, key] : others });
          this.#askBeside();
        },
        goTo: (task) => this.#look(task),
        reveal: (task, frame) => vscode.postMessage({ kind: "reveal", task, frame }),
        resume: (task, isFailed) => vscode.postMessage({ kind: "resume", task, isFailed }),
        set: (task, frame, { name, text: value }) => vscode.postMessage({ kind: "set", task, frame, name, value }),
        drop: (task) => vscode.postMessage({ kind: "drop", task }),
      }),
    );
    this.#beside.scrollTop = scrollTop;
    if (focused != null)
      [...this.#beside.querySelectorAll<HTMLElement>("[data-key]")]
        .find((each) => each.dataset.key === focused)
        ?.focus();
  }
}

let page: Page | undefined;

window.addEventListener("message", ({ data }: MessageEvent<ToPanel>) => {
  if (data.kind === "begin") {
    page = new Page(data.words, data.canChange);
    page.begin();
  } else page?.hear(data);
});
vscode.postMessage({ kind: "ready" });
