// The first half of effect rows: what each unit of one item does that matters to them, from the item alone, so that it is
// cached with the item. The second half, `rows.ts`, knows the whole workspace.
//
// S1. A site is one place in a unit where something happens: an effect is performed, something is called, a handler is
//     installed. Sites are numbered in source order within their unit.
// S2. A target says what a called value is, as far as the item can tell. A name that is never assigned is followed to
//     its initialiser.

import type * as ast from "../ast.ts";
import type { ItemNames, Local, Unit } from "../names/model.ts";
import { walkUnits } from "../names/units.ts";
import type { Node } from "../walk.ts";
import { isResume, resumedHandle } from "./clauses.ts";

export type Target =
  | { readonly kind: "unit"; readonly unit: Unit }
  | { readonly kind: "class"; readonly node: ast.ClassDeclaration }
  /** A parameter of a unit around the call: a row variable. */
  | { readonly kind: "param"; readonly local: Local }
  | { readonly kind: "free"; readonly name: string }
  /** `object.name`, where `object` is a free name when it is written: perhaps an import's alias. */
  | { readonly kind: "method"; readonly object: string | null; readonly name: string }
  /** Surely no function: a number, a list. */
  | { readonly kind: "plain" }
  | { readonly kind: "unknown" };

export type Site =
  | { readonly kind: "perform"; readonly node: ast.Perform; readonly effect: string }
  | { readonly kind: "await"; readonly node: Node }
  | { readonly kind: "call"; readonly node: Node; readonly target: Target; readonly args: readonly Target[] }
  /** `handled` is null for a program-wide handler (N3). */
  | { readonly kind: "handle"; readonly node: ast.Handle; readonly clause: Unit; readonly handled: Unit | null }
  /** `resume`; `handled` is the code that goes on, when that is known. */
  | { readonly kind: "resume"; readonly node: ast.Call; readonly handled: Unit | null; readonly own: boolean };

export type HandleSite = Extract<Site, { kind: "handle" }>;

export interface UnitSummary {
  readonly unit: Unit;
  readonly sites: readonly Site[];
}

export interface ClassSummary {
  readonly node: ast.ClassDeclaration | ast.TraitDeclaration;
  readonly fields: readonly Unit[];
  readonly methods: ReadonlyMap<string, Unit>;
}

export interface ItemSummary {
  /** Parallel to `ItemNames.units`. */
  readonly units: readonly UnitSummary[];
  readonly classes: readonly ClassSummary[];
  /** Top-level statements and tests: where code starts. */
  readonly entries: readonly Unit[];
  /** Every handler of the item. */
  readonly handles: readonly HandleSite[];
  /** What the top-level names of this item are when they are called. */
  readonly values: ReadonlyMap<string, Target>;
  /** Members that may hold a function although no method has that name: fields, keys of maps. */
  readonly slots: ReadonlySet<string>;
  /** `const` names whose value can change although the name cannot: a list, a map, an instance. */
  readonly mutable: ReadonlySet<string>;
  /** Free names that the item assigns. */
  readonly written: readonly string[];
}

export function summarize(tree: ast.ItemTree, names: ItemNames): ItemSummary {
  const sites = new Map<Unit, Site[]>(names.units.map((unit) => [unit, []]));
  const classes: ClassSummary[] = [];
  const handles: HandleSite[] = [];
  const slots = new Set<string>();
  /** Calls that are a pipe's stage: the piped value comes first. */
  const piped = new Map<Node, ast.Expression>();

  const add = (unit: Unit, site: Site): void => void sites.get(unit)!.push(site);
  const slot = (name: string, value: ast.Expression): void => {
    if (targetOf(value, names).kind !== "plain") slots.add(name);
  };

  function call(unit: Unit, node: Node, callee: ast.Expression, args: readonly ast.Expression[]): void {
    add(unit, { kind: "call", node, target: targetOf(callee, names), args: args.map((arg) => targetOf(arg, names)) });
  }

  function enter(node: Node, unit: Unit): undefined {
    switch (node.kind) {
      case "Perform":
        add(unit, { kind: "perform", node, effect: node.effect });
        return;
      case "Await":
        add(unit, { kind: "await", node });
        return;
      case "Call": {
        if (isResume(node, names)) {
          const handle = resumedHandle(node, names);
          const handled = handle ? (names.handledOf(handle) ?? null) : null;
          add(unit, { kind: "resume", node, handled, own: handle !== undefined });
          return;
        }
        // Named arguments may stand in any order: what they are is left unknown.
        const named = node.args.some((argument) => argument.name !== null);
        const args = named ? [] : node.args.map((argument) => argument.value);
        const first = piped.get(node);
        call(unit, node, node.callee, first ? [first, ...args] : args);
        const key = args.find((arg) => arg.kind === "String");
        if (key?.kind === "String" && args.length > 1) slot(key.value, args.at(-1)!);
        return;
      }
      case "Pipe":
        if (node.right.kind === "Call") piped.set(node.right, node.left);
        else call(unit, node, node.right, [node.left]);
        if (node.isAwait) add(unit, { kind: "await", node });
        return;
      case "Handle": {
        const clause = names.clauseOf(node);
        const site: HandleSite = { kind: "handle", node, clause, handled: names.handledOf(node) ?? null };
        handles.push(site);
        add(unit, site);
        return;
      }
      case "Class":
      case "Trait":
        classes.push(classSummary(node, names));
        if (node.kind === "Class") for (const field of node.fields) if (field.init) slot(field.name.name, field.init);
        return;
      case "Map":
        for (const entry of node.entries) slot(entry.key.name, entry.value);
        return;
      case "Assign":
        if (node.target.kind === "Member") slot(node.target.name.name, node.value);
        else if (node.target.kind === "Index" && node.target.index.kind === "String")
          slot(node.target.index.value, node.value);
        return;
    }
  }
  walkUnits(tree, names, enter);

  const units = names.units.map((unit) => ({ unit, sites: sites.get(unit)! }));
  const { values, mutable } = exportedValues(names);
  const written = names.units.flatMap((unit) =>
    unit.free.flatMap((use) => (use.access === "write" ? nameOf(use.node) : [])),
  );
  const entries = names.units.filter(({ kind }) => kind === "top" || kind === "test");
  return { units, classes, entries, handles, values, slots, mutable, written };
}

