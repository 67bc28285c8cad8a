// The candidates for a place in a file: the context says what is wanted, the files beside this one know what there is.

import { CompletionItemKind } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { callablesOf } from "../../language/infer/callables.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { nodesAt, type Place, placeAt } from "../../language/query/place.ts";
import { childrenOf, type Node } from "../../language/walk.ts";
import type { View } from "../view.ts";
import { type Candidate, GROUPS } from "./candidate.ts";
import { type Context, contextAt } from "./context.ts";
import { effectCandidates, handlerCandidates, payloadCandidates, performCandidates } from "./effects.ts";
import { annotationWords, followingWords, leadingWords, memberWords, patternWords } from "./keywords.ts";
import { memberCandidates } from "./members.ts";
import {
  callText,
  classCandidates,
  constantCandidates,
  globalCandidates,
  libraryCandidates,
  localCandidates,
  nearCandidates,
  relativePath,
  typeCandidates,
} from "./names.ts";
import { watchedPorts } from "./ports.ts";

export interface Completions {
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Typing on may bring others. */
  readonly isIncomplete: boolean;
  /** Any expression or word may stand here: no reason to offer something to whom has not asked. */
  readonly isAnything: boolean;
  /** What a choice replaces, in the file: to the cursor when inserting, to `end` when replacing. */
  readonly word: ast.Span;
}

/** More than this helps nobody, and costs the client. */
const MAX_CANDIDATES = 400;

export function completionsAt(view: View, file: string, offset: number): Completions {
  const nothing = { candidates: [], isIncomplete: false, isAnything: true, word: { start: offset, end: offset } };
  const found = placeAt(view.analysis, file, offset);
  if (!found) return { ...nothing, candidates: sorted(leadingWords(contextAt("", 0), true), "") };
  const context = contextAt(found.item.tree.text, found.at);
  const place = { ...found, nodes: openNodes(found, context) };
  const candidates = candidatesFor(view, place, context).filter(({ label, filter }) =>
    fits(context.prefix, filter ?? label),
  );
  const word = { start: context.word.start + place.item.offset, end: context.word.end + place.item.offset };
  const { kind } = context.wanted;
  const isFirst = kind === "expression" && context.prefix === "";
  return {
    candidates: sorted(candidates, context.prefix).slice(0, MAX_CANDIDATES),
    isIncomplete: isFirst || candidates.length > MAX_CANDIDATES,
    isAnything: kind === "expression" || kind === "operator",
    word,
  };
}

/** The nodes around the cursor, those included that end before it only because they are not finished. */
function openNodes(place: Place, { brackets, source }: Context): readonly Node[] {
  const { tree } = place.item;
  const end = tree.text.slice(0, place.at).trimEnd().length;
  if (end === place.at) return place.nodes;
  const isOpen = (node: Node): boolean =>
    (node.start <= place.at && place.at < node.end) ||
    brackets.some(({ token }) => node.start <= source.tokens[token]!.start && source.tokens[token]!.start < node.end) ||
    endsInHole(node);
  const nodes = nodesAt(tree, end);
  const closed = nodes.findIndex((node) => !isOpen(node));
  const open = closed < 0 ? nodes : nodes.slice(0, closed);
  return open.length > place.nodes.length ? open : place.nodes;
}

/** Whether the last thing in a node is an expression that has not been written yet. */
function endsInHole(node: Node): boolean {
  let at: Node | undefined = node;
  for (let last: Node | undefined = node; last !== undefined; ) {
    at = last;
    const children: Node[] = [];
    childrenOf(at, children);
    last = children.at(-1);
  }
  return at.kind === "Nil" && at.start === at.end;
}

function candidatesFor(view: View, place: Place, context: Context): Candidate[] {
  const { wanted } = context;
  switch (wanted.kind) {
    case "nothing":
      return [];
    case "member":
      return memberCandidates(view, place, wanted.dot);
    case "effect":
      return effectCandidates(view, wanted, context.prefix);
    case "payload field":
      return payloadCandidates(view, wanted.effect, wanted.given);
    case "import path":
      return importPaths(view, place.file, wanted.isClosed);
    case "map key":
      return mapKeys(view, place, wanted.bracket);
    case "fault kind":
      return FAULT_KINDS.map((label) => ({ label, kind: CompletionItemKind.EnumMember, group: "exact" }));
    case "type":
      return typeCandidates(view, place.file);
    case "superclass":
      return classCandidates(view, place.file, ["class"]);
    case "trait":
      return classCandidates(view, place.file, ["trait"]);
    case "annotation":
      return annotationWords();
    case "class member":
      return memberWords(context.brackets.at(-1)?.role);
    case "method name":
      return methodNames(view, place);
    case "pattern":
      return [...portPatterns(view, wanted.subject), ...constantCandidates(view, place.file), ...patternWords()];
    case "operator":
      return followingWords(context, wanted.after);
    case "expression":
      return expressions(view, place, context, wanted.statement);
  }
}

