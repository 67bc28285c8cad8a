// What is shown beside the list: a task with its frames, or what belongs to the whole program.

import type {
  CodeLine,
  Detail,
  Frame,
  ProgramDetail,
  TaskDetail,
  TaskLink,
  Node as ValueNode,
} from "../../../runtime/inspector/protocol.ts";
import type { Words } from "../words.ts";
import { button, element, filled } from "./dom.ts";
import { type TreeEvents, taskLink, treeElement } from "./tree.ts";

export interface DetailEvents extends Omit<TreeEvents, "set"> {
  reveal(task: number, frame: number): void;
  resume(task: number, isFailed: boolean): void;
  set(task: number, frame: number, node: ValueNode): void;
  drop(task: number): void;
}

/** `canChange`: whether the file may be changed from here. */
export function detailElement(detail: Detail, canChange: boolean, words: Words, events: DetailEvents): HTMLElement {
  switch (detail.kind) {
    case "task":
      return taskElement(detail, canChange, words, events);
    case "program":
      return programElement(detail, words, events);
    case "gone":
      return element("p", { class: "nothing" }, filled(words.gone, detail.id));
  }
}

function taskElement(task: TaskDetail, canChange: boolean, words: Words, events: DetailEvents): HTMLElement {
  const { id, state, effect, waits, frames, payload, problem } = task;
  const isFailed = state === "failed";
  const act = element(
    "div",
    { class: "actions" },
    state === "ready" ? null : button(isFailed ? words.retry : words.resume, () => events.resume(id, isFailed)),
    button(words.drop, () => events.drop(id), { class: "secondary" }),
  );
  const standing =
    state === "waiting"
      ? [filled(words.waitsIn, effect), ...(waits === "" ? [] : [waits])].join(": ")
      : isFailed
        ? `${words.hasFailed}: ${waits}`
        : words.isReady;
  return element(
    "article",
    { attributes: { "aria-label": filled(words.task, id) } },
    element(
      "header",
      { class: "title" },
      element("h2", {}, element("span", { class: "dim" }, `${filled(words.task, id)} `), task.function),
      canChange ? act : null,
    ),
    element("p", { class: `standing ${state}` }, standing),
    element("p", { class: "dim" }, ...factsOf([filled(words.since, task.since), ...task.facts])),
    task.input === null ? null : element("p", {}, filled(words.goesOnWith, task.input)),
    linksElement(words.awaits, task.awaits === null ? [] : [task.awaits], words, events),
    linksElement(words.awaitedBy, task.awaitedBy, words, events),
    linksElement(words.holds, task.holds, words, events),
    ...(payload.length === 0
      ? []
      : [element("h3", {}, words.request), treeElement(payload, words.request, words, withoutSet(events))]),
    element("h3", {}, words.frames),
    problem === null ? null : element("p", { class: "failed" }, filled(words.unreadable, problem)),
    frames.length === 0 && problem === null ? element("p", { class: "dim" }, words.noFrames) : null,
    ...frames.map((frame) => frameElement(frame, id, canChange, words, events)),
  );
}

/** Facts that a line ends between. */
const factsOf = (texts: readonly string[]): (Element | string)[] =>
  texts.flatMap((text) => [element("span", { class: "fact" }, text), " "]);

const withoutSet = ({ unfold, goTo }: DetailEvents): TreeEvents => ({ unfold, goTo });

function linksElement(
  what: string,
  links: readonly TaskLink[],
  words: Words,
  events: DetailEvents,
): HTMLElement | null {
  if (links.length === 0) return null;
  const each = links.map((link) => taskLink(`${filled(words.task, link.id)} ${link.function}`.trim(), link.id, events));
  return element("p", { class: "links" }, element("span", { class: "dim" }, `${what} `), ...each);
}

function frameElement(frame: Frame, task: number, canChange: boolean, words: Words, events: DetailEvents): HTMLElement {
  const { number, code, locals, place } = frame;
  const set = canChange ? (node: ValueNode): void => events.set(task, number, node) : undefined;
  const reveal = (): void => events.reveal(task, number);
  return element(
    "section",
    { class: "frame", attributes: { "aria-label": `${number} ${frame.function}` } },
    element(
      "header",
      {},
      element("span", { class: "number" }, String(number)),
      element("b", {}, frame.function),
      place === ""
        ? element("span", { class: "dim" }, words.library)
        : button(place, reveal, { class: "link", title: words.reveal, attributes: { "data-key": `reveal ${number}` } }),
    ),
    ...(code === null ? [] : [codeElement(code, reveal, words)]),
    locals.length === 0
      ? element("p", { class: "dim" }, words.noLocals)
      : treeElement(locals, frame.function, words, { ...withoutSet(events), set }),
    ...frame.notes.map((note) => element("p", { class: "note" }, note)),
  );
}

function codeElement({ line, before, meant, after, disk }: CodeLine, reveal: () => void, words: Words): HTMLElement {
  const say = { same: null, changed: words.changed, gone: words.missing }[disk];
  return element(
    "div",
    { class: "code", title: words.reveal, onClick: reveal },
    element("span", { class: "line" }, String(line)),
    element("code", {}, before.trimStart(), element("mark", {}, meant), after),
    say === null ? null : element("span", { class: "changed" }, say),
  );
}

function programElement(program: ProgramDetail, words: Words, events: DetailEvents): HTMLElement {
  const { variables, channels, handlers, descriptors, more } = program;
  const tree = (title: string, nodes: readonly ValueNode[]): HTMLElement[] => [
    element("h3", {}, title),
    nodes.length === 0
      ? element("p", { class: "dim" }, words.none)
      : treeElement(nodes, title, words, withoutSet(events)),
  ];
  const lines = (title: string, texts: readonly string[]): HTMLElement[] =>
    texts.length === 0
      ? []
      : [element("h3", {}, title), element("ul", {}, ...texts.map((text) => element("li", {}, text)))];
  return element(
    "article",
    { attributes: { "aria-label": words.program } },
    element("header", { class: "title" }, element("h2", {}, words.program)),
    ...tree(words.variables, variables),
    ...lines(words.handlers, handlers),
    ...lines(words.descriptors, descriptors),
    ...(channels.length === 0 ? [] : tree(words.channels, channels)),
    more > 0 ? element("p", { class: "dim" }, filled(words.more, more)) : null,
  );
}
