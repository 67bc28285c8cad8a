// Expressions that a user of the debugger writes: for the console, watches, conditions, log messages and new values.
//
// An expression is compiled beside the program, as the body of a function whose parameters are the names that are visible where the task
// stands, and runs as a task of its own, which the reactor never sees.
//
// W1. It must come to its end here and now: what waits, or takes longer than BUDGET, is given up. What it has done by then is done.
// W2. Variables that it assigns are those of the frame: it yields their values, too, and they are written back.
// W3. Effects that it performs find the program's own handlers, not those of the frame.
// W4. Looking at something under the mouse changes nothing: only names, fields and elements, which are read without running anything.

import type * as ast from "../../language/ast.ts";
import { parseFile } from "../../language/parse/parse.ts";
import { type Beside, BesideError, compileBeside } from "../compile/beside.ts";
import { LimitError } from "../compile/limits.ts";
import { loadBeside } from "../compile/load.ts";
import type { Code } from "../engine/code.ts";
import { builtinCode } from "../engine/code.ts";
import { type Input, Task } from "../engine/host.ts";
import { run, startStack } from "../engine/tasks.ts";
import { Closure, type EffectRequest, Future, fieldKey, Instance, MapValue, type Value } from "../engine/values.ts";
import { payloadOf } from "./control.ts";
import type { Debuggee } from "./debuggee.ts";
import type { Variable } from "./scopes.ts";
import { preview } from "./show.ts";

export type Evaluated =
  | { readonly kind: "value"; readonly value: Value; readonly text: string }
  | { readonly kind: "error"; readonly message: string };

/** What an expression sees: variables by name, the innermost of each name, and `this`. */
export interface Scope {
  /** The file in which the free names mean something. */
  readonly path: string;
  readonly variables: readonly Variable[];
  readonly self: Value;
}

/** Milliseconds that an expression may take. */
const BUDGET = 1000;
const NIL: Input = { kind: "value", value: undefined };
const PATH = "walia:expression";
const KEPT = 200;

export class Evaluator {
  /** Compiled expressions, by their text, file and names. */
  readonly #known = new Map<string, Code>();

  constructor(readonly debuggee: Debuggee) {}

  /** Evaluates in a scope; with `writesBack`, variables that it assigns change (W2). */
  evaluate(text: string, scope: Scope, writesBack: boolean): Evaluated {
    if (text.trim() === "") return failed("there is nothing to evaluate");
    const names = scope.variables.map(({ name }) => name);
    let code: Code;
    try {
      code = this.#compile(text, scope.path, names);
    } catch (error) {
      if (error instanceof BesideError || error instanceof LimitError) return failed(error.message);
      throw error;
    }
    const given = scope.variables.map((variable) => variable.get());
    const result = this.#run(code, scope.self, given);
    if (result.kind === "error") return result;
    const [value, ...after] = result.value as Value[];
    if (writesBack)
      for (const [index, variable] of scope.variables.entries())
        if (after[index] !== given[index]) {
          const refusal = variable.set(after[index]);
          if (refusal !== null) return failed(refusal);
        }
    return { kind: "value", value, text: preview(value) };
  }

