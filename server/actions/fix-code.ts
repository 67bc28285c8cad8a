// Fixes about code: what is missing, what never runs, what stands where it may not.

import type * as ast from "../../language/ast.ts";
import { NUMERIC_TYPES } from "../../language/names/builtins.ts";
import { closest } from "../../language/names/spelling.ts";
import { scan } from "../../language/parse/scan.ts";
import { knownCallee } from "../../language/rules/callee.ts";
import { literalNumber } from "../../language/rules/number-range.ts";
import { type Action, type Asked, type Edit, isPure } from "./action.ts";
import { type Fixer, fix } from "./fix.ts";
import { hostOf } from "./host.ts";

/** W001: a sign that is missing behind the token that is marked. */
export const syntax: Fixer = (_asked, diagnostic) => {
  const sign = /^expected `([;:,)\]}]|=>|in)`/.exec(diagnostic.message)?.[1];
  if (sign === undefined) return [];
  const at = diagnostic.span.end;
  return [
    fix(
      `Insert \`${sign}\``,
      diagnostic,
      () => [{ start: at, end: at, text: sign.length > 1 ? ` ${sign} ` : sign }],
      true,
    ),
  ];
};

/** W201: the declaration may be in another file. */
export const constantAssignment: Fixer = (asked, diagnostic) => {
  const declared = diagnostic.related[0];
  if (!declared || !diagnostic.message.includes("a constant")) return [];
  const { text } = asked.view.tree(declared.file);
  const word = /\bconst\s+$/.exec(text.slice(0, declared.span.start));
  if (!word) return [];
  const name = text.slice(declared.span.start, declared.span.end);
  const edit = { file: declared.file, start: word.index, end: word.index + "const".length, text: "var" };
  return [fix(`Make \`${name}\` a \`var\``, diagnostic, () => [edit], true)];
};

/** W202 */
export const invalidTarget: Fixer = (asked, diagnostic) => {
  const assign = asked.find("Assign");
  const sign = assign && tokenBetween(asked, "=", assign.target.end, assign.value.start);
  if (!sign) return [];
  return [fix("Compare with `==`", diagnostic, () => [asked.replace(sign, "==")], true)];
};

/** W203 */
export const arity: Fixer = (asked, diagnostic) => {
  const call = asked.find("Call");
  const { analysis } = asked.view;
  const known =
    call &&
    knownCallee(call.callee, {
      file: asked.file,
      names: asked.names,
      registry: analysis.registry,
      meaningOf: (name) => analysis.registry.meaningOf(asked.file, name),
    });
  if (!call || !known) return [];
  const wrong = /has no parameter `([^`]+)`/.exec(diagnostic.message)?.[1];
  if (wrong !== undefined) {
    const given = new Set(call.args.map(({ name }) => name?.name));
    const free = known.params.filter((param) => !given.has(param));
    const meant = closest(wrong, free) ?? free[0];
    if (meant === undefined) return [];
    return [fix(`Change to \`${meant}\``, diagnostic, () => [{ ...diagnostic.span, text: meant }], true)];
  }
  const piped = isStage(asked, call) ? 1 : 0;
  const missing = known.min - call.args.length - piped;
  const last = call.args.at(-1);
  if (missing > 0) {
    const names = known.params.slice(call.args.length + piped, call.args.length + piped + missing);
    const text = Array.from({ length: missing }, () => "nil").join(", ");
    const what = names.length === missing ? names.map((name) => `\`${name}\``).join(", ") : `${missing} arguments`;
    const at = last ? asked.extent(last).end : call.end - 1;
    return [fix(`Add ${what}`, diagnostic, () => [asked.insert(at, last ? `, ${text}` : text)], true)];
  }
  const extra = call.args.slice(Math.max(0, known.max - piped));
  if (extra.length === 0 || !extra.every(({ value }) => isPure(value))) return [];
  const kept = call.args[call.args.length - extra.length - 1];
  const from = kept ? asked.extent(kept).end : (tokenBetween(asked, "(", call.callee.end, call.end)?.end ?? call.end);
  return [
    fix("Remove what is too much", diagnostic, () => [asked.replace({ start: from, end: call.end - 1 }, "")], true),
  ];
};

const isStage = (asked: Asked, call: ast.Call): boolean =>
  asked.ancestors(call).some((node) => node.kind === "Pipe" && node.right === call);

/** W204 */
export const awaitOutsideAsync: Fixer = (asked, diagnostic) => {
  const actions: Action[] = [];
  const fun = asked.around.find(
    (node) => node.kind === "Fun" || (node.kind === "FunExpression" && node.form === "fun"),
  );
  if (fun?.kind === "Fun" || fun?.kind === "FunExpression") {
    const edit = asyncEdit(asked, fun.fun);
    const name = fun.kind === "Fun" ? `\`${fun.name.name}\`` : "the function";
    if (edit) actions.push(fix(`Make ${name} \`async\``, diagnostic, () => [edit], true));
  }
  const awaited = asked.find("Await");
  if (awaited && awaited.start + asked.offset === diagnostic.span.start)
    actions.push(
      fix("Remove `await`", diagnostic, () => [
        asked.replace({ start: awaited.start, end: asked.extent(awaited.value).start }, ""),
      ]),
    );
  return actions;
};