function expressions(view: View, place: Place, context: Context, isStatement: boolean): Candidate[] {
  const clause = context.brackets.findLast(({ role }) => role === "clause");
  const isUnsafe = context.brackets.some(({ role }) => role === "unsafe");
  return [
    ...namedArguments(view, place, context),
    ...eventConstants(view, place, context),
    ...localCandidates(view, place, Math.min(context.word.start, place.nodes.at(-1)?.end ?? 0)),
    ...globals(view, place, context),
    ...libraryCandidates(isUnsafe),
    ...leadingWords(context, isStatement),
    ...(context.prefix === "" ? [] : wholeEffects(view, context.prefix, isStatement)),
    ...(clause ? [RESUME] : []),
  ];
}

/** Performs and handlers as a whole, once a letter of them is typed. */
function wholeEffects(view: View, prefix: string, isStatement: boolean): Candidate[] {
  const wanted = (offer: string): boolean => fits(prefix, offer);
  return [...performCandidates(view, wanted), ...(isStatement ? handlerCandidates(view, wanted) : [])];
}

/** Before anything is typed, the names of the file and its imports; then those of the whole workspace. */
function globals(view: View, place: Place, { prefix }: Context): Candidate[] {
  if (prefix === "") return nearCandidates(view, place.file);
  return globalCandidates(view, place.file, (name) => fits(prefix, name));
}

/** What most clauses end with. */
const RESUME: Candidate = {
  label: "resume(effect.continuation …)",
  kind: CompletionItemKind.Snippet,
  group: "exact",
  filter: "resume",
  text: "resume(effect.continuation, nil)",
  snippet: `resume(effect.continuation, \${1:nil})`,
  about: { kind: "builtin", name: "resume" },
};

/** The call whose arguments the cursor is among. */
function callAround(place: Place, context: Context): { call: ast.Call; isPiped: boolean } | null {
  const open = context.brackets.at(-1);
  if (open?.role !== "arguments") return null;
  const paren = context.source.tokens[open.token]!.start;
  const around = nodesAt(place.item.tree, paren);
  const index = around.findLastIndex((node) => node.kind === "Call" && node.callee.end <= paren);
  const call = around[index];
  const outer = around[index - 1];
  return call?.kind === "Call" ? { call, isPiped: outer?.kind === "Pipe" && outer.right === call } : null;
}

/** `limit: ` for parameters of a declared function that no argument has yet. */
function namedArguments(view: View, place: Place, context: Context): Candidate[] {
  const previous = context.source.tokens[context.before];
  const found = callAround(place, context);
  if (!found || !previous || !"(,".includes(context.source.text[previous.start]!)) return [];
  const { all, isSure } = callablesOf(found.call.callee, place.names, view.analysis);
  if (!isSure || all[0]!.fun === null) return [];
  const before = found.call.args.filter((arg) => arg.end <= context.word.start && arg.end > arg.start);
  const positional = before.filter((arg) => arg.name === null).length + (found.isPiped ? 1 : 0);
  const given = new Set(found.call.args.flatMap((arg) => arg.name?.name ?? []));
  return all[0]!.params.slice(positional).flatMap(({ name }): Candidate[] =>
    given.has(name)
      ? []
      : [
          {
            label: `${name}:`,
            kind: CompletionItemKind.Field,
            group: "exact",
            text: `${name}: `,
            detail: "argument",
          },
        ],
  );
}

/** `WLD_EVENT_…` first where `io_monitor` takes one. */
function eventConstants(view: View, place: Place, context: Context): Candidate[] {
  const found = callAround(place, context);
  const callee = found?.call.callee;
  if (callee?.kind !== "Name" || callee.name !== "io_monitor") return [];
  const isSecond = found!.call.args.some((arg) => arg.end > arg.start && arg.end <= context.word.start);
  if (!isSecond) return [];
  return constantCandidates(view, place.file)
    .filter(({ label }) => label.startsWith("WLD_EVENT_"))
    .map((candidate) => ({ ...candidate, group: "exact" }));
}

