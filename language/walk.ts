// Walking a tree without the host's stack, for the resolver, the effect rows and the rules.
//
// W1. Nothing here recurses: a sum of 100,000 terms or a chain of 10,000 `else if` is walked like any other tree.
// W2. Children come in source order. Helper nodes that have no `kind` (Function, Argument, Arm, ...) are stepped over:
//     the children of a Call are its callee and the values of its arguments.
// W3. What is never executed and names nothing of ours is no child: annotations, and the ranges of a gene.

import type * as ast from "./ast.ts";

/** Every node that says its kind. */
export type Node = ast.Statement | ast.Expression | ast.Pattern | ast.TypeRef;

/** Appends the children of `node` to `out`, in source order (W2). */
export function childrenOf(node: Node, out: Node[]): void {
  switch (node.kind) {
    case "Var":
      if (node.type) out.push(node.type);
      if (node.init) out.push(node.init);
      return;
    case "Fun":
      functionChildren(node.fun, out);
      return;
    case "FunExpression":
      functionChildren(node.fun, out);
      return;
    case "Class":
      // Members in the order they are written, fields and methods mixed.
      for (const member of [...node.fields, ...node.methods].sort((a, b) => a.start - b.start)) out.push(member);
      return;
    case "Trait":
      for (const method of node.methods) out.push(method);
      return;
    case "Layout":
      for (const field of node.fields) out.push(field.type);
      return;
    case "Test":
      out.push(node.body);
      return;
    case "Handle":
      out.push(node.clause);
      if (node.body) out.push(node.body);
      return;
    case "PointerType":
      out.push(node.to);
      return;
    case "ArrayType":
      out.push(node.of);
      if (node.length) out.push(node.length);
      return;
    case "NamedType":
      for (const argument of node.args) out.push(argument);
      return;
    case "List":
    case "Tuple":
      for (const item of node.items) out.push(item);
      return;
    case "Map":
      for (const entry of node.entries) out.push(entry.value);
      return;
    case "Call":
      out.push(node.callee);
      for (const argument of node.args) out.push(argument.value);
      return;
    case "Member":
      out.push(node.object);
      return;
    case "Index":
      out.push(node.object, node.index);
      return;
    case "Unary":
      out.push(node.operand);
      return;
    case "Binary":
    case "Logical":
    case "Pipe":
      out.push(node.left, node.right);
      return;
    case "Assign":
      out.push(node.target, node.value);
      return;
    case "Cast":
      out.push(node.value, node.type);
      return;
    case "Similar":
      out.push(node.left, node.right);
      if (node.threshold) out.push(node.threshold);
      return;
    case "Range":
      out.push(node.from, node.to);
      return;
    case "If":
      out.push(node.condition, node.then);
      if (node.otherwise) out.push(node.otherwise);
      return;
    case "While":
      out.push(node.condition, node.body);
      return;
    case "For":
      out.push(node.of, node.body);
      return;
    case "Match":
      out.push(node.subject);
      for (const arm of node.arms) {
        out.push(arm.pattern);
        if (arm.guard) out.push(arm.guard);
        out.push(arm.body);
      }
      return;
    case "Block":
      for (const statement of node.statements) out.push(statement);
      return;
    case "Unsafe":
    case "Fused":
      out.push(node.body);
      return;
    case "Perform":
      if (node.payload) out.push(node.payload);
      return;
    case "Await":
    case "Print":
    case "Release":
    case "Quantity":
      out.push(node.value);
      return;
    case "Return":
      if (node.value) out.push(node.value);
      return;
    case "TuplePattern":
      for (const item of node.items) out.push(item);
      return;
    case "LayoutPattern":
      for (const field of node.fields) out.push(field.pattern);
      return;
    case "SimilarPattern":
      out.push(node.to);
      if (node.threshold) out.push(node.threshold);
      return;
    default:
      return; // leaves
  }
}

function functionChildren(fun: ast.Function, out: Node[]): void {
  for (const param of fun.params) if (param.type) out.push(param.type);
  if (fun.returns) out.push(fun.returns);
  out.push(fun.body);
}

/**
 * Visits `root` and everything under it. `enter` may return false to leave a node's children out;
 * `leave` is called after the children of every node that was entered.
 */
export function walk(root: Node, enter: (node: Node) => boolean | undefined, leave?: (node: Node) => void): void {
  const stack: (Node | null)[] = [root];
  const children: Node[] = [];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node === null) {
      leave?.(stack.pop() as Node);
      continue;
    }
    if (enter(node) === false) continue;
    if (leave) stack.push(node, null);
    children.length = 0;
    childrenOf(node, children);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
}

/** A piece of work: a node to visit, or something to do between two nodes. */
export type Step = Node | (() => void);

/**
 * Recursion on the heap: runs `visit` on nodes in the order they are scheduled. `visit` schedules what is under a node
 * with `next`, and those steps run before anything scheduled earlier.
 */
export function runSteps(roots: readonly Step[], visit: (node: Node, next: Schedule) => void): void {
  const stack: Step[] = [];
  const next = (steps: readonly Step[]): void => {
    for (let i = steps.length - 1; i >= 0; i--) stack.push(steps[i]!);
  };
  next(roots);
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (typeof step === "function") step();
    else visit(step, next);
  }
}

export type Schedule = (steps: readonly Step[]) => void;
