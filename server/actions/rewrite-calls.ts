// Other forms of a call: nested calls as a pipe and back, arguments with their names.

import type * as ast from "../../language/ast.ts";
import { knownCallee } from "../../language/rules/callee.ts";
import { type Action, type Asked, standsAlone } from "./action.ts";
import { takesNames } from "./extract.ts";

export function rewriteCalls(asked: Asked): Action[] {
  return [...toPipe(asked), ...fromPipe(asked), ...namedArguments(asked)];
}

const isStageCallee = (callee: ast.Expression): boolean =>
  callee.kind === "Name" || (callee.kind === "Member" && isStageObject(callee.object));
const isStageObject = (node: ast.Expression): boolean =>
  node.kind === "Name" || node.kind === "This" || (node.kind === "Member" && isStageObject(node.object));

/** `f(g(a), 1)` as `a |> g() |> f(1)`. */
function toPipe(asked: Asked): Action[] {
  const call = asked.findHere("Call");
  if (!call || !canBeStage(asked, call)) return [];
  const parent = asked.ancestors(call)[0];
  if (parent?.kind === "Pipe" && parent.right === call) return [];
  const stages: ast.Call[] = [];
  let source: ast.Expression = call;
  while (source.kind === "Call" && canBeStage(asked, source)) {
    stages.push(source);
    source = source.args[0]!.value;
  }
  const start = source;
  return [
    {
      title: "Rewrite as a pipe",
      kind: "refactor.rewrite",
      preserves: true,
      edits: () => {
        const steps = stages.toReversed().map((stage) => {
          const rest = stage.args.slice(1).map((argument) => asked.source(argument));
          return `${asked.source(stage.callee)}(${rest.join(", ")})`;
        });
        const text = [asked.operand(start), ...steps].join(" |> ");
        return [asked.replace(call, standsAlone(parent) ? text : `(${text})`)];
      },
    },
  ];
}

function canBeStage(asked: Asked, call: ast.Call): boolean {
  const [first] = call.args;
  if (!first || first.name !== null || !isStageCallee(call.callee)) return false;
  if (takesNames(call.callee)) return false;
  // Comments between arguments would be lost, and `resume` is only understood as a call.
  return !(call.callee.kind === "Name" && call.callee.name === "resume") && !/\/\/|\/\*/.test(asked.source(call));
}

/** `a |> g() |> f(1)` as `f(g(a), 1)`. */
function fromPipe(asked: Asked): Action[] {
  let pipe = asked.findHere("Pipe");
  if (!pipe) return [];
  for (const outer of asked.ancestors(pipe)) {
    if (outer.kind !== "Pipe" || outer.left !== pipe) break;
    pipe = outer;
  }
  const whole = pipe;
  if (/\/\/|\/\*/.test(asked.source(whole))) return [];
  const nested = callOf(asked, whole);
  if (nested === null) return [];
  return [
    {
      title: "Rewrite as nested calls",
      kind: "refactor.rewrite",
      preserves: true,
      edits: () => [asked.replace(whole, nested)],
    },
  ];
}

function callOf(asked: Asked, node: ast.Expression): string | null {
  if (node.kind !== "Pipe") return asked.source(node);
  const left = callOf(asked, node.left);
  const { right } = node;
  const callee = right.kind === "Call" ? right.callee : right;
  if (left === null || !isStageCallee(callee)) return null;
  const rest = right.kind === "Call" ? right.args.map((argument) => asked.source(argument)) : [];
  return `${node.isAwait ? "await " : ""}${asked.source(callee)}(${[left, ...rest].join(", ")})`;
}

/** `f(10)` as `f(limit: 10)`, for functions that the program declares. */
function namedArguments(asked: Asked): Action[] {
  const call = asked.findHere("Call");
  if (!call || call.args.length === 0 || call.args.some(({ name }) => name !== null)) return [];
  if (asked.ancestors(call).some((node) => node.kind === "Pipe" && node.right === call)) return [];
  const { registry } = asked.view.analysis;
  const known = knownCallee(call.callee, {
    file: asked.file,
    names: asked.names,
    registry,
    meaningOf: (name) => registry.meaningOf(asked.file, name),
  });
  if (!known?.declared || !known.takesNames || known.params.length !== call.args.length) return [];
  return [
    {
      title: "Name the arguments",
      kind: "refactor.rewrite",
      preserves: true,
      edits: () =>
        call.args.map(({ value }, index) => asked.insert(asked.extent(value).start, `${known.params[index]}: `)),
    },
  ];
}
