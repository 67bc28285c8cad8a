// Ways of effects in words, with links: what hover and the hierarchy of calls say about who handles what.

import type { Span } from "../language/ast.ts";
import type { Receiver } from "../language/effects/receivers.ts";
import type { ItemNames } from "../language/names/model.ts";
import { moved } from "../language/query/symbols.ts";
import { labelOf } from "../language/query/units.ts";
import type { View } from "./view.ts";

/** `main.wal:12`, as a link. */
export function linkTo(view: View, names: ItemNames, span: Span): string {
  const { file, offset } = view.analysis.locate(names);
  const { line } = view.position(file, moved(span, offset).start);
  return `[${view.shown(file)}:${line + 1}](${view.uriOf(file)}#L${line + 1})`;
}

/** The calls on a way, from the perform outward: ``through `tell` (main.wal:3), `go` (main.wal:9)``; empty for none. */
export function pathText(view: View, { path }: Receiver): string {
  if (path.length === 0) return "";
  return `through ${path.map(({ unit, names, node }) => `${labelOf(unit)} (${linkTo(view, names, node)})`).join(", ")}`;
}

const ENDS: Readonly<Record<NonNullable<Receiver["end"]>, string>> = {
  program: "the program",
  test: "a test",
  task: "a task",
  handler: "a program-wide handler",
  uncalled: "a function that nothing calls",
};

/** One way as a sentence, without its path: who receives the effect. */
export function receiverText(view: View, receiver: Receiver): string {
  const { handler, by, end } = receiver;
  if (handler) {
    const where = linkTo(view, handler.names, handler.handle.effectSpan);
    return handler.scope === "program" ? `the program-wide handler at ${where}` : `the handler at ${where}`;
  }
  const start = end === null ? "" : `, in ${ENDS[end]}`;
  if (by === "reactor") return `the reactor${start}`;
  if (by === "system") return `the system${start}`;
  return end === "uncalled" ? `nobody yet: ${labelOf(receiver.unit)} is called by nothing` : `**nobody**${start}`;
}

/** A Markdown list of the ways, nearest first. */
export function receiversText(view: View, receivers: readonly Receiver[]): string {
  return receivers
    .map((receiver, index) => {
      const path = pathText(view, receiver);
      return `${index + 1}. ${receiverText(view, receiver)}${path === "" ? "" : `, ${path}`}`;
    })
    .join("\n");
}

/** Markdown for places that show it as it is written. */
export const plain = (text: string): string => text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
