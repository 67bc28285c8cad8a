// Values as a tree that unfolds. Which nodes are open is the page's; what is in them comes with every answer.

import type { Node as ValueNode } from "../../../runtime/inspector/protocol.ts";
import type { Words } from "../words.ts";
import { button, element, filled } from "./dom.ts";

export interface TreeEvents {
  unfold(key: string, isOpen: boolean): void;
  goTo(task: number): void;
  /** Gives a variable another value; undefined where none can be changed. */
  readonly set?: ((node: ValueNode) => void) | undefined;
}

/** The values that belong together, by what they are called for those who do not see them. */
export function treeElement(nodes: readonly ValueNode[], label: string, words: Words, events: TreeEvents): HTMLElement {
  const rows = nodes.flatMap((node) => rowsOf(node, 1, words, events));
  // The keyboard comes to a tree once, and moves in it with arrows.
  if (rows[0] !== undefined) rows[0].tabIndex = 0;
  return element("div", { class: "tree", role: "tree", attributes: { "aria-label": label } }, ...rows);
}

function rowsOf(node: ValueNode, level: number, words: Words, events: TreeEvents): HTMLElement[] {
  const { key, parts } = node;
  const isOpen = parts !== null;
  const toggle = (): void => {
    if (node.isUnfoldable) events.unfold(key, !isOpen);
  };
  const canSet = level === 1 && events.set !== undefined && /^\w+$/.test(node.name) && node.name !== "this";
  const row = element(
    "div",
    {
      class: "node",
      role: "treeitem",
      tabIndex: -1,
      title: node.type,
      attributes: {
        "data-key": key,
        "aria-level": level,
        ...(node.isUnfoldable ? { "aria-expanded": isOpen } : {}),
      },
      onClick: toggle,
    },
    element("span", { class: node.isUnfoldable ? (isOpen ? "twist open" : "twist") : "twist leaf" }),
    element("span", { class: node.text === "" ? "name alone" : "name" }, node.name),
    node.mark === "" ? null : element("span", { class: "mark" }, node.mark),
    element("span", { class: `value ${kindOf(node)}` }, node.text),
    node.task === null ? null : taskLink(filled(words.task, node.task), node.task, events),
    canSet ? setButton(node, words, events) : null,
  );
  row.style.setProperty("--level", String(level - 1));
  row.addEventListener("keydown", (event) => pressed(event, row, node, toggle, events));
  return [row, ...(parts ?? []).flatMap((part) => rowsOf(part, level + 1, words, events))];
}

/** A button that leads to a task. */
export const taskLink = (text: string, task: number, events: Pick<TreeEvents, "goTo">): HTMLElement =>
  element(
    "button",
    {
      class: "link",
      onClick: (event) => {
        event.stopPropagation();
        events.goTo(task);
      },
    },
    text,
  );

function setButton(node: ValueNode, words: Words, events: TreeEvents): HTMLElement {
  const made = button(words.set, () => events.set?.(node), {
    class: "set",
    title: filled(words.setTip, node.name),
    tabIndex: -1,
  });
  made.addEventListener("click", (event) => event.stopPropagation());
  return made;
}

/** How a value is coloured. */
function kindOf({ type }: ValueNode): string {
  return ["string", "number", "boolean", "nil"].includes(type) ? type : "other";
}

function pressed(
  event: KeyboardEvent,
  row: HTMLElement,
  node: ValueNode,
  toggle: () => void,
  events: TreeEvents,
): void {
  if (event.target !== row) return;
  const rows = [...row.parentElement!.querySelectorAll<HTMLElement>("[role=treeitem]")];
  const at = rows.indexOf(row);
  const levelOf = (each: HTMLElement): number => Number(each.getAttribute("aria-level"));
  const isOpen = node.parts !== null;
  switch (event.key) {
    case "ArrowDown":
      rows[at + 1]?.focus();
      break;
    case "ArrowUp":
      rows[at - 1]?.focus();
      break;
    case "Home":
      rows[0]!.focus();
      break;
    case "End":
      rows.at(-1)!.focus();
      break;
    case "ArrowRight":
      if (isOpen) rows[at + 1]?.focus();
      else toggle();
      break;
    case "ArrowLeft":
      if (isOpen) toggle();
      else
        rows
          .slice(0, at)
          .findLast((each) => levelOf(each) < levelOf(row))
          ?.focus();
      break;
    case "Enter":
    case " ":
      toggle();
      break;
    case "F2":
      if (levelOf(row) === 1) events.set?.(node);
      break;
    default:
      return;
  }
  event.preventDefault();
}
