// What a handler's clause does with the continuation, from the item alone. The compiler chooses by it how a `perform`
// that reaches the clause is run.
//
//   tail-resumptive   every path ends in one `resume(effect.continuation, v)` in tail position, and neither the
//                     continuation nor `effect` as a whole goes anywhere else: the clause can run in place, as a call
//   abortive          never mentions the continuation, and `effect` as a whole goes nowhere: the performer is abandoned
//   general           anything else
//
// C1. `return` ends the clause with its value, so it is a tail position; inside a loop it counts as general.
// C2. A resume in a nested function, in a loop, in another handler's clause or in code that another handler covers is
//     not in tail position.
// C3. A path that faults (no arm matches) ends nowhere and says nothing.

import type * as ast from "../ast.ts";
import type { ItemNames, Local } from "../names/model.ts";
import { type Node, walk } from "../walk.ts";

export type ClauseFact = "tail-resumptive" | "abortive" | "general";

/** Where a path through a clause ends: with the value of an expression, or with nothing written there. */
export interface PathEnd {
  /** The last thing on the path; null when the path falls off the end. */
  readonly value: ast.Statement | null;
  /** The nearest node that explains the path: an `if` without `else`, an empty block. */
  readonly at: Node;
}

export function clauseFacts(handle: ast.Handle, names: ItemNames): ClauseFact {
  const use = continuationUse(handle, names);
  if (use.escapes) return "general";
  if (use.mentions === 0) return "abortive";
  const { ends, irregular } = pathEnds(handle.clause);
  if (irregular) return "general";
  const resumes = new Set<Node>();
  for (const { value } of ends) {
    if (value === null || !isOwnResume(value, handle, names)) return "general";
    resumes.add(value);
  }
  // A resume that is no path's end is counted in `mentions` only.
  return resumes.size === use.mentions ? "tail-resumptive" : "general";
}

/** Whether a node is `resume(effect.continuation, …)` of exactly this handler. */
export function isOwnResume(node: Node, handle: ast.Handle, names: ItemNames): boolean {
  if (node.kind !== "Call" || !isResume(node, names)) return false;
  const first = node.args[0]?.value;
  return node.args.length <= 2 && first !== undefined && isContinuation(first, effectOf(handle, names), names);
}

/** Whether a call's callee is the built-in `resume`. */
export function isResume(call: ast.Call, names: ItemNames): boolean {
  const { callee } = call;
  return callee.kind === "Name" && callee.name === "resume" && names.bindingOf(callee)?.kind === "free";
}

/** The handler whose clause's `effect` a `resume(effect.continuation, …)` continues, if it is written so. */
export function resumedHandle(call: ast.Call, names: ItemNames): ast.Handle | undefined {
  const first = call.args[0]?.value;
  if (first?.kind !== "Member" || first.name.name !== "continuation" || first.object.kind !== "Name") return undefined;
  const binding = names.bindingOf(first.object);
  if (binding?.kind !== "local" || binding.role !== "effect") return undefined;
  return binding.unit.node as ast.Handle;
}

/**
 * The ends of all paths through a clause. `irregular`: a path leaves a loop, or code that a handler covers, so the list
 * alone does not tell what happens.
 */
export function pathEnds(clause: ast.Block): { readonly ends: readonly PathEnd[]; readonly irregular: boolean } {
  const ends: PathEnd[] = [];
  let irregular = false;
  const work: { node: ast.Statement | null; at: Node }[] = [{ node: clause, at: clause }];

  // Early returns: each is the end of a path (C1).
  let loops = 0;
  let covered = 0;
  walk(
    clause,
    (node) => {
      if (isFunction(node)) return false;
      if (node.kind === "While" || node.kind === "For") loops++;
      else if (node.kind === "Handle") covered++;
      else if (node.kind === "Return") {
        if (loops + covered > 0) irregular = true;
        else work.push({ node: node.value, at: node });
      }
      return true;
    },
    (node) => {
      if (node.kind === "While" || node.kind === "For") loops--;
      else if (node.kind === "Handle") covered--;
    },
  );

  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { node, at } = next;
    switch (node?.kind) {
      case "Block":
        if (node.statements.some((statement) => statement.kind === "Handle" && statement.body === null))
          irregular = true;
        work.push({ node: node.statements.at(-1) ?? null, at: node });
        break;
      case "If":
        work.push({ node: node.then, at: node }, { node: node.otherwise, at: node });
        break;
      case "Match":
        for (const arm of node.arms) work.push({ node: arm.body, at: node });
        break;
      case "Unsafe":
        work.push({ node: node.body, at: node });
        break;
      case "Return":
        break; // its value is on the list already
      default:
        ends.push({ value: node ?? null, at });
    }
  }
  return { ends, irregular };
}

function continuationUse(handle: ast.Handle, names: ItemNames): { escapes: boolean; mentions: number } {
  const effect = effectOf(handle, names);
  let escapes = false;
  let mentions = 0;
  const asMember = new Set<Node>();
  const asResumed = new Set<Node>();
  walk(handle.clause, (node) => {
    if (node.kind === "Call" && isResume(node, names)) {
      const first = node.args[0]?.value;
      if (first && isContinuation(first, effect, names)) asResumed.add(first);
    }
    if (node.kind === "Member" && node.object.kind === "Name") {
      asMember.add(node.object);
      if (isContinuation(node, effect, names)) {
        mentions++;
        if (!asResumed.has(node)) escapes = true;
      }
    }
    if (node.kind === "Name" && names.bindingOf(node) === effect && !asMember.has(node)) escapes = true;
    return true;
  });
  return { escapes, mentions };
}

function isContinuation(node: Node, effect: Local, names: ItemNames): boolean {
  return (
    node.kind === "Member" &&
    node.name.name === "continuation" &&
    node.object.kind === "Name" &&
    names.bindingOf(node.object) === effect
  );
}

function effectOf(handle: ast.Handle, names: ItemNames): Local {
  return names.clauseOf(handle).locals.find((local) => local.role === "effect")!;
}

function isFunction(node: Node): boolean {
  return node.kind === "Fun" || node.kind === "FunExpression" || node.kind === "Class" || node.kind === "Trait";
}
