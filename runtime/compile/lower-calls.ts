// Lowers calls: of known functions, built-ins, classes, methods, values; pipes; `resume`.

import type * as ast from "../../language/ast.ts";
import type { Dest } from "./builder.ts";
import { slotAtom } from "./builder.ts";
import type { Referent } from "./context.ts";
import type { Atom, Op } from "./core.ts";
import type { Lowering } from "./lower.ts";
import { lowerResume } from "./lower-handlers.ts";

export function lowerCall(lowering: Lowering, node: ast.Call, dest: Dest): void {
  const { builder, context } = lowering;
  const { callee } = node;
  if (callee.kind === "Name" && context.names.bindingOf(callee)?.kind !== "local") {
    lowerKnown(lowering, node, context.refer(callee.name), callee.name, dest);
    return;
  }
  if (callee.kind === "Member") {
    const module = moduleOf(lowering, callee);
    if (module !== null) {
      lowerKnown(lowering, node, context.referIn(module, callee.name.name), callee.name.name, dest);
      return;
    }
    if (hasNames(lowering, node, dest)) return;
    const own = lowering.memberValue(callee);
    if (own !== null) {
      builder.operate({ kind: "call", callee: own, args: lowering.values(argumentsOf(node)) }, node, dest);
      return;
    }
    const [object, ...args] = lowering.values([callee.object, ...argumentsOf(node)]) as [Atom, ...Atom[]];
    builder.operate({ kind: "invoke", object, name: callee.name.name, args }, node, dest);
    return;
  }
  const local = localFunction(lowering, callee);
  if (local !== null && node.args.some((argument) => argument.name !== null)) {
    const args = inOrder(node, local, local.length);
    if (args === null) wrongArity(lowering, node, (callee as ast.Name).name, local.length, dest);
    else
      lowerCall(
        lowering,
        { ...node, args: args.map((value) => ({ start: value.start, end: value.end, name: null, value })) },
        dest,
      );
    return;
  }
  if (hasNames(lowering, node, dest)) return;
  if (callee.kind === "Super") {
    lowerSuper(lowering, node, callee, dest);
    return;
  }
  if (isSelfTailCall(lowering, callee, node.args.length, dest)) {
    lowerSelfTailCall(lowering, node, argumentsOf(node));
    return;
  }
  const [target, ...args] = lowering.values([callee, ...argumentsOf(node)]) as [Atom, ...Atom[]];
  builder.operate({ kind: "call", callee: target, args }, node, dest);
}

/** `a |> f(b)` is `f(a, b)`; `a |> f` is `f(a)`; `a |> await f()` awaits. */
export function lowerPipe(lowering: Lowering, node: ast.Pipe, dest: Dest): void {
  const piped: ast.Argument = { start: node.left.start, end: node.left.end, name: null, value: node.left };
  const stage = node.right;
  const call: ast.Call =
    stage.kind === "Call"
      ? { ...stage, args: [piped, ...stage.args] }
      : { kind: "Call", start: stage.start, end: stage.end, callee: stage, args: [piped] };
  if (!node.isAwait) {
    lowering.into(call, dest);
    return;
  }
  lowering.builder.operate({ kind: "await", value: lowering.value(call) }, node, dest);
}

const argumentsOf = (node: ast.Call): ast.Expression[] => node.args.map((argument) => argument.value);

function moduleOf(lowering: Lowering, callee: ast.Member): string | null {
  if (callee.object.kind !== "Name") return null;
  if (lowering.context.names.bindingOf(callee.object)?.kind === "local") return null;
  const referent = lowering.context.refer(callee.object.name);
  return referent.kind === "module" ? referent.file : null;
}

/** Named arguments need a function whose parameters are known. */
function hasNames(lowering: Lowering, node: ast.Call, dest: Dest): boolean {
  if (node.args.every((argument) => argument.name === null)) return false;
  lowering.fault("ArityError", "named arguments need a function that is known by its name", node, dest);
  return true;
}

