// Runs the rules: over one item (the result is cached by the caller), and over the workspace.

import type * as ast from "../ast.ts";
import type { Facts } from "../effects/facts.ts";
import type { Registry, Unit } from "../names/model.ts";
import { walkUnits } from "../names/units.ts";
import type { Node } from "../walk.ts";
import { rules } from "./index.ts";
import type { Item, Problem, Rule, Visitors, Where, WorkspaceContext } from "./rule.ts";

export interface Finding {
  readonly rule: Rule;
  readonly problem: Problem;
}

type Visit = (node: Node, where: Where) => void;

/** All item rules over one item, in one walk. */
export function checkItem(item: Item, registry: Registry): Finding[] {
  const findings: Finding[] = [];
  const all: Visitors[] = [];
  for (const rule of rules) {
    if (!rule.item) continue;
    all.push(
      rule.item({
        file: item.file,
        tree: item.tree,
        names: item.names,
        registry,
        meaningOf: (name) => registry.meaningOf(item.file, name),
        report: (problem) => findings.push({ rule, problem }),
      }),
    );
  }
  walkWithPlace(item, all);
  for (const visitors of all) visitors.end?.();
  return findings;
}

function walkWithPlace(item: Item, all: readonly Visitors[]): void {
  // Each function is stored under the kind of the node it takes, so the pairing is safe.
  const byKind = new Map<string, Visit[]>();
  for (const visitors of all) {
    for (const kind in visitors) {
      const visit = visitors[kind as Node["kind"]] as Visit;
      const others = byKind.get(kind);
      if (others) others.push(visit);
      else byKind.set(kind, [visit]);
    }
  }
  const leaves = all.flatMap((visitors) => visitors.leave ?? []);

  let isUnsafe = 0;
  let loops = 0;
  const outerLoops: number[] = [];
  const openCode = (): void => {
    outerLoops.push(loops);
    loops = 0;
  };

  walkUnits(
    item.tree,
    item.names,
    (node, unit) => {
      if (isClause(node, unit)) openCode();
      const visits = byKind.get(node.kind);
      if (visits) {
        const where: Where = { unit, isUnsafe: isUnsafe > 0, loops };
        for (const visit of visits) visit(node, where);
      }
      if (node.kind === "Unsafe") isUnsafe++;
      else if (node.kind === "While" || node.kind === "For") loops++;
      else if (isFunction(node)) openCode();
      return undefined;
    },
    (node, unit) => {
      if (node.kind === "Unsafe") isUnsafe--;
      else if (node.kind === "While" || node.kind === "For") loops--;
      else if (isFunction(node) || isClause(node, unit)) loops = outerLoops.pop()!;
      for (const leave of leaves) leave(node);
    },
  );
}

/** A clause runs when a `perform` comes to it, outside the loops around the `handle`. */
const isClause = (node: Node, unit: Unit): boolean =>
  unit.kind === "clause" && (unit.node as ast.Handle).clause === node;
const isFunction = (node: Node): boolean =>
  node.kind === "Fun" || node.kind === "FunExpression" || node.kind === "Test";

/** All workspace rules. */
export function checkWorkspace(
  items: readonly Item[],
  find: Pick<WorkspaceContext, "itemOf" | "itemAt">,
  registry: Registry,
  facts: Facts,
): ReadonlyMap<Item, Finding[]> {
  const found = new Map<Item, Finding[]>();
  for (const rule of rules) {
    rule.workspace?.({
      items,
      registry,
      facts,
      ...find,
      report: (item, problem) => {
        const others = found.get(item);
        if (others) others.push({ rule, problem });
        else found.set(item, [{ rule, problem }]);
      },
    });
  }
  return found;
}
