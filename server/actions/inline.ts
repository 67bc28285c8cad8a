// Inline: a variable's value, or a function's body, in place of its name.

import type * as ast from "../../language/ast.ts";
import type { Local } from "../../language/names/model.ts";
import { type Action, type Asked, contains, type Edit, isAtom, isPure, standsAlone } from "./action.ts";

export function inline(asked: Asked): Action[] {
  return [...inlineVariable(asked), ...inlineFunction(asked)];
}

// ---- Variables ----

function inlineVariable(asked: Asked): Action[] {
  const local = localHere(asked);
  const init = local?.variable?.init;
  if (!local?.variable || !init || local.variable.entangled || local.variable.annotations.length > 0) return [];
  const action = (rest: Pick<Action, "edits" | "disabled" | "preserves">): Action[] => [
    { title: `Inline \`${local.name}\``, kind: "refactor.inline", ...rest },
  ];
  const refused = (disabled: string): Action[] => action({ disabled, edits: () => [] });
  if (local.uses.length === 0) return refused("it is never used");
  if (local.assigned) return refused("it is assigned again");
  if (!isStable(asked, init)) {
    if (local.uses.length > 1) return refused("its value would be computed more than once");
    if (!isUsedAtOnce(asked, local)) return refused("something happens between its value and its use");
  }
  if (local.variable.type) return refused("its type would be lost");
  return action({
    preserves: true,
    edits: () => [
      asked.remove(local.variable!),
      ...local.uses.map(({ node }) => asked.replace(node, asked.operand(init))),
    ],
  });
}

function localHere(asked: Asked): Local | undefined {
  const at = asked.span.start - asked.offset;
  const on = (span: ast.Span): boolean => span.start <= at && at <= span.end;
  return asked.names.units
    .flatMap((unit) => unit.locals)
    .find((local) => (local.declaration && on(local.declaration)) || local.uses.some(({ node }) => on(node)));
}

/** A value that is the same wherever it is written: literals, and names that nobody assigns. */
function isStable(asked: Asked, node: ast.Expression): boolean {
  switch (node.kind) {
    case "Number":
    case "String":
    case "Char":
    case "Bool":
    case "Nil":
      return true;
    case "Name": {
      const binding = asked.names.bindingOf(node);
      return binding?.kind === "local" && !binding.assigned && binding.role !== "effect";
    }
    case "Unary":
      return node.op === "!" && isStable(asked, node.operand);
    default:
      return false;
  }
}

/** The only use is what the next statement begins with. */
function isUsedAtOnce(asked: Asked, local: Local): boolean {
  const block = asked.around.find(
    (node) => node.kind === "Block" && node.statements.includes(local.variable as ast.Statement),
  );
  if (block?.kind !== "Block") return false;
  const next = block.statements[block.statements.indexOf(local.variable as ast.Statement) + 1];
  const use = local.uses[0]?.node;
  return next !== undefined && use !== undefined && firstEvaluated(next) === use;
}

/** The part of a statement that is evaluated before anything else in it. */
function firstEvaluated(statement: ast.Statement): ast.Statement | ast.Identifier {
  for (let at: ast.Statement = statement; ; ) {
    switch (at.kind) {
      case "Return":
      case "Var": {
        const value: ast.Expression | null = at.kind === "Var" ? at.init : at.value;
        if (value === null) return at;
        at = value;
        break;
      }
      case "Print":
      case "Await":
        at = at.value;
        break;
      case "Binary":
      case "Logical":
      case "Pipe":
        at = at.left;
        break;
      case "Member":
      case "Index":
        at = at.object;
        break;
      case "Call": {
        const { callee }: ast.Call = at;
        const [first] = at.args;
        at = callee.kind === "Name" && first ? first.value : callee.kind === "Member" ? callee.object : callee;
        break;
      }
      case "If":
        at = at.condition;
        break;
      case "Match":
        at = at.subject;
        break;
      default:
        return at;
    }
  }
}

// ---- Functions ----

