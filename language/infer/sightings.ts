// What one item's tree shows about values elsewhere in it: who assigns a name, which calls pass what, what a loop runs over.
// Found in one walk and kept as long as the item's names (they are the same object until its text changes).

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import { isResume } from "../effects/clauses.ts";
import type { ItemNames, Local } from "../names/model.ts";
import { walkUnits } from "../names/units.ts";
import type { ClassPlace } from "./types.ts";

/** A function where it is passed: the call, and the position of the argument, the piped value counted. */
export interface Passed {
  readonly call: ast.Call;
  readonly piped: ast.Expression | null;
  readonly position: number;
}

export interface CallSeen {
  readonly call: ast.Call;
  readonly piped: ast.Expression | null;
}

export interface Sightings {
  /** The value that a written name or member gets, by the target node. */
  readonly assigned: ReadonlyMap<object, ast.Expression>;
  /** `this.x = e` by class and field. */
  readonly fieldWrites: ReadonlyMap<object, ReadonlyMap<string, readonly ast.Expression[]>>;
  /** `m.key = e` and `m["key"] = e` by the local, or the free name, that `m` is. */
  readonly keyWrites: ReadonlyMap<Local | string, readonly { readonly key: string; readonly value: ast.Expression }[]>;
  /** The loop that declares a name. */
  readonly loops: ReadonlyMap<ast.Identifier, ast.For>;
  /** The match whose arm's whole pattern binds a name. */
  readonly subjects: ReadonlyMap<ast.Identifier, ast.Expression>;
  /** Calls by the written name of what is called: `f` of `f()`, `m` of `x.m()`. */
  readonly calls: ReadonlyMap<string, readonly CallSeen[]>;
  readonly passed: ReadonlyMap<ast.Function, Passed>;
  /** The class or trait of a method, and of a field. */
  readonly owners: ReadonlyMap<object, ClassPlace>;
  readonly performs: readonly ast.Perform[];
  readonly handles: readonly ast.Handle[];
  /** The value that each `resume` of a handler's own continuation passes; null for none. */
  readonly resumes: ReadonlyMap<ast.Handle, readonly (ast.Expression | null)[]>;
}

const known = new WeakMap<ItemNames, Sightings>();

export function sightingsOf(tree: ast.ItemTree, names: ItemNames): Sightings {
  let found = known.get(names);
  if (!found) {
    found = look(tree, names);
    known.set(names, found);
  }
  return found;
}

/** The sightings of an item of an analysis. */
export function seenIn(names: ItemNames, analysis: Analysis): Sightings {
  const { file, index } = analysis.locate(names);
  return sightingsOf(analysis.files.get(file)!.items[index]!.tree, names);
}

