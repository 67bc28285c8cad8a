// Inlay hints: what the analysis knows and the text does not say.
//
//   fun ask(q) ! ASK         the effects that a function may perform and not handle itself (live: they follow every edit)
//   fun work() ! TIMER ⌂     ⌂: tasks of this function run at home, on the one core that owns the program's variables
//   fun wait(ch) ⏸           it waits, without an effect that a program could handle
//   ask("why") ⏸             the call may suspend the code around it
//   area(w: 3, h: 4)         which parameter a bare value is for
//   var words: List<string>  what a variable may hold (off unless asked for)
//
// Each kind has a setting of its own. Why something is so is told on resolve, with the way through the calls.

import {
  type InlayHint,
  InlayHintKind,
  type InlayHintLabelPart,
  InlayHintRequest,
  InlayHintResolveRequest,
  type MarkupContent,
} from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { isResume } from "../../language/effects/clauses.ts";
import type { PathStep } from "../../language/effects/paths.ts";
import { callablesOf } from "../../language/infer/callables.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { showTypes } from "../../language/infer/types.ts";
import type { ItemNames, Unit } from "../../language/names/model.ts";
import { type Node, walk } from "../../language/walk.ts";
import type { Feature } from "../feature.ts";
import { DEFAULTS, type Settings } from "../settings.ts";
import type { View } from "../view.ts";

export const inlayHints: Feature = {
  capabilities: { inlayHintProvider: { resolveProvider: true } },
  register: (connection, services) => {
    connection.onRequest(InlayHintRequest.type, ({ textDocument: { uri }, range }, token) =>
      services.answer<InlayHint[]>(uri, token, [], (view, file) =>
        hintsIn(view, file, view.span(file, range), services.settings.inlayHints).map((hint) =>
          protocolHint(hint, view, file, uri),
        ),
      ),
    );
    connection.onRequest(InlayHintResolveRequest.type, (hint, token) => {
      const why = hint.data as Data | undefined;
      if (!why) return hint;
      return services.answer(why.uri, token, hint, (view, file) => {
        const tooltip = tooltipOf(view, file, why);
        return tooltip ? { ...hint, tooltip } : hint;
      });
    });
  },
};

export interface Hint {
  /** In the file. */
  readonly at: number;
  readonly text: string;
  readonly kind: "row" | "suspension" | "parameter" | "type";
  /** Of a row and a suspension: the path of the unit in its item, for the reasons. */
  readonly unit: string | null;
  /** Where the parameter or class is declared that the hint speaks of. */
  readonly target: { readonly file: string; readonly span: ast.Span } | null;
}

/** The hints of a part of a file, in the order of the text. */
export function hintsIn(
  view: View,
  file: string,
  part: ast.Span,
  wanted: Settings["inlayHints"] = DEFAULTS.inlayHints,
): Hint[] {
  const { analysis } = view;
  const found: Hint[] = [];
  const tasks = wanted.home ? startedIn(view, file) : NO_UNITS;
  view.tree(file).items.forEach(({ offset, tree }, index) => {
    if (offset > part.end || offset + tree.text.length < part.start) return;
    const names = analysis.names(file, index);
    const hints: Hint[] = [];
    /** Calls that are a pipe's stage: the piped value is their first argument. */
    const stages = new Set<Node>();
    for (const unit of names.units) {
      const row = rowHint(view, unit, tree, tasks, wanted);
      if (row) hints.push(row);
      if (wanted.suspensions) hints.push(...suspensionHints(view, unit));
    }
    if (wanted.parameterNames || wanted.kinds)
      for (const statement of tree.statements)
        walk(statement, (node) => {
          if (node.kind === "Pipe") stages.add(node.right);
          if (wanted.parameterNames && node.kind === "Call")
            hints.push(...parameterHints(view, node, names, stages.has(node) ? 1 : 0));
          if (wanted.kinds && node.kind === "Var") hints.push(...kindHint(view, node, names));
          return true;
        });
    for (const hint of hints) {
      const at = hint.at + offset;
      if (part.start <= at && at <= part.end) found.push({ ...hint, at });
    }
  });
  return found.sort((a, b) => a.at - b.at);
}

// ---- rows ----

const NO_UNITS: ReadonlySet<Unit> = new Set();

/** Functions that are started as tasks though they are not `async`, in a file that starts any so. */
function startedIn(view: View, file: string): ReadonlySet<Unit> {
  if (!/\b(task|parallel)\b/.test(view.tree(file).text)) return NO_UNITS;
  return new Set(view.analysis.facts.entryPoints.flatMap(({ kind, unit }) => (kind === "task" ? [unit] : [])));
}

