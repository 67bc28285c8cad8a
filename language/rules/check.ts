// Runs the rules: over one item (the result is cached by the caller), and over the workspace.

import type * as ast from "../ast.ts";
import type { Facts } from "../effects/facts.ts";
import type { Registry, Unit } from "../names/model.ts";
import { walkUnits } from "../names/units.ts";
import type { Node } from "../walk.ts";
import { rules } from "./index.ts";
import type { Item, ItemContext, ItemLists, Problem, Rule, Visitors, Where, WorkspaceContext } from "./rule.ts";

export interface Finding {
  readonly rule: Rule;
  readonly problem: Problem;
}

type Visit = (node: Node, where: Where) => void;

export type Checker = (item: Item, registry: Registry) => Finding[];

/** All item rules over one item, in one walk. The rules' visitors are made once and used for every item. */
export function createChecker(): Checker {
  const current: Current = { item: null, registry: null, findings: [] };
  const whole = rules.flatMap((rule) => (rule.item ? { look: rule.item, context: contextOf(rule, current) } : []));
  const all = rules.flatMap((rule) => rule.visit?.(contextOf(rule, current)) ?? []);
  const table = tableOf(all);
  return (item, registry) => {
    const findings: Finding[] = [];
    Object.assign(current, { item, registry, findings });
    for (const { look, context } of whole) look(context);
    for (const begin of table.begins) begin();
    walkWithPlace(item, table);
    for (const end of table.ends) end();
    return findings;
  };
}

/** The item that is being looked at. */
interface Current {
  item: Item | null;
  registry: Registry | null;
  findings: Finding[];
}

function contextOf(rule: Rule, current: Current): ItemContext {
  return {
    get file() {
      return current.item!.file;
    },
    get tree() {
      return current.item!.tree;
    },
    get names() {
      return current.item!.names;
    },
    get registry() {
      return current.registry!;
    },
    meaningOf: (name) => current.registry!.meaningOf(current.item!.file, name),
    report: (problem) => void current.findings.push({ rule, problem }),
  };
}

interface Table {
  readonly byKind: ReadonlyMap<string, readonly Visit[]>;
  readonly leaves: readonly ((node: Node) => void)[];
  readonly begins: readonly (() => void)[];
  readonly ends: readonly (() => void)[];
}

function tableOf(all: readonly Visitors[]): Table {
  const byKind = new Map<string, Visit[]>();
  for (const { leave: _leave, begin: _begin, end: _end, ...visits } of all) {
    for (const [kind, visit] of Object.entries(visits)) {
      // Each function is stored under the kind of the node it takes, so the pairing is safe.
      const others = byKind.get(kind);
      if (others) others.push(visit as Visit);
      else byKind.set(kind, [visit as Visit]);
    }
  }
  return {
    byKind,
    leaves: all.flatMap((visitors) => visitors.leave ?? []),
    begins: all.flatMap((visitors) => visitors.begin ?? []),
    ends: all.flatMap((visitors) => visitors.end ?? []),
  };
}

function walkWithPlace(item: Item, { byKind, leaves }: Table): void {
  let isUnsafe = 0;
  let loops = 0;
  const outerLoops: number[] = [];
  // One for all visits: rules look at it and do not keep it.
  const where = { unit: item.names.units[0]!, isUnsafe: false, loops: 0 };
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
        where.unit = unit;
        where.isUnsafe = isUnsafe > 0;
        where.loops = loops;
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
  lists: ItemLists,
  find: Pick<WorkspaceContext, "itemOf" | "itemAt">,
  registry: Registry,
  facts: Facts,
): ReadonlyMap<Item, Finding[]> {
  const found = new Map<Item, Finding[]>();
  for (const rule of rules) {
    rule.workspace?.({
      ...lists,
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