function look(tree: ast.ItemTree, names: ItemNames): Sightings {
  const assigned = new Map<object, ast.Expression>();
  const fieldWrites = new Map<object, Map<string, ast.Expression[]>>();
  const keyWrites = new Map<Local | string, { key: string; value: ast.Expression }[]>();
  const loops = new Map<ast.Identifier, ast.For>();
  const subjects = new Map<ast.Identifier, ast.Expression>();
  const calls = new Map<string, CallSeen[]>();
  const passed = new Map<ast.Function, Passed>();
  const owners = new Map<object, ClassPlace>();
  const performs: ast.Perform[] = [];
  const handles: ast.Handle[] = [];
  const resumes = new Map<ast.Handle, (ast.Expression | null)[]>();
  const pipedInto = new Map<object, ast.Expression>();

  const ownerAt = (unit: { readonly node: object; readonly parent: unknown } | null): ClassPlace | undefined => {
    for (let at = unit; at; at = at.parent as typeof unit) {
      const owner = owners.get(at.node);
      if (owner) return owner;
    }
    return undefined;
  };

  walkUnits(tree, names, (node, unit) => {
    switch (node.kind) {
      case "Class":
      case "Trait": {
        const place = { node, names };
        for (const method of node.methods) owners.set(method.fun, place);
        if (node.kind === "Class") for (const field of node.fields) owners.set(field, place);
        return undefined;
      }
      case "Assign": {
        const { target, value } = node;
        assigned.set(target, value);
        if (target.kind === "Member" && target.object.kind === "This") {
          const owner = ownerAt(unit);
          if (owner)
            push(
              entry(fieldWrites, owner.node, () => new Map()),
              target.name.name,
              value,
            );
        }
        const key = keyOf(target);
        const holder = key === undefined ? undefined : holderOf(target, names);
        if (key !== undefined && holder !== undefined) push(keyWrites, holder, { key, value });
        return undefined;
      }
      case "For":
        loops.set(node.name, node);
        return undefined;
      case "Match":
        for (const { pattern } of node.arms)
          if (pattern.kind === "NamePattern") subjects.set(pattern.name, node.subject);
        return undefined;
      case "Pipe":
        if (node.right.kind === "Call") pipedInto.set(node.right, node.left);
        return undefined;
      case "Call": {
        const piped = pipedInto.get(node) ?? null;
        const name = calledName(node.callee);
        if (name !== undefined) push(calls, name, { call: node, piped });
        node.args.forEach(({ value }, index) => {
          if (value.kind === "FunExpression")
            passed.set(value.fun, { call: node, piped, position: index + (piped ? 1 : 0) });
        });
        if (isResume(node, names)) noteResume(node);
        return undefined;
      }
      case "Perform":
        performs.push(node);
        return undefined;
      case "Handle":
        handles.push(node);
        return undefined;
    }
    return undefined;
  });

  function noteResume(call: ast.Call): void {
    const first = call.args[0]?.value;
    if (first?.kind !== "Member" || first.name.name !== "continuation") return;
    const binding = first.object.kind === "Name" ? names.bindingOf(first.object) : undefined;
    if (binding?.kind !== "local" || binding.role !== "effect") return;
    push(resumes, binding.unit.node as ast.Handle, call.args[1]?.value ?? null);
  }

  return { assigned, fieldWrites, keyWrites, loops, subjects, calls, passed, owners, performs, handles, resumes };
}

/** `key` of `m.key` and `m["key"]`. */
function keyOf(target: ast.Expression): string | undefined {
  if (target.kind === "Member") return target.name.name;
  return target.kind === "Index" && target.index.kind === "String" ? target.index.value : undefined;
}

function holderOf(target: ast.Expression, names: ItemNames): Local | string | undefined {
  const object = target.kind === "Member" || target.kind === "Index" ? target.object : undefined;
  if (object?.kind !== "Name") return undefined;
  const binding = names.bindingOf(object);
  return binding?.kind === "local" ? binding : object.name;
}

export function calledName(callee: ast.Expression): string | undefined {
  if (callee.kind === "Name") return callee.name;
  return callee.kind === "Member" ? callee.name.name : undefined;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  entry<K, V[]>(map, key, () => []).push(value);
}

const usersIn = new WeakMap<ast.FileTree, ReadonlyMap<string, readonly number[]>>();
const NOBODY: readonly number[] = [];

/** The items of a file that use a name which they do not declare, without a walk over their trees. */
export function itemsUsing(name: string, file: ast.FileTree, namesOf: (index: number) => ItemNames): readonly number[] {
  let users = usersIn.get(file);
  if (!users) {
    const found = new Map<string, number[]>();
    for (let index = 0; index < file.items.length; index++) {
      for (const unit of namesOf(index).units) {
        for (const { node } of unit.free) {
          if (!("name" in node) || typeof node.name !== "string") continue;
          const items = entry<string, number[]>(found, node.name, () => []);
          if (items.at(-1) !== index) items.push(index);
        }
      }
    }
    users = found;
    usersIn.set(file, users);
  }
  return users.get(name) ?? NOBODY;
}

/** The items of a file of an analysis that use a name which they do not declare. */
export function usersOf(name: string, file: string, analysis: Analysis): readonly ItemNames[] {
  const namesOf = (index: number): ItemNames => analysis.names(file, index);
  return itemsUsing(name, analysis.files.get(file)!, namesOf).map(namesOf);
}