function rowHint(
  view: View,
  unit: Unit,
  tree: ast.ItemTree,
  tasks: ReadonlySet<Unit>,
  wanted: Settings["inlayHints"],
): Hint | null {
  if (unit.kind !== "function" && unit.kind !== "method") return null;
  const { facts } = view.analysis;
  const fun = unit.node as ast.Function;
  const head = headEnd(fun, tree.text);
  // A lambda's effects are those of the code it stands in; its short head has no room for them.
  if (head === null) return null;
  const parts: string[] = [];
  if (wanted.effects) {
    const { effects, callsParameters } = facts.rowOf(unit);
    const row = [...effects, ...callsParameters.map((name) => `${name}()`)];
    if (row.length > 0) parts.push(`! ${row.join(", ")}`);
    else if (wanted.suspensions && waitsByItself(view, unit)) parts.push("⏸");
  }
  if (wanted.home && (fun.isAsync || tasks.has(unit)) && facts.placeOf(unit) === "home") parts.push("⌂");
  return parts.length > 0 ? { at: head, text: parts.join(" "), kind: "row", unit: unit.path, target: null } : null;
}

/** Whether a function waits for something that is no effect: a future, a channel. A handled perform is its own affair. */
function waitsByItself(view: View, unit: Unit): boolean {
  const last = view.analysis.facts.pathToFact(unit, "waits").at(-1);
  if (!last) return false;
  const node = last.node as Node;
  return node.kind !== "Perform" && !(node.kind === "Call" && isResume(node, last.names));
}

/** Behind the `)` or the result type of a function that is written with `fun`. */
function headEnd(fun: ast.Function, text: string): number | null {
  if (fun.returns) return trimmedEnd(text, fun.returns.end);
  const from = fun.params.at(-1)?.end ?? fun.start;
  const before = text.slice(from, fun.body.start);
  const close = before.lastIndexOf(")");
  return close < 0 || before.includes("=>") ? null : from + close + 1;
}

function trimmedEnd(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
}

// ---- suspensions ----

function suspensionHints(view: View, unit: Unit): Hint[] {
  return view.analysis.facts.sitesIn(unit).flatMap(({ kind, node, waits }): Hint[] => {
    // `perform`, `await` and `resume` say so themselves.
    if (kind !== "call" || !waits) return [];
    return [{ at: node.end, text: "⏸", kind: "suspension", unit: unit.path, target: null }];
  });
}

// ---- parameters ----

const BARE: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>([
  ...(["Number", "String", "Char", "Bool", "Nil", "List", "Map"] as const),
]);

function parameterHints(view: View, call: ast.Call, names: ItemNames, piped: number): Hint[] {
  const bare = call.args.some(({ name, value }) => name === null && isBare(value));
  if (!bare || isResume(call, names)) return [];
  const { all, isSure } = callablesOf(call.callee, names, view.analysis, { guess: false });
  const [callable] = all;
  // One parameter needs no name, and the library's short functions are known by heart.
  if (!isSure || !callable || callable.params.length < 2) return [];
  return call.args.flatMap(({ name, value }, index): Hint[] => {
    const param = callable.params[index + piped];
    if (name !== null || !param || param.isRest || !isBare(value)) return [];
    return [
      {
        at: value.start,
        text: `${param.name}:`,
        kind: "parameter",
        unit: null,
        target: callable.fun && declarationOf(view, callable.fun, index + piped),
      },
    ];
  });
}

const isBare = (value: ast.Expression): boolean =>
  value.end > value.start &&
  (BARE.has(value.kind) || (value.kind === "Unary" && value.op === "-" && isBare(value.operand)));

function declarationOf(
  view: View,
  { node, names }: { readonly node: ast.Function; readonly names: ItemNames },
  index: number,
): Hint["target"] {
  const param = node.params[index];
  if (!param) return null;
  const { file, offset } = view.analysis.locate(names);
  return { file, span: { start: param.name.start + offset, end: param.name.end + offset } };
}

// ---- kinds ----

const OBVIOUS: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>([
  ...(["Number", "String", "Char", "Bool", "Nil", "List", "Map", "FunExpression"] as const),
]);

function kindHint(view: View, node: ast.VarDeclaration, names: ItemNames): Hint[] {
  if (!node.init || node.type || OBVIOUS.has(node.init.kind) || node.name.name === "") return [];
  const types = inferenceOf(view.analysis).typesOf(node.init, names);
  const [only] = types;
  const shown = showTypes(types);
  if (shown === "" || only?.kind === "function" || only?.kind === "class") return [];
  // `var a = Account()` says what it is.
  if (node.init.kind === "Call" && node.init.callee.kind === "Name" && node.init.callee.name === shown) return [];
  let target: Hint["target"] = null;
  if (only?.kind === "instance") {
    const { file, offset } = view.analysis.locate(only.of.names);
    const { start, end } = only.of.node.name;
    target = { file, span: { start: start + offset, end: end + offset } };
  }
  return [{ at: node.name.end, text: `: ${shown}`, kind: "type", unit: null, target }];
}

