// The head of the page: whose file it is, how it was left, and how much is in it.

import type { Overview, Standing } from "../../../runtime/inspector/protocol.ts";
import type { Words } from "../words.ts";
import { element, filled } from "./dom.ts";

export function overviewElement(overview: Overview, words: Words): HTMLElement[] {
  const { file, size, standing, tasks, versions, older, madeBy, damage, troubles } = overview;
  const all = tasks.waiting + tasks.ready + tasks.failed;
  const count = (number: number, text: string): string[] => (number > 0 ? [filled(text, number)] : []);
  const facts = [
    all === 1 ? words.oneTask : filled(words.tasks, all.toLocaleString()),
    // One kind of task needs no second number.
    ...(tasks.ready > 0 || tasks.failed > 0
      ? [
          ...count(tasks.waiting, words.waiting),
          ...count(tasks.ready, words.ready),
          ...count(tasks.failed, words.failed),
        ]
      : []),
    ...(versions > 1 ? [filled(words.versions, versions)] : []),
    ...count(older ?? 0, words.older),
    size,
    ...(madeBy === "" ? [] : [filled(words.madeBy, madeBy)]),
  ];
  return [
    element(
      "div",
      { class: "title" },
      element("h1", {}, file),
      element("span", { class: `chip ${standing.kind}` }, standingText(standing, words)),
    ),
    element("p", { class: "dim" }, facts.join(" · ")),
    ...(troubles.length === 0 ? [] : [element("p", { class: "note" }, troubles.join("; "))]),
    ...(damage.length === 0
      ? []
      : [
          element(
            "details",
            { class: "trouble" },
            element("summary", {}, `${words.damage} (${damage.length})`),
            element("ul", {}, ...damage.map((line) => element("li", {}, line))),
          ),
        ]),
  ];
}

function standingText(standing: Standing, words: Words): string {
  switch (standing.kind) {
    case "running":
      return filled(words.running, standing.process);
    case "killed":
      return words.killed;
    case "stopped":
      return words.stopped;
    case "ended":
      return words.ended;
  }
}