function inlineFunction(asked: Asked): Action[] {
  const call = asked.findHere("Call");
  if (call?.callee.kind !== "Name") return [];
  const callee = call.callee;
  const at = asked.span.start - asked.offset;
  if (at > callee.end || asked.names.bindingOf(callee)?.kind !== "free") return [];
  const { registry } = asked.view.analysis;
  const meaning = registry.meaningOf(asked.file, callee.name);
  if (meaning.kind !== "global" || meaning.export.node.kind !== "Fun") return [];
  const { fun } = meaning.export.node;
  const item = asked.view.tree(meaning.file).items[meaning.itemIndex]!;
  const names = asked.view.analysis.names(meaning.file, meaning.itemIndex);
  const offered = (rest: Pick<Action, "edits" | "disabled" | "preserves">): Action[] => [
    { title: `Inline the call of \`${callee.name}\``, kind: "refactor.inline", ...rest },
  ];
  const refused = (disabled: string): Action[] => offered({ disabled, edits: () => [] });

  const body = soleExpression(fun.body);
  if (fun.isAsync) return refused("it starts a task");
  if (!body) return refused("its body is more than one expression");
  if (contains(body, "Return", "This", "Super", "FunExpression", "Match", "For", "Block"))
    return refused("its body has names or jumps of its own");
  if (call.args.length !== fun.params.length || call.args.some(({ name }) => name !== null))
    return refused("the arguments are not those of its parameters, in order");
  const other = names.units
    .flatMap((unit) => unit.free)
    .find(({ node, unit }) => {
      if (!("name" in node) || !unit.path.startsWith(names.unitOf(fun).path)) return false;
      return hides(asked, node.name) || (meaning.file !== asked.file && !isSame(asked, meaning.file, node.name));
    });
  if (other) return refused("a name in its body means something else here");
  const uses = fun.params.map(({ name }) => names.localOf(name)?.uses ?? []);
  if (uses.some((some) => some.some(({ access }) => access === "write"))) return refused("it assigns its parameter");
  const values = call.args.map(({ value }) => value);
  const inOrder = uses
    .flatMap((some, index) => some.map(({ node }) => ({ at: node.start, index })))
    .sort((a, b) => a.at - b.at);
  const simple = values.every((value) => isAtom(value) && isPure(value) && value.kind !== "FunExpression");
  const onceInOrder =
    uses.every((some) => some.length === 1) && inOrder.every(({ index }, position) => index === position);
  if (!simple && !(onceInOrder && values.length === 1 && firstEvaluated(body) === uses[0]![0]!.node))
    return refused("an argument would be computed at another time");

  return offered({
    preserves: true,
    edits: (): Edit[] => {
      let text = "";
      let from = body.start;
      for (const { at: start, index } of inOrder) {
        text += item.tree.text.slice(from, start) + asked.operand(values[index]!);
        from = start + fun.params[index]!.name.name.length;
      }
      text += item.tree.text.slice(from, body.end);
      return [asked.replace(call, isAtom(body) || standsAlone(asked.ancestors(call)[0]) ? text : `(${text})`)];
    },
  });
}

function soleExpression(body: ast.Expression): ast.Expression | null {
  if (body.kind !== "Block") return body;
  const [only] = body.statements;
  if (body.statements.length !== 1 || only === undefined) return null;
  return /^(Var|Fun|Class|Handle|Test|Trait|Layout|Gene|Import|Error|Return|Print|Break|Continue)$/.test(only.kind)
    ? null
    : (only as ast.Expression);
}

/** Whether a local of this name is around the call. */
function hides(asked: Asked, name: string): boolean {
  return asked.names.units.some((unit) => unit.locals.some((local) => local.name === name));
}

function isSame(asked: Asked, file: string, name: string): boolean {
  const { registry } = asked.view.analysis;
  const there = registry.meaningOf(file, name);
  const here = registry.meaningOf(asked.file, name);
  if (there.kind === "builtin") return here.kind === "builtin";
  return there.kind === "global" && here.kind === "global" && there.export === here.export;
}
