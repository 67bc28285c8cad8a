// Inline values: which variables the debugger shows at the ends of lines while it is stopped. For the function that the stopped
// line is in: its parameters and locals, fields of `this` and parts of the request, what it uses of the functions around it, and global
// variables.
//
// I1. Each name once, where it was last written before the stopped line; a name that gets its value on the stopped line or
//     later has none yet.
// I2. The debugger is asked for what is shown: for variables by their names, for fields and parts by an expression.

import { type InlineValue, InlineValueRequest } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import type { ItemNames, Unit } from "../../language/names/model.ts";
import { meaningOfUse } from "../../language/names/patterns.ts";
import { functionAround, walkUnits } from "../../language/names/units.ts";
import { placeAt } from "../../language/query/place.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const inlineValues: Feature = {
  capabilities: { inlineValueProvider: true },
  register: (connection, services) => {
    connection.onRequest(InlineValueRequest.type, ({ textDocument: { uri }, range, context }, token) =>
      services.answer<InlineValue[]>(uri, token, [], (view, file) => {
        const stopped = view.span(file, context.stoppedLocation);
        return valuesIn(view, file, view.span(file, range), stopped).map(({ span, name, isExpression }) => {
          const at = view.range(file, span);
          return isExpression
            ? { range: at, expression: name }
            : { range: at, variableName: name, caseSensitiveLookup: true };
        });
      }),
    );
  },
};

export interface ShownValue {
  /** In the file: where the name is written. */
  readonly span: ast.Span;
  readonly name: string;
  /** To be evaluated in the stopped frame; else a variable to be looked up there. */
  readonly isExpression: boolean;
}

/** The values to show in a part of a file, stopped at a place of it. */
export function valuesIn(view: View, file: string, part: ast.Span, stopped: ast.Span): ShownValue[] {
  const place = placeAt(view.analysis, file, stopped.start);
  if (!place) return [];
  const { names, item, at } = place;
  const { text } = item.tree;
  const lineEnd = text.indexOf("\n", at);
  const limit = lineEnd < 0 ? text.length : lineEnd;
  const home = functionAt(item.tree, names, at);
  if (home === null) return [];
  const found = new Map<string, ShownValue>();
  const show = (span: ast.Span, name: string, isExpression = false): void => {
    const start = span.start + item.offset;
    if (name === "" || span.end > limit || start < part.start || start > part.end) return;
    const shown = found.get(name);
    if (!shown || shown.span.start <= start)
      found.set(name, { span: { start, end: span.end + item.offset }, name, isExpression });
  };
  const declaredLater = new Set<string>();
  for (const unit of unitsOf(home)) {
    for (const local of unit.locals) {
      if (!local.declaration) continue;
      // I1: what stands on the stopped line has not happened yet.
      if (local.role !== "param" && local.declaration.start >= startOfLine(text, at)) declaredLater.add(local.name);
      else show(local.declaration, local.name);
    }
  }
  walkUnits(item.tree, names, (node, unit) => {
    if (functionAround(unit) !== home) return undefined;
    if (node.kind === "Name") {
      if (isRequest(node, names)) return undefined;
      const binding = meaningOfUse(node, names, view.analysis.registry, file);
      if (binding?.kind === "local" ? !declaredLater.has(node.name) : isVariable(view, file, node.name))
        show(node, node.name);
    } else if (node.kind === "Member" && node.object.kind === "This" && node.name.name !== "")
      show(node, `this.${node.name.name}`, true);
    else if (node.kind === "Member" && isRequest(node.object, names) && node.name.name !== "")
      show(node, `effect.${node.name.name}`, true);
    return undefined;
  });
  return [...found.values()].sort((a, b) => a.span.start - b.span.start);
}

/** The function whose code stands at an offset; else the unit of the item's own code, if it has some (an import has none). */
function functionAt(tree: ast.ItemTree, names: ItemNames, at: number): Unit | null {
  let found = names.units[0];
  walkUnits(tree, names, (node, unit) => {
    if (node.start <= at && at <= node.end) found = unit;
    return node.start <= at && at <= node.end ? undefined : false;
  });
  return found === undefined ? null : functionAround(found);
}

/** A function's own units: its clauses and the code that its handlers cover, not the functions in it. */
function unitsOf(home: Unit): Unit[] {
  const all = [home];
  for (let i = 0; i < all.length; i++)
    for (const child of all[i]!.children) if (child.kind === "clause" || child.kind === "handled") all.push(child);
  return all;
}

function isVariable(view: View, file: string, name: string): boolean {
  const meaning = view.analysis.registry.meaningOf(file, name);
  return meaning.kind === "global" && meaning.export.node.kind === "Var";
}

function isRequest(object: ast.Expression, names: ItemNames): boolean {
  const binding = object.kind === "Name" ? names.bindingOf(object) : undefined;
  return binding?.kind === "local" && binding.role === "effect";
}

const startOfLine = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;
