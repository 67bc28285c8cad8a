// Lowers operators, conditions and assignments.

import type * as ast from "../../language/ast.ts";
import type { Dest } from "./builder.ts";
import { constant, slotAtom, TAIL, toSlot } from "./builder.ts";
import type { Referent } from "./context.ts";
import type { Atom } from "./core.ts";
import type { Lowering } from "./lower.ts";
import { isPassive, numericType } from "./lower.ts";

export function lowerUnary(lowering: Lowering, node: ast.Unary, dest: Dest): void {
  switch (node.op) {
    case "!":
      lowering.builder.deliver({ kind: "not", test: lowerTest(lowering, node.operand) }, dest);
      return;
    case "-":
      lowering.builder.operate({ kind: "negate", value: lowering.value(node.operand) }, node, dest);
      return;
    default:
      lowering.unsupported(node.op === "*" ? "reading through a pointer" : "taking an address", node, dest);
  }
}

/** Chains of operators are left-deep and may be long: the left spine is walked, not recursed into. */
export function lowerBinary(lowering: Lowering, node: ast.Binary, dest: Dest): void {
  const spine: ast.Binary[] = [];
  let first: ast.Expression = node;
  while (first.kind === "Binary") {
    spine.push(first);
    first = first.left;
  }
  let left = lowering.value(first);
  for (let i = spine.length - 1; i >= 0; i--) {
    const step = spine[i]!;
    let right: Atom;
    if (isPassive(step.right)) right = lowering.value(step.right);
    else {
      const kept = lowering.builder.keep(left);
      right = lowering.value(step.right);
      lowering.builder.release(kept.holds);
      left = kept.atom;
    }
    if (i === 0) binaryStep(lowering, step, left, right, dest);
    else {
      const slot = lowering.builder.temporary();
      binaryStep(lowering, step, left, right, toSlot(slot));
      left = lowering.builder.forward(slot);
    }
  }
}

function binaryStep(lowering: Lowering, node: ast.Binary, first: Atom, second: Atom, dest: Dest): void {
  const left = lowering.builder.once(first);
  const right = lowering.builder.once(second);
  switch (node.op) {
    case "==":
    case "!=": {
      const equal = equalAtom(left, right);
      lowering.builder.deliver(node.op === "==" ? equal : { kind: "not", test: equal }, dest);
      return;
    }
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      lowering.builder.operate({ kind: "arithmetic", op: node.op, left, right }, node, dest);
      return;
    case "<":
    case "<=":
    case ">":
    case ">=":
      lowering.builder.operate({ kind: "compare", op: node.op, left, right }, node, dest);
      return;
    default:
      lowering.builder.operate({ kind: "bitwise", op: node.op, left, right }, node, dest);
  }
}

export function equalAtom(left: Atom, right: Atom): Atom {
  return { kind: "equal", left, right };
}

/** The JavaScript boolean that says whether an expression is truthy. */
export function lowerTest(lowering: Lowering, node: ast.Expression): Atom {
  if (node.kind === "Bool") return constant(node.value);
  if (node.kind === "Unary" && node.op === "!") return { kind: "not", test: lowerTest(lowering, node.operand) };
  if (node.kind === "Binary") {
    if (node.op === "==" || node.op === "!=") return lowering.value(node);
    if (node.op === "<" || node.op === "<=" || node.op === ">" || node.op === ">=") {
      const [left, right] = lowering.values([node.left, node.right]) as [Atom, Atom];
      return lowering.builder.point({ kind: "compare", op: node.op, left, right }, node, { test: true });
    }
  }
  if (node.kind === "Logical") {
    const slot = lowering.builder.temporary();
    lowering.builder.set(slot, lowerTest(lowering, node.left));
    const more = lowering.builder.collect(() => lowering.builder.set(slot, lowerTest(lowering, node.right)));
    lowering.builder.emit({
      kind: "if",
      test: node.op === "and" ? slotAtom(slot) : { kind: "not", test: slotAtom(slot) },
      then: more,
      otherwise: [],
    });
    return slotAtom(slot);
  }
  return { kind: "truthy", value: lowering.value(node) };
}

export function lowerLogical(lowering: Lowering, node: ast.Logical, dest: Dest): void {
  const slot = dest.kind === "slot" ? dest.slot : lowering.builder.temporary();
  lowering.into(node.left, toSlot(slot));
  const truthy: Atom = { kind: "truthy", value: slotAtom(slot) };
  const right = lowering.builder.collect(() => lowering.into(node.right, dest.kind === "tail" ? TAIL : toSlot(slot)));
  lowering.builder.emit({
    kind: "if",
    test: node.op === "and" ? truthy : { kind: "not", test: truthy },
    then: right,
    otherwise: [],
  });
  if (dest.kind === "tail") lowering.builder.deliver(slotAtom(slot), dest);
}

export function lowerAssign(lowering: Lowering, node: ast.Assign, dest: Dest): void {
  const { target } = node;
  const { builder } = lowering;
  switch (target.kind) {
    case "Name": {
      const binding = lowering.context.names.bindingOf(target);
      if (binding?.kind === "local") {
        const value = builder.once(checked(lowering, lowering.value(node.value), binding.variable?.type ?? null, node));
        lowering.write(binding, value);
        builder.deliver(value, dest);
        return;
      }
      assignGlobal(lowering, lowering.context.refer(target.name), target.name, node, dest);
      return;
    }
    case "Member": {
      if (target.object.kind === "Name" && lowering.context.names.bindingOf(target.object)?.kind !== "local") {
        const module = lowering.context.refer(target.object.name);
        if (module.kind === "module") {
          assignGlobal(lowering, lowering.context.referIn(module.file, target.name.name), target.name.name, node, dest);
          return;
        }
      }
      const [object, value] = lowering.values([target.object, node.value]) as [Atom, Atom];
      builder.operate({ kind: "setMember", object, name: target.name.name, value }, node, dest);
      return;
    }
    case "Index": {
      const [object, index, value] = lowering.values([target.object, target.index, node.value]) as [Atom, Atom, Atom];
      builder.operate({ kind: "setIndex", object, index, value }, node, dest);
      return;
    }
    case "Unary":
      lowering.unsupported("writing through a pointer", node, dest);
      return;
    default:
      lowering.fault("TypeError", "only a name, a field or an element can be assigned", node, dest);
  }
}

export function assignGlobal(lowering: Lowering, referent: Referent, name: string, node: ast.Assign, dest: Dest): void {
  if (referent.kind !== "variable") {
    lowering.fault("TypeError", `${name} cannot be assigned`, node, dest);
    return;
  }
  let value = lowering.builder.once(lowering.value(node.value));
  if (referent.type !== null)
    value = lowering.builder.point({ kind: "checkType", type: referent.type, value, truncate: false }, node);
  lowering.builder.emit({ kind: "setGlobal", global: referent.global, value });
  lowering.builder.deliver(value, dest);
}

export function checked(lowering: Lowering, value: Atom, type: ast.TypeRef | null, span: ast.Span): Atom {
  const numeric = numericType(type);
  return numeric === null
    ? value
    : lowering.builder.point({ kind: "checkType", type: numeric, value, truncate: false }, span);
}