function lowerKnown(lowering: Lowering, node: ast.Call, referent: Referent, name: string, dest: Dest): void {
  const { builder } = lowering;
  switch (referent.kind) {
    case "function": {
      const args = inOrder(node, referent.params, referent.required);
      if (args === null) {
        wrongArity(lowering, node, name, referent.params.length, dest);
        return;
      }
      if (dest.kind === "tail" && lowering.context.unitRef(builder.unit) === referent.unit && !referent.isAsync) {
        lowerSelfTailCall(lowering, node, args);
        return;
      }
      builder.operate({ kind: "callKnown", unit: referent.unit, args: lowering.values(args) }, node, dest);
      return;
    }
    case "builtin":
      if (name === "resume") {
        lowerResume(lowering, node, dest);
        return;
      }
      if (hasNames(lowering, node, dest)) return;
      if (node.args.length < referent.min || node.args.length > referent.max) {
        wrongArity(lowering, node, name, node.args.length < referent.min ? referent.min : referent.max, dest);
        return;
      }
      builder.operate({ kind: "callBuiltin", name, args: lowering.values(argumentsOf(node)) }, node, dest);
      return;
    case "class":
      if (hasNames(lowering, node, dest)) return;
      builder.operate({ kind: "construct", cls: referent.cls, args: lowering.values(argumentsOf(node)) }, node, dest);
      return;
    default: {
      if (hasNames(lowering, node, dest)) return;
      const callee = lowering.freeName(referent);
      if (callee === null) {
        const message = referent.kind === "unusable" ? referent.message : `${name} is a module, not a function`;
        lowering.fault("UndefinedName", message, node.callee, dest);
        return;
      }
      const [target, ...args] = lowering.values([node.callee, ...argumentsOf(node)]) as [Atom, ...Atom[]];
      builder.operate({ kind: "call", callee: target, args }, node, dest);
    }
  }
}

function wrongArity(lowering: Lowering, node: ast.Call, name: string, wanted: number, dest: Dest): void {
  const noun = wanted === 1 ? "argument" : "arguments";
  lowering.fault("ArityError", `${name} takes ${wanted} ${noun}, got ${node.args.length}`, node, dest);
}

/** Arguments in the order of the parameters; null when they do not fit. */
function inOrder(call: ast.Call, params: readonly string[], required: number): ast.Expression[] | null {
  const { args } = call;
  if (args.length < required || args.length > params.length) return null;
  const placed: (ast.Expression | undefined)[] = params.map(() => undefined);
  let position = 0;
  for (const argument of args) {
    const index = argument.name === null ? position++ : params.indexOf(argument.name.name);
    if (index < 0 || index >= params.length || placed[index] !== undefined) return null;
    placed[index] = argument.value;
  }
  return placed.map((argument) => argument ?? { kind: "Nil", start: call.end, end: call.end });
}

/** Parameters of a function that is declared in a function and always means that one; null for all other callees. */
function localFunction(lowering: Lowering, callee: ast.Expression): readonly string[] | null {
  if (callee.kind !== "Name") return null;
  const binding = lowering.context.names.bindingOf(callee);
  if (binding?.kind !== "local" || binding.node?.kind !== "Fun" || binding.assigned !== binding.early) return null;
  return binding.node.fun.params.map((param) => param.name.name);
}

function isSelfTailCall(lowering: Lowering, callee: ast.Expression, count: number, dest: Dest): boolean {
  if (dest.kind !== "tail" || callee.kind !== "Name") return false;
  const binding = lowering.context.names.bindingOf(callee);
  const { unit } = lowering.builder;
  if (binding?.kind !== "local" || binding.node?.kind !== "Fun" || binding.assigned !== binding.early) return false;
  return binding.node.fun === unit.node && !binding.node.fun.isAsync && binding.node.fun.params.length === count;
}

/** A call of the running function in tail position: new arguments, and back to the start. */
function lowerSelfTailCall(lowering: Lowering, node: ast.Call, args: readonly ast.Expression[]): void {
  const { builder } = lowering;
  const kept = lowering.values(args).map((atom) => {
    const slot = builder.temporary();
    builder.set(slot, atom);
    builder.hold(slot);
    return slot;
  });
  builder.loopsToStart = true;
  builder.point({ kind: "tick" }, node);
  builder.release(kept.length);
  for (const [index, slot] of kept.entries()) builder.set(builder.params[index]!, slotAtom(slot));
  builder.emit({ kind: "continue", label: "start" });
}

function lowerSuper(lowering: Lowering, node: ast.Call, callee: ast.Super, dest: Dest): void {
  const method = lowering.context.names.bindingOf(callee);
  const owner = lowering.enclosingClass();
  if (method?.kind !== "local" || owner === null) {
    lowering.fault("UndefinedName", "`super` outside a class", node, dest);
    return;
  }
  const self = lowering.read(method);
  const kept = lowering.builder.keep(self);
  const args = lowering.values(argumentsOf(node));
  lowering.builder.release(kept.holds);
  const op: Op = { kind: "invokeSuper", cls: owner, self: kept.atom, name: callee.method.name, args };
  lowering.builder.operate(op, node, dest);
}
