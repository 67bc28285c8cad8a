// What a handler's clause does with its continuation over time: whether it keeps it, and whether it may resume it more than once.
// From the clause alone, found once for each item. For the rules about the life of continuations.

import type * as ast from "../ast.ts";
import { clauseFacts, isResume, resumedHandle } from "../effects/clauses.ts";
import { builtin, builtinMethods } from "../names/builtins.ts";
import type { ItemNames } from "../names/model.ts";
import { childrenOf, type Node, walk } from "../walk.ts";

export interface ClauseLife {
  readonly handle: ast.Handle;
  /** Where the continuation is taken without being resumed at once. */
  readonly kept: ast.Span | null;
  /** A resume that may not be the first, and why. */
  readonly again: { readonly resume: ast.Call; readonly why: Repetition } | null;
}

/** "loop": it stands in one; "callback": in a function that the library may call many times; "sequence": another before it. */
export type Repetition =
  | { readonly kind: "loop" | "callback"; readonly at: ast.Span }
  | { readonly kind: "sequence"; readonly first: ast.Call };

const known = new WeakMap<ItemNames, readonly ClauseLife[]>();

/** The lives of the continuations of an item's handlers; those that are resumed once, at once, are left out. */
export function clauseLives(
  handles: readonly { readonly node: ast.Handle }[],
  names: ItemNames,
): readonly ClauseLife[] {
  let lives = known.get(names);
  if (!lives) {
    lives = handles.flatMap(({ node }) => {
      if (clauseFacts(node, names) !== "general") return [];
      const life = lifeOf(node, names);
      return life.kept || life.again ? [life] : [];
    });
    known.set(names, lives);
  }
  return lives;
}

function lifeOf(handle: ast.Handle, names: ItemNames): ClauseLife {
  const resumes: { call: ast.Call; path: readonly Node[] }[] = [];
  let kept: ast.Span | null = null;
  const resumed = new Set<Node>();
  const path: Node[] = [];
  walk(
    handle.clause,
    (node) => {
      path.push(node);
      if (node.kind === "Call" && isResume(node, names) && resumedHandle(node, names) === handle) {
        resumed.add(node.args[0]!.value);
        resumes.push({ call: node, path: [...path] });
      }
      if (node.kind === "Member" && !resumed.has(node) && isOwnContinuation(node, handle, names)) kept ??= node;
      return true;
    },
    () => void path.pop(),
  );
  return { handle, kept, again: repeated(resumes) };
}

function isOwnContinuation(node: ast.Member, handle: ast.Handle, names: ItemNames): boolean {
  if (node.name.name !== "continuation" || node.object.kind !== "Name") return false;
  const binding = names.bindingOf(node.object);
  return binding?.kind === "local" && binding.role === "effect" && binding.unit.node === handle;
}

function repeated(resumes: readonly { call: ast.Call; path: readonly Node[] }[]): ClauseLife["again"] {
  for (const { call, path } of resumes) {
    const at = repeatedBy(path);
    if (at) return { resume: call, why: at };
  }
  for (const [index, later] of resumes.entries())
    for (const earlier of resumes.slice(0, index))
      if (mayFollow(earlier.path, later.path))
        return { resume: later.call, why: { kind: "sequence", first: earlier.call } };
  return null;
}

/** The loop, or the callback, through which one resume may run many times; not when it ends what it stands in. */
function repeatedBy(path: readonly Node[]): Repetition | null {
  for (let i = path.length - 2; i > 0; i--) {
    const node = path[i]!;
    if (node.kind === "Return" || (node.kind === "Block" && endsIn(node, path[i + 1]!))) return null;
    if (node.kind === "While" && node.body === path[i + 1]) return { kind: "loop", at: node };
    if (node.kind === "For" && node.body === path[i + 1]) return { kind: "loop", at: node };
    if (node.kind === "Fun") return null; // who calls it, and how often, is not known
    if (node.kind === "FunExpression") {
      const call = path[i - 1];
      return call?.kind === "Call" && callsBack(call) ? { kind: "callback", at: call } : null;
    }
  }
  return null;
}

/** Whether a block leaves its loop or function behind a statement of it. */
function endsIn(block: ast.Block, statement: Node): boolean {
  const index = block.statements.indexOf(statement as ast.Statement);
  return block.statements.slice(index + 1).some(({ kind }) => kind === "Return" || kind === "Break");
}

/** Whether the library calls a function that it is given, perhaps many times. */
function callsBack({ callee }: ast.Call): boolean {
  if (callee.kind === "Name") return (builtin(callee.name)?.calls.length ?? 0) > 0;
  return callee.kind === "Member" && builtinMethods(callee.name.name).some(({ calls }) => calls.length > 0);
}

/** Whether code can run after other code of the same clause, which stands before it. */
function mayFollow(earlier: readonly Node[], later: readonly Node[]): boolean {
  let split = 0;
  while (earlier[split] === later[split]) split++;
  const common = earlier[split - 1]!;
  // In different functions: who calls them when is not known.
  if ([...earlier.slice(split), ...later.slice(split)].some(({ kind }) => kind === "Fun" || kind === "FunExpression"))
    return false;
  if (common.kind === "If") return earlier[split] === common.condition;
  if (common.kind === "Match") return earlier[split] === common.subject;
  // The earlier one may leave: `if (simple) return resume(…);`
  return !leaves(earlier, split);
}

/** Whether a path ends its function, or its loop, behind the node at its end. */
function leaves(path: readonly Node[], from: number): boolean {
  for (let i = from; i < path.length; i++) {
    const node = path[i]!;
    if (node.kind === "Return") return true;
    const inner = path[i + 1];
    if (node.kind === "Block" && inner && endsIn(node, inner)) return true;
  }
  return false;
}

/** The nodes under a node, itself included, that `wanted` is true of. */
export function nodesUnder<K extends Node["kind"]>(root: Node, kind: K): Extract<Node, { kind: K }>[] {
  const found: Extract<Node, { kind: K }>[] = [];
  const work: Node[] = [root];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    if (at.kind === kind) found.push(at as Extract<Node, { kind: K }>);
    childrenOf(at, work);
  }
  return found;
}
