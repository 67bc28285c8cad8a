// The list of tasks: a grid of which only the rows in sight are there. It says which part of the list is looked at, and shows what
// comes of it.

import type { Column, ListLook, Row, TaskList } from "../../../runtime/inspector/protocol.ts";
import type { Words } from "../words.ts";
import { element } from "./dom.ts";
import { heightOf, type Port, ROW, rowAt, scrollTopToSee } from "./scroll.ts";

/** Rows above and below those in sight that are there already when one scrolls. */
const AHEAD = 30;

/** How the list is sorted and filtered. */
export type Order = Pick<ListLook, "filter" | "sort" | "isDescending">;

export interface ListEvents {
  /** Another part of the list is looked at. */
  look(look: ListLook): void;
  choose(task: number): void;
  /** Somebody wants to be at the task that is chosen. */
  enter(): void;
}

export class TaskGrid {
  readonly element: HTMLElement;
  readonly #head: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #space: HTMLElement;
  readonly #nothing: HTMLElement;
  readonly #filter: HTMLInputElement;
  #order: Order;
  #shown: TaskList = { total: 0, from: 0, rows: [], selectedAt: -1 };
  #asked: ListLook | undefined;
  #selected: number | null;
  /** The row that the keyboard is at. */
  #active = -1;
  /** The row there is to be chosen as soon as it is known. */
  #isChoosing = false;
  /** The task that is selected is to come into sight as soon as it is known where it is. */
  #isSeeking: boolean;