// ---- the protocol's form, and the reasons ----

interface Data {
  readonly uri: string;
  readonly kind: "row" | "suspension";
  readonly unit: string;
  /** Where the hint stands, in the file. */
  readonly at: number;
}

function protocolHint({ at, text, kind, unit, target }: Hint, view: View, file: string, uri: string): InlayHint {
  const part: InlayHintLabelPart = {
    value: text,
    ...(target ? { location: view.location(target.file, target.span) } : {}),
  };
  return {
    position: view.position(file, at),
    label: target ? [part] : text,
    paddingLeft: kind === "row" || kind === "suspension",
    paddingRight: kind === "parameter" || kind === "row",
    ...(kind === "parameter" ? { kind: InlayHintKind.Parameter } : kind === "type" ? { kind: InlayHintKind.Type } : {}),
    ...(unit === null || kind === "parameter" || kind === "type"
      ? {}
      : { data: { uri, kind, unit, at } satisfies Data }),
  };
}

/** Why a row or a ⏸ is what it is: the way through the calls to the place that performs or waits. */
export function tooltipOf(view: View, file: string, { kind, unit: path, at }: Omit<Data, "uri">): MarkupContent | null {
  const unit = unitAt(view, file, path, at);
  if (!unit) return null;
  const { facts } = view.analysis;
  const lines: string[] = [];
  if (kind === "suspension") {
    const { offset } = view.analysis.locate(unit.names);
    const site = facts.sitesIn(unit.unit).find(({ kind: what, node }) => what === "call" && node.end + offset === at);
    const effects = [...(site?.effects ?? [])].sort();
    lines.push(
      effects.length > 0
        ? `⏸ may suspend: performs ${effects.map((name) => `\`${name}\``).join(", ")}`
        : "⏸ may suspend",
    );
    for (const effect of effects) lines.push(...handlerLines(view, unit.unit, effect));
  } else {
    const { effects, callsParameters } = facts.rowOf(unit.unit);
    for (const effect of effects) {
      lines.push(`\`${effect}\` ${wayOf(view, facts.pathToEffect(unit.unit, effect))}`);
      lines.push(...handlerLines(view, unit.unit, effect));
    }
    for (const name of callsParameters) lines.push(`whatever \`${name}\` performs`);
    if (effects.length === 0 && waitsByItself(view, unit.unit))
      lines.push(`⏸ waits ${wayOf(view, facts.pathToFact(unit.unit, "waits"))}`);
    if (facts.placeOf(unit.unit) === "home") {
      const way = facts.pathToFact(unit.unit, "home");
      lines.push(`⌂ runs at home${way.length > 0 ? `: it reaches a variable of the program ${wayOf(view, way)}` : ""}`);
    }
  }
  return lines.length > 0 ? { kind: "markdown", value: lines.map((line) => `- ${line}`).join("\n") } : null;
}

function unitAt(view: View, file: string, path: string, at: number): { unit: Unit; names: ItemNames } | null {
  const { items } = view.tree(file);
  for (let index = 0; index < items.length; index++) {
    const { offset, tree } = items[index]!;
    if (at < offset || at > offset + tree.text.length) continue;
    const names = view.analysis.names(file, index);
    const unit = names.units.find((each) => each.path === path);
    if (unit) return { unit, names };
  }
  return null;
}

/** `through [twice](…) → [ask](…)`: each step a link. */
function wayOf(view: View, steps: readonly PathStep[]): string {
  const links = steps.map(({ file, names, node }) => {
    const { offset, index } = view.analysis.locate(names);
    const { text } = view.analysis.files.get(file)!.items[index]!.tree;
    const line = view.position(file, node.start + offset).line + 1;
    return `[${codeOf(text.slice(node.start, node.end))}](${view.uriOf(file)}#L${line})`;
  });
  return links.length > 0 ? `at ${links.join(" → ")}` : "";
}

/** The beginning of a piece of code, on one line, without what would end a link. */
function codeOf(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return `\`${(line.length > 40 ? `${line.slice(0, 39)}…` : line).replaceAll("`", "'")}\``;
}

function handlerLines(view: View, unit: Unit, effect: string): string[] {
  const handlers = view.analysis.facts.handlersFor(unit, effect);
  return handlers.slice(0, 3).map(({ file, names, handle, scope }) => {
    const line = view.position(file, handle.start + view.analysis.locate(names).offset).line + 1;
    const where = `[${view.shown(file)}:${line}](${view.uriOf(file)}#L${line})`;
    return `\`${effect}\` may be handled at ${where}${scope === "program" ? ", for the whole program" : ""}`;
  });
}