  #compile(text: string, path: string, names: readonly string[]): Code {
    const key = [path, ...names, text].join("\n");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { debuggee } = this;
    const source = `class Expression { fun value(${names.join(", ")}) { var value_of_it = {\n${text}\n}; [${["value_of_it", ...names].join(", ")}] } }`;
    const tree = parseFile(PATH, source);
    const wrong = tree.items.flatMap((item) => item.tree.errors)[0];
    if (wrong !== undefined) throw new BesideError(wrong.message);
    const method = bodyOf(tree.items.flatMap((item) => item.tree.statements));
    if (tree.items.length !== 1 || method === null) throw new BesideError("this is more than an expression");
    const beside: Beside = compileBeside(tree, path, debuggee, debuggee.loaded, debuggee.builtins);
    const trees = [...debuggee.files.map((file) => file.tree), tree];
    const codes = loadBeside(beside, debuggee.loaded, trees, debuggee.builtins);
    const code = codes.find(({ id }) => id.endsWith(":Expression.value"));
    if (code === undefined) throw new Error("broken: an expression has no code");
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(key, code);
    return code;
  }

  /** W1 */
  #run(code: Code, self: Value, args: readonly Value[]): Evaluated {
    const { probes } = this.debuggee;
    const enter: Code["body"] = (_self, depth, ...given) => code.body(self, depth, ...given);
    const wrapper = builtinCode("expression", [], (_frame, value) => value, enter);
    const task = new Task(new Future(-1), "expression");
    startStack(task, new Closure(wrapper, args.length, enter), args);
    const deadline = performance.now() + BUDGET;
    probes.isOff = true;
    try {
      for (let input = NIL; ; ) {
        const outcome = run(task, input);
        if (outcome.kind === "done") return { kind: "value", value: outcome.value, text: "" };
        if (outcome.kind === "failed") return failed(`${outcome.fault.kind}: ${outcome.fault.message}`);
        const { effect } = outcome.request.site;
        if (performance.now() > deadline) return failed(`it takes longer than ${BUDGET / 1000} s, and was given up`);
        if (effect === "faulted") input = { kind: "perform", effect: "FAULT", payload: payloadOf(outcome.request) };
        else if (effect === "spent") input = NIL;
        else return failed(`it would wait in ${JSON.stringify(effect)}: what waits cannot be evaluated here`);
      }
    } finally {
      probes.isOff = false;
    }
  }
}

/** The method's body, when that is what the source says and nothing else. */
function bodyOf(statements: readonly ast.Statement[]): ast.Block | null {
  const [cls] = statements;
  if (statements.length !== 1 || cls?.kind !== "Class" || cls.methods.length !== 1) return null;
  const { body } = cls.methods[0]!.fun;
  return body.kind === "Block" && body.statements.length === 2 && body.statements[1]!.kind === "List" ? body : null;
}

function failed(message: string): Evaluated {
  return { kind: "error", message };
}

// ---- W4 ----

/** The value of a name with fields and elements behind it; undefined for any other expression. */
export function look(
  text: string,
  scope: Scope,
  global: (name: string) => Variable | undefined,
): { readonly value: Value } | undefined {
  const pieces = /^\s*(?:([A-Za-z_]\w*))((?:\s*\.\s*[A-Za-z_]\w*|\s*\[\s*(?:\d+|"[^"\\]*")\s*\])*)\s*$/.exec(text);
  if (pieces === null) return undefined;
  const [, name, path] = pieces;
  const variable = scope.variables.find((each) => each.name === name) ?? (name === "this" ? undefined : global(name!));
  if (variable === undefined && (name !== "this" || scope.self === undefined)) return undefined;
  let value = variable === undefined ? scope.self : variable.get();
  for (const [, field, index, key] of path!.matchAll(/\.\s*([A-Za-z_]\w*)|\[\s*(?:(\d+)|"([^"\\]*)")\s*\]/g)) {
    const found =
      field === undefined ? elementOf(value, index === undefined ? key : Number(index)) : fieldOf(value, field);
    if (found === undefined) return undefined;
    value = found.value;
  }
  return { value };
}

function fieldOf(value: Value, name: string): { readonly value: Value } | undefined {
  if (value instanceof MapValue) return { value: value.get(name) };
  const isRequest = typeof value === "object" && "site" in value;
  if (!isRequest && !(value instanceof Instance)) return undefined;
  return fieldKey(name) in value ? { value: (value as EffectRequest)[fieldKey(name)] } : undefined;
}

function elementOf(value: Value, index: Value): { readonly value: Value } | undefined {
  if (value instanceof MapValue) return { value: value.get(index) };
  if ((Array.isArray(value) || value instanceof Uint8Array) && typeof index === "number")
    return { value: value[index] };
  return undefined;
}
