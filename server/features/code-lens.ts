// Code lenses: buttons to run a program and its tests, and how often something is used, performed or handled, with a peek at
// where.
//
//   ▷ Run | Debug         above the first statement of a file that does something at top level
//   ▷ Run Test | Debug    above a test, and above a declaration with doc examples
//   2 uses                above top-level functions, classes and traits
//   performed in 3 places above a handler; the performs that it may receive are counted
//
// Commands: `walia.run` and `walia.debug` [uri], `walia.runTest` and `walia.debugTest` [uri, line], `walia.showReferences` [uri, position, locations]. Counting is
// done on resolve, for the lenses that are seen.

import type { CodeLens, Location, Position, Range } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { itemsUsing } from "../../language/infer/sightings.ts";
import { builtin, builtins } from "../../language/names/builtins.ts";
import type { ItemNames, Unit } from "../../language/names/model.ts";
import { walkUnits } from "../../language/names/units.ts";
import { nodesAt, placeAt } from "../../language/query/place.ts";
import type { Node } from "../../language/walk.ts";
import type { Feature } from "../feature.ts";
import { DEFAULTS, type Settings } from "../settings.ts";
import type { View } from "../view.ts";
import { testsIn } from "./tests.ts";

export const codeLens: Feature = {
  capabilities: { codeLensProvider: { resolveProvider: true } },
  register: (connection, services) => {
    connection.onCodeLens(({ textDocument: { uri } }, token) =>
      services.answer<CodeLens[]>(uri, token, [], (view, file) =>
        lensesIn(view, file, uri, services.settings.codeLens),
      ),
    );
    connection.onCodeLensResolve((lens, token) => {
      const data = lens.data as Data | undefined;
      if (!data || lens.command) return lens;
      return services.answer(data.uri, token, { ...lens, command: NOTHING }, (view, file) =>
        resolvedLens(lens, view, file, data),
      );
    });
  },
};

/** What a lens that is not resolved yet speaks of: the name that stands at its place. */
interface Data {
  readonly uri: string;
  readonly kind: "uses" | "performs";
  readonly position: Position;
}

/** A lens whose place has changed says nothing, and does nothing. */
const NOTHING = { title: "", command: "" };

export function lensesIn(
  view: View,
  file: string,
  uri: string,
  wanted: Settings["codeLens"] = DEFAULTS.codeLens,
): CodeLens[] {
  const lenses: CodeLens[] = [];
  const { items } = view.tree(file);
  const at = (item: ast.Item, span: ast.Span) =>
    view.range(file, { start: span.start + item.offset, end: span.end + item.offset });
  if (wanted.run) {
    const first = items.find(({ tree }) => tree.statements.some(runs));
    const statement = first?.tree.statements.find(runs);
    const button = (range: Range, title: string, command: string, args: unknown[]): void => {
      lenses.push({ range, command: { title, command, arguments: args } });
    };
    if (first && statement) {
      const range = at(first, { start: statement.start, end: statement.start });
      button(range, "▷ Run", "walia.run", [uri]);
      button(range, "Debug", "walia.debug", [uri]);
    }
    for (const { range, kind } of testsIn(view, file)) {
      const place = { start: range.start, end: range.start };
      const args = [uri, range.start.line];
      button(place, kind === "test" ? "▷ Run Test" : "▷ Run Example", "walia.runTest", args);
      button(place, "Debug", "walia.debugTest", args);
    }
  }
  if (!wanted.counts) return lenses;
  items.forEach((item, index) => {
    const names = view.analysis.names(file, index);
    const later = (span: ast.Span, kind: Data["kind"]): void => {
      const range = at(item, span);
      lenses.push({ range, data: { uri, kind, position: range.start } satisfies Data });
    };
    for (const { node, identifier } of names.exports) if (COUNTED.has(node.kind)) later(identifier, "uses");
    // Text that handles nothing need not be walked.
    if (!item.tree.text.includes("handle")) return;
    for (const unit of names.units) if (unit.kind === "clause") later((unit.node as ast.Handle).effectSpan, "performs");
  });
  return lenses;
}

const COUNTED: ReadonlySet<string> = new Set<ast.Statement["kind"]>(["Fun", "Class", "Trait"]);
const DECLARATIONS: ReadonlySet<string> = new Set<ast.Statement["kind"]>([
  ...(["Fun", "Class", "Trait", "Layout", "Gene", "Import", "Test", "Error"] as const),
]);

/** Whether a top-level statement does something when the file is run. A file of constants and functions is a library. */
function runs(statement: ast.Statement): boolean {
  return !DECLARATIONS.has(statement.kind) && statement.kind !== "Var" && statement.kind !== "Handle";
}