/** What an expression is when it is called (S2). */
export function targetOf(expression: ast.Expression, names: ItemNames): Target {
  let at = expression;
  // Names can only lead to earlier declarations, but a damaged tree must not hold us up.
  for (let steps = 0; steps < 50; steps++) {
    switch (at.kind) {
      case "FunExpression":
        return { kind: "unit", unit: names.unitOf(at.fun) };
      case "Name": {
        const binding = names.bindingOf(at);
        if (binding?.kind === "free") return { kind: "free", name: binding.name };
        if (binding === undefined || binding.uses.some((use) => use.access === "write")) return UNKNOWN;
        if (binding.role === "param") return { kind: "param", local: binding };
        if (binding.node?.kind === "Fun") return { kind: "unit", unit: names.unitOf(binding.node.fun) };
        if (binding.node?.kind === "Class") return { kind: "class", node: binding.node };
        if (!binding.variable) return UNKNOWN;
        if (!binding.variable.init) return PLAIN;
        at = binding.variable.init;
        continue;
      }
      case "Member": {
        const object = at.object.kind === "Name" ? names.bindingOf(at.object) : undefined;
        return { kind: "method", object: object?.kind === "free" ? object.name : null, name: at.name.name };
      }
      case "Super":
        return { kind: "method", object: null, name: at.method.name };
      default:
        return PLAIN_KINDS.has(at.kind) ? PLAIN : UNKNOWN;
    }
  }
  return UNKNOWN;
}

const UNKNOWN: Target = { kind: "unknown" };
const PLAIN: Target = { kind: "plain" };
const PLAIN_KINDS: ReadonlySet<string> = new Set<Node["kind"]>([
  ...(["Number", "String", "Char", "Bool", "Nil", "List", "Map", "Tuple", "Binary", "Unary", "Range", "Cast"] as const),
  ...(["Similar", "Quantity", "Print", "Asm", "Release"] as const),
]);

function classSummary(node: ast.ClassDeclaration | ast.TraitDeclaration, names: ItemNames): ClassSummary {
  const initialised = node.kind === "Class" ? node.fields.filter((field) => field.init !== null) : [];
  return {
    node,
    fields: initialised.map((field) => names.unitOf(field)),
    methods: new Map(node.methods.map((method) => [method.name.name, names.unitOf(method.fun)])),
  };
}

function exportedValues(names: ItemNames): { values: Map<string, Target>; mutable: Set<string> } {
  const values = new Map<string, Target>();
  const mutable = new Set<string>();
  for (const { name, node } of names.exports) {
    if (node.kind === "Fun") values.set(name, { kind: "unit", unit: names.unitOf(node.fun) });
    else if (node.kind === "Class") values.set(name, { kind: "class", node });
    // A top-level `var` keeps its value between starts, so its initialiser says nothing.
    else if (node.kind === "Var") {
      values.set(name, node.constant && node.init ? targetOf(node.init, names) : UNKNOWN);
      if (!node.constant || (node.init && !isImmutable(node.init))) mutable.add(name);
    } else values.set(name, PLAIN);
  }
  return { values, mutable };
}

/** Whether a constant's value can be read on any core: plain values, functions, and what all cores share. */
export function isImmutable(init: ast.Expression): boolean {
  const work: ast.Expression[] = [init];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    switch (at.kind) {
      case "Number":
      case "String":
      case "Char":
      case "Bool":
      case "Nil":
      case "FunExpression":
        break;
      case "Unary":
        work.push(at.operand);
        break;
      case "Binary":
      case "Logical":
        work.push(at.left, at.right);
        break;
      case "Call":
        if (at.callee.kind === "Name" && YIELDS_IMMUTABLE.test(at.callee.name)) break;
        return false;
      default:
        return false;
    }
  }
  return true;
}

/** Built-ins that yield a plain value, or one that all cores share. */
const YIELDS_IMMUTABLE =
  /^(Channel|Atomic|math_\w+|num|str|len|clock|time_now|random|sha1|sha256|base64_\w+|walia_is_warm_boot)$/;

/** Whether calling the unit's function starts a task. */
export function startsTask(unit: Unit): boolean {
  return (unit.kind === "function" || unit.kind === "method") && (unit.node as ast.Function).isAsync;
}

function nameOf(node: object): string[] {
  return "name" in node && typeof node.name === "string" ? [node.name] : [];
}
