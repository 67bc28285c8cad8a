// Lowers `perform`, `handle` and `resume`.
//
// The code a handler covers is a unit of its own (N1), called by the operation `handled`. Leaving it for a place outside
// (`break` of a loop around it; `return`, when the covered code's value is not the function's value) is an *exit*: a value
// that the covered unit returns and that the unit around it recognises.

import type * as ast from "../../language/ast.ts";
import { clauseFacts } from "../../language/effects/clauses.ts";
import type { ItemNames } from "../../language/names/model.ts";
import { walk } from "../../language/walk.ts";
import type { Dest } from "./builder.ts";
import { NIL, TAIL } from "./builder.ts";
import type { Atom, Stmt } from "./core.ts";
import type { Lowering } from "./lower.ts";

type Mode = "tail-resumptive" | "abortive" | "general";
const modes = new WeakMap<ast.Handle, Mode>();

/** How a clause uses its continuation. */
export function modeOf(handle: ast.Handle, names: ItemNames): Mode {
  const known = modes.get(handle);
  if (known !== undefined) return known;
  const mode = clauseFacts(handle, names);
  modes.set(handle, mode);
  return mode;
}

export function lowerPerform(lowering: Lowering, node: ast.Perform, dest: Dest): void {
  const entries = node.payload?.entries ?? [];
  const values = lowering.values(entries.map((entry) => entry.value));
  const fields = entries.map((entry, index) => [entry.key.name, values[index]!] as const);
  const fd = fields.find(([name]) => name === "fd");
  if (fd !== undefined && fields.every(([name]) => name !== "target")) fields.push(["target", fd[1]]);
  lowering.builder.operate({ kind: "perform", effect: node.effect, fields }, node, dest);
}

/** `handle` with its own body (`rest` is null), or for the statements after it. */
export function lowerHandle(
  lowering: Lowering,
  node: ast.Handle,
  rest: readonly ast.Statement[] | null,
  dest: Dest,
): void {
  const { builder, context } = lowering;
  const covered = context.names.handledOf(node);
  if (covered === undefined) throw new Error("broken: a handler inside a block covers nothing");
  const statements = rest ?? node.body!.statements;
  const isTail = dest.kind === "tail" && builder.returnsHere;
  lowering.clauseUnit(node);
  lowering.handledUnit(covered, `in handle "${node.effect}"`, statements, isTail);
  const handler = lowering.closureAtom(context.names.clauseOf(node));
  const body = lowering.closureAtom(covered);
  const exits = exitsOf(statements, isTail);
  if (!exits) {
    builder.operate({ kind: "handled", handler, body }, node, dest);
    return;
  }
  const result = builder.point({ kind: "handled", handler, body }, node);
  lowerExits(lowering, result);
  builder.deliver(result, dest);
}

/** After covered code: goes on where an exit says. */
function lowerExits(lowering: Lowering, result: Atom): void {
  const { builder } = lowering;
  const on = (target: string, then: Stmt[]): void =>
    builder.emit({ kind: "if", test: { kind: "isExit", value: result, target }, then, otherwise: [] });
  const pass: Stmt[] = [{ kind: "return", value: result }];
  const isInner = !builder.returnsHere;
  on("return", isInner ? pass : [{ kind: "return", value: { kind: "exitValue", value: result } }]);
  const loop = builder.loops.at(-1);
  if (loop !== undefined) {
    on("break", [{ kind: "break", label: loop.breakTo }]);
    on("continue", [{ kind: "continue", label: loop.continueTo }]);
  } else if (builder.unit.kind === "handled") {
    on("break", pass);
    on("continue", pass);
  }
}

/** Can covered code leave for a place outside? `isTail`: a `return` in it is its own end. */
function exitsOf(statements: readonly ast.Statement[], isTail: boolean): boolean {
  let found = false;
  for (const statement of statements) {
    let loops = 0;
    walk(
      statement,
      (node) => {
        if (node.kind === "Fun" || node.kind === "FunExpression" || node.kind === "Class") return false;
        if (node.kind === "While" || node.kind === "For") loops++;
        if (node.kind === "Return" && !isTail) found = true;
        if ((node.kind === "Break" || node.kind === "Continue") && loops === 0) found = true;
        // A `return` in nested covered code that is not its function's value passes through here as well.
        if (node.kind === "Return" && loops > 0) found = true;
        return !found;
      },
      (node) => {
        if (node.kind === "While" || node.kind === "For") loops--;
      },
    );
  }
  return found;
}

/** `resume(k, v)` */
export function lowerResume(lowering: Lowering, node: ast.Call, dest: Dest): void {
  const { builder } = lowering;
  const [k, value] = node.args;
  if (k === undefined || node.args.length > 2 || node.args.some((argument) => argument.name !== null)) {
    lowering.fault(
      "ArityError",
      `resume takes a continuation and a value, got ${node.args.length} arguments`,
      node,
      dest,
    );
    return;
  }
  const handle = builder.unit.kind === "clause" ? (builder.unit.node as ast.Handle) : null;
  if (handle !== null && modeOf(handle, lowering.context.names) === "tail-resumptive") {
    // The clause runs in place of the perform: its result is what the perform yields.
    if (value === undefined) builder.deliver(NIL, TAIL);
    else lowering.into(value.value, TAIL);
    return;
  }
  const [continuation, resumed] =
    value === undefined ? [lowering.value(k.value), NIL] : (lowering.values([k.value, value.value]) as [Atom, Atom]);
  const op = { kind: "resume", continuation, value: resumed } as const;
  const mayExit = handle !== null && dest.kind !== "tail";
  if (!mayExit) {
    builder.operate(op, node, dest);
    return;
  }
  // The rest of the handled block may leave for a place outside it: then so does the clause.
  const result = builder.point(op, node);
  builder.emit({
    kind: "if",
    test: { kind: "isExit", value: result, target: null },
    then: [{ kind: "return", value: result }],
    otherwise: [],
  });
  builder.deliver(result, dest);
}