export function resolvedLens(lens: CodeLens, view: View, file: string, data: Data): CodeLens {
  const place = placeAt(view.analysis, file, view.offset(file, data.position));
  if (!place) return { ...lens, command: NOTHING };
  if (data.kind === "uses") {
    const declared = place.names.exports.find(
      ({ identifier }) => identifier.start <= place.at && place.at <= identifier.end,
    );
    if (!declared) return { ...lens, command: NOTHING };
    const found = usesOf(view, file, declared.name);
    return { ...lens, command: peek(found.length === 1 ? "1 use" : `${found.length} uses`, found, data) };
  }
  const handle = place.nodes.find((node) => node.kind === "Handle" && node.effectSpan.start === place.at);
  if (handle?.kind !== "Handle") return { ...lens, command: NOTHING };
  const found = performsFor(view, handle);
  const title = `performed in ${found.length} ${found.length === 1 ? "place" : "places"}`;
  return { ...lens, command: peek(title, found, data) };
}

/** Without anything to show, the number is only said. */
const peek = (title: string, found: readonly Location[], { uri, position }: Data) =>
  found.length === 0
    ? { title, command: "" }
    : { title, command: "walia.showReferences", arguments: [uri, position, found] };

/** Every use of a top-level name, in whatever file, by its own name or through an import's alias. */
function usesOf(view: View, file: string, name: string): Location[] {
  const { analysis } = view;
  const found: Location[] = [];
  for (const [path, tree] of analysis.files) {
    const namesOf = (index: number): ItemNames => analysis.names(path, index);
    const isOfFile = (used: string): boolean => {
      const meaning = analysis.registry.meaningOf(path, used);
      return (meaning.kind === "global" || meaning.kind === "module") && meaning.file === file;
    };
    const aliases = tree.items.flatMap((_, index) => namesOf(index).imports.flatMap(({ alias }) => alias?.name ?? []));
    for (const used of new Set([name, ...aliases])) {
      const users = itemsUsing(used, tree, namesOf);
      if (users.length === 0 || !isOfFile(used)) continue;
      for (const index of users) {
        const { offset, tree: item } = tree.items[index]!;
        for (const { node } of namesOf(index).units.flatMap((unit) => unit.free)) {
          if (!("name" in node) || node.name !== used) continue;
          const span = used === name ? node : memberOf(item, node, name);
          if (span) found.push(view.location(path, { start: span.start + offset, end: span.end + offset }));
        }
      }
    }
  }
  return found;
}

/** `name` of `alias.name`, where `object` is the alias. */
function memberOf(tree: ast.ItemTree, object: ast.Span, name: string): ast.Identifier | undefined {
  const around = nodesAt(tree, object.start);
  const member = around.find((node) => node.kind === "Member" && node.object === object && node.name.name === name);
  return member?.kind === "Member" ? member.name : undefined;
}

/** The performs that a handler may receive, calls of the library's that perform among them. */
function performsFor(view: View, handle: ast.Handle): Location[] {
  const { analysis } = view;
  const { effect } = handle;
  const places = new Set<ItemNames>(
    inferenceOf(analysis)
      .performsOf(effect)
      .map(({ names }) => names),
  );
  const library = builtins().filter(({ performs }) => performs.includes(effect));
  for (const [path, tree] of analysis.files)
    for (const { name } of library)
      for (const index of itemsUsing(name, tree, (each) => analysis.names(path, each)))
        places.add(analysis.names(path, index));
  const found: Location[] = [];
  for (const names of places) {
    const { file, index, offset } = analysis.locate(names);
    walkUnits(analysis.files.get(file)!.items[index]!.tree, names, (node, unit) => {
      const span = performedAt(node, effect, names);
      if (span && mayReceive(view, handle, unit))
        found.push(view.location(file, { start: span.start + offset, end: span.end + offset }));
      return undefined;
    });
  }
  return found;
}

/** Whether a perform in a unit may come to a handler: one around it in the same function takes all of them. */
function mayReceive(view: View, handle: ast.Handle, unit: Unit): boolean {
  const { effect } = handle;
  for (let at: Unit | null = unit; at && (at.kind === "handled" || at.kind === "clause"); at = at.parent) {
    const around = at.node as ast.Handle;
    if (at.kind === "handled" && around.effect === effect) return around === handle;
  }
  return view.analysis.facts.handlersFor(unit, effect).some((handler) => handler.handle === handle);
}

function performedAt(node: Node, effect: string, names: ItemNames): ast.Span | null {
  if (node.kind === "Perform") return node.effect === effect ? node.effectSpan : null;
  if (node.kind !== "Call" || node.callee.kind !== "Name") return null;
  const isLibrary = names.bindingOf(node.callee)?.kind === "free";
  return isLibrary && builtin(node.callee.name)?.performs.includes(effect) ? node.callee : null;
}