  constructor(
    readonly words: Words,
    readonly events: ListEvents,
    state: { readonly order: Order; readonly selected: number | null },
  ) {
    this.#order = state.order;
    this.#selected = state.selected;
    this.#isSeeking = state.selected !== null;
    this.#filter = element("input", {
      attributes: { type: "search", placeholder: words.filter, "aria-label": words.filter },
    });
    this.#filter.value = state.order.filter;
    this.#filter.addEventListener("input", () => this.#reorder({ ...this.#order, filter: this.#filter.value }));
    this.#filter.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.#scroller.focus();
    });
    this.#head = element("div", { class: "row head", role: "row" });
    this.#space = element("div", { class: "space", role: "rowgroup" });
    this.#nothing = element("p", { class: "nothing" });
    this.#scroller = element(
      "div",
      { class: "scroller", tabIndex: 0, role: "grid", attributes: { "aria-label": words.taskList } },
      this.#space,
    );
    this.#scroller.addEventListener("scroll", () => this.#draw());
    this.#scroller.addEventListener("keydown", (event) => this.#pressed(event));
    new ResizeObserver(() => this.#draw()).observe(this.#scroller);
    this.element = element("div", { class: "list" }, this.#head, this.#scroller, this.#nothing);
    this.#drawHead();
  }

  /** Where one types what is looked for. */
  get filter(): HTMLElement {
    return this.#filter;
  }

  get order(): Order {
    return this.#order;
  }

  /** Asks for what is in sight, whatever is shown. */
  ask(): void {
    this.#asked = undefined;
    this.#want();
  }

  show(look: ListLook, list: TaskList): void {
    // An answer to what was asked before the order changed.
    if (look.filter !== this.#order.filter || look.sort !== this.#order.sort) return;
    if (look.isDescending !== this.#order.isDescending) return;
    this.#shown = list;
    this.#space.style.height = `${heightOf(this.#port)}px`;
    if (!this.#isChoosing && look.selected === this.#selected) {
      this.#active = list.selectedAt;
      if (this.#isSeeking && this.#active >= 0)
        this.#scroller.scrollTop = scrollTopToSee(this.#port, this.#scroller.scrollTop, this.#active);
      this.#isSeeking = false;
    }
    this.#scroller.setAttribute("aria-rowcount", String(list.total));
    this.#nothing.textContent =
      list.total > 0 ? "" : this.#order.filter === "" ? this.words.noTasks : this.words.noneFound;
    this.#draw();
    if (this.#isChoosing) this.#chooseActive();
  }

  /** Marks a task that was chosen elsewhere, and shows where it is. */
  select(task: number | null): void {
    if (task === this.#selected) return;
    this.#selected = task;
    this.#active = -1;
    this.#isSeeking = task !== null;
    this.#draw();
    this.ask();
  }

  get #port(): Port {
    return { total: this.#shown.total, height: this.#scroller.clientHeight };
  }

  #reorder(order: Order): void {
    this.#order = order;
    this.#scroller.scrollTop = 0;
    this.#drawHead();
    this.ask();
  }

  #draw(): void {
    const { scrollTop } = this.#scroller;
    const first = rowAt(this.#port, scrollTop);
    const { from, rows, total } = this.#shown;
    const last = Math.min(total, Math.ceil(first + this.#scroller.clientHeight / ROW));
    const drawn: HTMLElement[] = [];
    for (let at = Math.floor(first); at < last; at++) {
      const row = rows[at - from];
      const made = row === undefined ? element("div", { class: "row", role: "row" }) : this.#rowElement(row, at);
      made.style.top = `${scrollTop + (at - first) * ROW}px`;
      drawn.push(made);
    }
    this.#space.replaceChildren(...drawn);
    const active = this.#space.querySelector(".selected");
    if (active === null) this.#scroller.removeAttribute("aria-activedescendant");
    else this.#scroller.setAttribute("aria-activedescendant", active.id);
    this.#want();
  }

  /** Asks for the rows in sight, unless they are there or asked for. */
  #want(): void {
    const first = Math.floor(rowAt(this.#port, this.#scroller.scrollTop));
    const count = Math.ceil(this.#scroller.clientHeight / ROW) + 1;
    const covers = ({ from, end }: { readonly from: number; readonly end: number }): boolean =>
      from <= first && end >= Math.min(first + count, this.#shown.total);
    const asked = this.#asked;
    if (asked !== undefined) {
      const { from, rows } = this.#shown;
      if (covers({ from, end: from + rows.length })) return;
      if (covers({ from: asked.from, end: asked.from + asked.count })) return;
    }
    this.#asked = {
      ...this.#order,
      from: Math.max(0, first - AHEAD),
      count: count + 2 * AHEAD,
      selected: this.#selected,
    };
    this.events.look(this.#asked);
  }

  #rowElement(row: Row, at: number): HTMLElement {
    const isSelected = row.id === this.#selected;
    const { effect, waits, state } = row;
    const cell = (kind: string, ...children: readonly (Node | string)[]): HTMLElement =>
      element("span", { class: kind, role: "gridcell" }, ...children);
    return element(
      "div",
      {
        class: isSelected ? "row selected" : "row",
        role: "row",
        id: `row-${at}`,
        title: `${row.function} ${row.place}\n${effect} ${waits}`,
        attributes: { "aria-rowindex": at + 1, "aria-selected": isSelected },
        onClick: () => {
          this.#active = at;
          this.#chooseActive();
        },
      },
      cell("number", String(row.id)),
      cell("what", element("b", {}, row.function), " ", element("span", { class: "dim" }, row.place)),
      cell(
        `waits ${state}`,
        ...(state === "waiting"
          ? [element("span", { class: "effect" }, effect), ` ${waits}`]
          : [this.#stateText(state)]),
      ),
      cell("number", row.since),
      cell("number", row.size),
    );
  }

  #stateText(state: Row["state"]): string {
    return state === "failed" ? this.words.hasFailed : this.words.isReady;
  }

  #drawHead(): void {
    const { words } = this;
    const heads: readonly { readonly column: Column; readonly title: string }[] = [
      { column: "id", title: words.columnTask },
      { column: "function", title: words.columnFunction },
      { column: "waits", title: words.columnWaits },
      { column: "since", title: words.columnSince },
      { column: "size", title: words.columnSize },
    ];
    const { sort, isDescending } = this.#order;
    const focused = this.#head.querySelector(":focus")?.getAttribute("data-column");
    this.#head.replaceChildren(
      ...heads.map(({ column, title }) => {
        const isSorted = column === sort;
        const direction = isDescending ? "descending" : "ascending";
        const press = (): void =>
          this.#reorder({ ...this.#order, sort: column, isDescending: isSorted && !isDescending });
        const arrow = element(
          "span",
          { class: "arrow", attributes: { "aria-hidden": true } },
          isDescending ? "▾" : "▴",
        );
        return element(
          "span",
          { role: "columnheader", attributes: { "aria-sort": isSorted ? direction : "none" } },
          element("button", { onClick: press, attributes: { "data-column": column } }, title, isSorted ? arrow : null),
        );
      }),
    );
    if (focused != null) this.#head.querySelector<HTMLElement>(`[data-column="${focused}"]`)?.focus();
  }

  #pressed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / ROW) - 1);
    const last = this.#shown.total - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active < 0 ? last : this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined && last >= 0) {
      this.#active = Math.max(0, Math.min(last, to));
      this.#scroller.scrollTop = scrollTopToSee(this.#port, this.#scroller.scrollTop, this.#active);
      this.#chooseActive();
    } else if (event.key === "Enter") this.events.enter();
    else return;
    event.preventDefault();
  }

  /** Chooses the row that the keyboard is at, now or when it has come. */
  #chooseActive(): void {
    const row = this.#shown.rows[this.#active - this.#shown.from];
    this.#isChoosing = row === undefined && this.#active >= 0 && this.#active < this.#shown.total;
    const isOther = row !== undefined && row.id !== this.#selected;
    if (isOther) this.#selected = row.id;
    this.#draw();
    if (isOther) this.events.choose(row.id);
  }
}