/** In a match on the target of a request: the ports that the program watches. */
function portPatterns(view: View, subject: string): Candidate[] {
  if (!/\beffect\.(target|fd)$/.test(subject)) return [];
  return watchedPorts(view).map((label) => ({
    label,
    kind: CompletionItemKind.Value,
    group: "exact",
    detail: "a port that is watched",
    text: `${label} => `,
  }));
}

/** The kinds of faults (LANGUAGE, section 8). */
const FAULT_KINDS = [
  ...["TypeError", "NilAccess", "UndefinedName", "ArityError", "IndexError", "MatchError", "IoError"],
  ...["UnhandledEffect", "Overflow", "AssertError", "Cancelled", "LimitExceeded"],
];

function importPaths(view: View, from: string, isClosed: boolean): Candidate[] {
  return [...view.analysis.files.keys()]
    .filter((path) => path !== from)
    .map((path) => {
      const label = relativePath(from, path);
      return {
        label,
        kind: CompletionItemKind.File,
        group: "exact",
        detail: view.shown(path),
        ...(isClosed ? {} : { text: `${label}"` }),
        commit: isClosed ? ['"'] : [],
      };
    });
}

/** `m["|"]`: the keys of a map, as far as they are written somewhere. */
function mapKeys(view: View, place: Place, bracket: number): Candidate[] {
  const index = nodesAt(place.item.tree, bracket).findLast(
    (node) => node.kind === "Index" && node.object.end <= bracket,
  );
  if (index?.kind !== "Index") return [];
  return inferenceOf(view.analysis)
    .typesOf(index.object, place.names)
    .flatMap((type) => (type.kind === "map" ? (type.literal?.node.entries ?? []) : []))
    .map(({ key }) => ({ label: key.name, kind: CompletionItemKind.Field, group: "exact" }));
}

/** Behind `fun` in a class: `init`, and methods that it could override. */
function methodNames(view: View, place: Place): Candidate[] {
  const node = place.nodes.find((each) => each.kind === "Class");
  if (node?.kind !== "Class") return [];
  const inherited = inferenceOf(view.analysis)
    .lineage({ node, names: place.names })
    .slice(1)
    .flatMap((above) => above.node.methods.map((method) => ({ method, owner: above.node.name.name })));
  const own = new Set(node.methods.map((method) => method.name.name));
  const found = new Map<string, Candidate>();
  for (const { method, owner } of inherited) {
    const { name } = method.name;
    if (name === "" || own.has(name) || found.has(name)) continue;
    const params = method.fun.params.map((param) => param.name.name).join(", ");
    found.set(name, {
      label: name,
      kind: CompletionItemKind.Method,
      group: "exact",
      detail: `overrides ${owner}.${name}`,
      text: `${name}(${params}) `,
      snippet: `${name}(${params}) {\n\t\${0:super.${name}(${params})}\n}`,
    });
  }
  if (!own.has("init") && !found.has("init"))
    found.set("init", { label: "init", kind: CompletionItemKind.Constructor, group: "exact", ...callText("init", 1) });
  return [...found.values()];
}

// ---- order ----

/** Whether what was typed could be meant as this: its letters occur in it in that order. */
export function fits(typed: string, candidate: string): boolean {
  let at = 0;
  const small = candidate.toLowerCase();
  for (const letter of typed.toLowerCase()) {
    at = small.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** By group; in a group what begins with the typed letters first. Of two with one label and group the first stays. */
function sorted(candidates: readonly Candidate[], typed: string): Candidate[] {
  const small = typed.toLowerCase();
  const seen = new Map<string, { readonly candidate: Candidate; readonly rank: number }>();
  for (const candidate of candidates) {
    // A library name may stand in two groups, an ambiguous name for several files.
    const key = candidate.edits ? `${candidate.label} ${candidate.detail}` : candidate.label;
    if (seen.has(key)) continue;
    const begins = candidate.label.toLowerCase().startsWith(small);
    seen.set(key, { candidate, rank: RANK.get(candidate.group)! + (begins ? 0 : GROUPS.length) });
  }
  return [...seen.values()]
    .sort((a, b) => a.rank - b.rank || (a.candidate.label < b.candidate.label ? -1 : 1))
    .map(({ candidate }) => candidate);
}

const RANK: ReadonlyMap<Candidate["group"], number> = new Map(GROUPS.map((group, index) => [group, index]));