/** `async` before the word `fun`, behind annotations. */
export function asyncEdit(asked: Asked, fun: ast.Function): Edit | undefined {
  const word = tokenBetween(asked, "fun", fun.start, fun.end);
  return word && !fun.isAsync ? asked.insert(word.start, "async ") : undefined;
}

/** W205, W206: a returned value stays. */
export const misplacedJump: Fixer = (asked, diagnostic) => {
  const jump = asked.around.find(({ kind }) => kind === "Break" || kind === "Continue" || kind === "Return");
  if (!jump) return [];
  const value = jump.kind === "Return" ? jump.value : null;
  const host = hostOf(asked, jump);
  const isStatement = host !== null && host.node === jump && !host.isBody;
  const edit = (): Edit => {
    if (value) return asked.replace(jump, asked.source(asked.extent(value)));
    return isStatement ? asked.remove(jump) : asked.replace(jump, "nil");
  };
  return [fix(`Remove \`${jump.kind.toLowerCase()}\``, diagnostic, () => [edit()], true)];
};

/** W209: a type that holds the number; a cast may also cut it off. */
export const numberRange: Fixer = (asked, diagnostic) => {
  const cast = asked.find("Cast");
  const variable = asked.find("Var");
  const type = cast?.type ?? variable?.type;
  const value = cast?.value ?? variable?.init;
  const number = value && literalNumber(value);
  if (type?.kind !== "NamedType" || number === undefined || number === null) return [];
  const actions: Action[] = [];
  const order = type.name.startsWith("u") && number >= 0 ? ["u", "i", "f"] : ["i", "u", "f"];
  const fitting = [...NUMERIC_TYPES]
    .filter(([, { min, max, whole }]) => number >= min && number <= max && (!whole || Number.isInteger(number)))
    .map(([name]) => name)
    .sort((a, b) => order.indexOf(a[0]!) - order.indexOf(b[0]!) || Number(a.slice(1)) - Number(b.slice(1)));
  const [better] = fitting;
  if (better !== undefined)
    actions.push(fix(`Change the type to \`${better}\``, diagnostic, () => [asked.replace(type, better)], true));
  const sign = cast && tokenBetween(asked, "as", asked.extent(cast.value).end, type.start);
  if (cast && sign) actions.push(fix("Cut it off with `!as`", diagnostic, () => [asked.insert(sign.start, "!")]));
  return actions;
};

/** W210: functions there stay, they are reachable. */
export const unreachableCode: Fixer = (asked, diagnostic) => {
  const start = diagnostic.span.start - asked.offset;
  const block = asked.around.find(
    (node) => node.kind === "Block" && node.statements.some((each) => each.start === start),
  );
  if (block?.kind !== "Block") return [];
  const dead = block.statements.filter((each) => each.start >= start && each.kind !== "Fun" && each.kind !== "Error");
  return [fix("Remove what is never reached", diagnostic, () => dead.map((each) => asked.remove(each)), true)];
};

/** W211 */
export const incompleteMatch: Fixer = (asked, diagnostic) => {
  const match = asked.find("Match");
  const last = match?.arms.at(-1);
  if (!match || !last) return [];
  const quoted = [...diagnostic.message.matchAll(/`(true|false)`/g)].map(([, value]) => value!);
  const ports = [...diagnostic.message.matchAll(/0x[0-9a-f]+/g)].map(([value]) => value);
  const missing = ports.length > 0 ? ports : quoted.length > 0 ? quoted : ["_"];
  const title = missing.length === 1 ? `Add the arm \`${missing[0]}\`` : "Add the missing arms";
  return [fix(title, diagnostic, () => [addArms(asked, last, missing)], true)];
};

export function addArms(asked: Asked, last: ast.Arm, patterns: readonly string[]): Edit {
  const { end } = asked.extent(last.body);
  const comma = /^\s*,/.exec(asked.place.item.tree.text.slice(end));
  const arms = patterns.map((pattern) => `\n${pattern} => nil,`).join("");
  return asked.insert(end + (comma?.[0].length ?? 0), `${comma ? "" : ","}${arms}`);
}

/** W212 */
export const unreachableArm: Fixer = (asked, diagnostic) => {
  const start = diagnostic.span.start - asked.offset;
  const arm = asked.around
    .flatMap((node) => (node.kind === "Match" ? node.arms : []))
    .find(({ pattern }) => pattern.start === start);
  if (!arm) return [];
  const whole = { start: arm.start, end: asked.extent(arm.body).end };
  return [fix("Remove the arm", diagnostic, () => [asked.remove(whole)], true)];
};

export function tokenBetween(asked: Asked, text: string, start: number, end: number): ast.Span | undefined {
  const source = asked.place.item.tree.text;
  return scan(source).tokens.find(
    (token) => token.start >= start && token.end <= end && source.slice(token.start, token.end) === text,
  );
}
