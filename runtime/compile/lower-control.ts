// Lowers branches and loops, and the ways out of them.

import type * as ast from "../../language/ast.ts";
import type { Dest } from "./builder.ts";
import { constant, DISCARD, NIL, slotAtom, TAIL, toSlot } from "./builder.ts";
import type { Atom, Stmt } from "./core.ts";
import type { Lowering } from "./lower.ts";
import { lowerTest } from "./lower-operators.ts";

/** A chain of `else if` may be long: it is walked, not recursed into. */
export function lowerIf(lowering: Lowering, node: ast.If, dest: Dest): void {
  const label = lowering.builder.label("if");
  const isChain = node.otherwise?.kind === "If";
  if (!isChain) {
    lowerBranch(lowering, node, dest);
    return;
  }
  const body = lowering.builder.collect(() => {
    let branch: ast.If = node;
    for (;;) {
      const test = lowerTest(lowering, branch.condition);
      const then = lowering.builder.collect(() => {
        lowering.builder.scoped(() => lowerWay(lowering, branch, "then", dest));
        lowering.builder.emit({ kind: "break", label });
      });
      lowering.builder.emit({ kind: "if", test, then, otherwise: [] });
      if (branch.otherwise?.kind !== "If") break;
      countElse(lowering, branch);
      branch = branch.otherwise;
    }
    lowerWay(lowering, branch, "else", dest);
  });
  lowering.builder.emit({ kind: "block", label, body });
}

export function lowerBranch(lowering: Lowering, node: ast.If, dest: Dest): void {
  const test = lowerTest(lowering, node.condition);
  const way = (which: "then" | "else"): Stmt[] =>
    lowering.builder.collect(() => lowering.builder.scoped(() => lowerWay(lowering, node, which, dest)));
  lowering.builder.emit({ kind: "if", test, then: way("then"), otherwise: way("else") });
}

function lowerWay(lowering: Lowering, node: ast.If, which: "then" | "else", dest: Dest): void {
  if (which === "else") countElse(lowering, node);
  else lowering.count("branch", node.then, "then", node);
  const way = which === "then" ? node.then : node.otherwise;
  if (way === null) lowering.builder.deliver(NIL, dest);
  else lowering.body(way, dest);
}

/** An `else` that is not written is counted at its `if`. */
function countElse(lowering: Lowering, node: ast.If): void {
  lowering.count("branch", node.otherwise ?? node, "else", node);
}

/** Emits a loop. `body` emits one turn; in it `break` and `continue` mean this loop. */
export function lowerLoop(
  lowering: Lowering,
  dest: Dest,
  span: ast.Span,
  turn: (value: Dest, leave: Stmt) => void,
): void {
  const { builder } = lowering;
  const breakTo = builder.label("loop");
  const slot = dest.kind === "discard" ? null : dest.kind === "slot" ? dest.slot : builder.temporary();
  const value = slot === null ? DISCARD : toSlot(slot);
  if (slot !== null) {
    builder.set(slot, NIL);
    builder.hold(slot);
  }
  builder.loops.push({ breakTo, continueTo: breakTo, dest: value });
  const body = builder.collect(() => {
    builder.point({ kind: "tick" }, span);
    builder.scoped(() => turn(value, { kind: "break", label: breakTo }));
  });
  builder.emit({ kind: "loop", label: breakTo, body });
  builder.loops.pop();
  if (slot !== null) builder.release(1);
  if (dest.kind === "tail") builder.deliver(slotAtom(slot!), dest);
}

export function lowerWhile(lowering: Lowering, node: ast.While, dest: Dest): void {
  lowerLoop(lowering, dest, node, (value, leave) => {
    const test = lowerTest(lowering, node.condition);
    lowering.builder.emit({ kind: "if", test, then: [], otherwise: [leave] });
    lowering.body(node.body, value);
  });
}

export function lowerFor(lowering: Lowering, node: ast.For, dest: Dest): void {
  const { builder } = lowering;
  const local = lowering.local(node.name);
  const next = builder.temporary();
  const index = slotAtom(next);
  if (node.of.kind === "Range") {
    const [from, to] = lowering.values([node.of.from, node.of.to]) as [Atom, Atom];
    const start = rangeBound(lowering, from, node.of.from);
    const end = builder.keep(rangeBound(lowering, to, node.of.to));
    builder.set(next, start);
    builder.hold(next);
    lowerLoop(lowering, dest, node, (value, leave) => {
      builder.emit({
        kind: "if",
        test: { kind: "less", left: index, right: end.atom },
        then: [],
        otherwise: [leave],
      });
      lowering.declare(local, index);
      builder.set(next, { kind: "increment", value: index });
      lowering.body(node.body, value);
    });
    builder.release(1 + end.holds);
    return;
  }
  const list = builder.keep(builder.point({ kind: "iterable", value: lowering.value(node.of) }, node.of));
  builder.set(next, constant(0));
  builder.hold(next);
  lowerLoop(lowering, dest, node, (value, leave) => {
    builder.emit({ kind: "if", test: { kind: "hasNext", list: list.atom, index }, then: [], otherwise: [leave] });
    lowering.declare(local, { kind: "element", list: list.atom, index });
    builder.set(next, { kind: "increment", value: index });
    lowering.body(node.body, value);
  });
  builder.release(1 + list.holds);
}

/** A bound of a range: a number, or a fault. */
export function rangeBound(lowering: Lowering, value: Atom, node: ast.Expression): Atom {
  if (value.kind === "const" && typeof value.value === "number") return value;
  const kept = lowering.builder.keep(value);
  const checked = lowering.builder.point({ kind: "checkType", type: "f64", value: kept.atom, truncate: false }, node);
  lowering.builder.release(kept.holds);
  return checked;
}

export function lowerReturn(lowering: Lowering, node: ast.Return): void {
  if (lowering.builder.returnsHere) {
    if (node.value === null) lowering.builder.deliver(NIL, TAIL);
    else lowering.into(node.value, TAIL);
    return;
  }
  const value = node.value === null ? NIL : lowering.value(node.value);
  lowering.builder.deliver({ kind: "exit", target: "return", value }, TAIL);
}

export function lowerLeaveLoop(lowering: Lowering, node: ast.Break | ast.Continue, dest: Dest): void {
  const isBreak = node.kind === "Break";
  const loop = lowering.builder.loops.at(-1);
  if (loop !== undefined)
    lowering.builder.emit(
      isBreak ? { kind: "break", label: loop.breakTo } : { kind: "continue", label: loop.continueTo },
    );
  else if (lowering.builder.unit.kind === "handled")
    lowering.builder.deliver({ kind: "exit", target: isBreak ? "break" : "continue", value: NIL }, TAIL);
  else lowering.fault("TypeError", `${isBreak ? "break" : "continue"} outside a loop`, node, dest);
}
