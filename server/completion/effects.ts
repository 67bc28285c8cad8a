// Names of effects, the fields that performs of one carry, and whole performs and handlers.

import { CompletionItemKind } from "vscode-languageserver";
import { inferenceOf } from "../../language/infer/infer.ts";
import { payloadFields } from "../../language/infer/members.ts";
import { showTypes } from "../../language/infer/types.ts";
import { REACTOR_EFFECTS, SYSTEM_EFFECTS } from "../../language/names/builtins.ts";
import type { View } from "../view.ts";
import type { Candidate } from "./candidate.ts";
import type { Wanted } from "./context.ts";

/** The effects that a program speaks of, then those of the reactor and the system. */
export function effectNames(view: View): {
  own: readonly string[];
  reactor: readonly string[];
  system: readonly string[];
} {
  const own = new Set(inferenceOf(view.analysis).effectNames());
  own.delete("");
  for (const name of [...REACTOR_EFFECTS.keys(), ...SYSTEM_EFFECTS.keys()]) own.delete(name);
  return { own: [...own].sort(), reactor: [...REACTOR_EFFECTS.keys()], system: [...SYSTEM_EFFECTS.keys()] };
}

/** Effects that some entry point performs and nobody handles. */
export const unhandledEffects = (view: View): ReadonlySet<string> =>
  new Set(view.analysis.facts.unhandled.map(({ effect }) => effect));

/**
 * Names for the string behind `perform` or `handle`; quotes that are missing are written along. `typed` stands there already:
 * it is an effect of the program only when it also stands elsewhere.
 */
export function effectCandidates(
  view: View,
  { verb, quote }: Extract<Wanted, { kind: "effect" }>,
  typed: string,
): Candidate[] {
  const inference = inferenceOf(view.analysis);
  const isNew = inference.performsOf(typed).length + inference.handlesOf(typed).length < 2;
  const { own, reactor, system } = effectNames(view);
  const unhandled = unhandledEffects(view);
  const one = (name: string, group: Candidate["group"], detail: string): Candidate => ({
    label: quote === "none" ? `"${name}"` : name,
    kind: CompletionItemKind.Event,
    group,
    detail,
    ...(quote === "open" ? { text: `${name}"` } : {}),
    filter: quote === "none" ? `"${name}` : name,
    commit: quote === "closed" ? ['"'] : [],
    about: { kind: "effect", name },
  });
  return [
    ...own.flatMap((name) =>
      isNew && name === typed
        ? []
        : verb === "handle" && unhandled.has(name)
          ? one(name, "exact", "not handled yet")
          : one(name, "local", ""),
    ),
    ...reactor.map((name) => one(name, "library", "answered by the reactor")),
    ...(verb === "handle" ? system.map((name) => one(name, "library", "performed by the system")) : []),
  ];
}

/** The fields that performs of an effect carry elsewhere, for a payload that is being written. */
export function payloadCandidates(view: View, effect: string, given: readonly string[]): Candidate[] {
  return payloadFields(effect, view.analysis)
    .filter((name) => !given.includes(name))
    .map((name) => ({
      label: name,
      kind: CompletionItemKind.Field,
      group: "exact",
      detail: typeOfField(view, effect, name),
      text: `${name}: `,
      commit: [":"],
    }));
}

function typeOfField(view: View, effect: string, name: string): string {
  const inference = inferenceOf(view.analysis);
  for (const { node, names } of inference.performsOf(effect)) {
    const entry = node.payload?.entries.find(({ key }) => key.name === name);
    const types = entry ? showTypes(inference.typesOf(entry.value, names)) : "";
    if (types !== "") return types;
  }
  return "";
}

/** `perform "ASK" { question: … }` as a whole, for effects whose offer is `wanted` by what is typed. */
export function performCandidates(view: View, wanted: (offer: string) => boolean): Candidate[] {
  const all = effectNames(view);
  const [own, reactor] = [all.own, all.reactor].map((names) => names.filter((name) => wanted(`perform ${name}`)));
  return [...own!.map((name) => [name, "word"] as const), ...reactor!.map((name) => [name, "guess"] as const)].map(
    ([name, group]): Candidate => {
      const fields = payloadFields(name, view.analysis);
      const payload = fields.map((field, i) => `${field}: \${${i + 1}:${field}}`).join(", ");
      return {
        label: `perform "${name}"`,
        kind: CompletionItemKind.Snippet,
        group,
        filter: `perform ${name}`,
        text: `perform "${name}"`,
        ...(fields.length > 0 ? { snippet: `perform "${escaped(name)}" { ${payload} }` } : {}),
        about: { kind: "effect", name },
      };
    },
  );
}

/** `handle "ASK" { … }` as a whole, effects that nobody handles first. */
export function handlerCandidates(view: View, wanted: (offer: string) => boolean): Candidate[] {
  const names = effectNames(view).own.filter((name) => wanted(`handle ${name}`));
  if (names.length === 0) return [];
  const unhandled = unhandledEffects(view);
  return names.map((name) => ({
    label: `handle "${name}"`,
    kind: CompletionItemKind.Snippet,
    group: unhandled.has(name) ? "local" : "word",
    ...(unhandled.has(name) ? { detail: "not handled yet" } : {}),
    filter: `handle ${name}`,
    text: handlerText(name),
    snippet: `handle "${escaped(name)}" {\n\t$0\n\tresume(effect.continuation, \${1:nil})\n}`,
    about: { kind: "effect", name },
  }));
}

/** A handler that answers nil. */
export const handlerText = (effect: string): string => `handle "${effect}" {\n    resume(effect.continuation, nil)\n}`;

/** For the inside of a snippet. */
const escaped = (text: string): string => text.replace(/[\\$}]/g, "\\$&");
