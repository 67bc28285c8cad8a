// Other forms of values and declarations: bases of numbers, strings split and joined, keys, `const`, declaration and first value.

import type * as ast from "../../language/ast.ts";
import { type Action, type Asked, standsAlone } from "./action.ts";

export function rewriteValues(asked: Asked): Action[] {
  return [
    ...numberBase(asked),
    ...splitString(asked),
    ...joinStrings(asked),
    ...keys(asked),
    ...makeConst(asked),
    ...splitDeclaration(asked),
    ...joinDeclaration(asked),
  ];
}

const rewrite = (title: string, edits: Action["edits"]): Action => ({
  title,
  kind: "refactor.rewrite",
  preserves: true,
  edits,
});

function numberBase(asked: Asked): Action[] {
  const node = asked.findHere("Number");
  if (!node || !Number.isSafeInteger(node.value) || node.value < 0) return [];
  const written = asked.source(node);
  if (!/^[\w]+$/.test(written)) return [];
  const forms: readonly (readonly [string, string])[] = [
    ["decimal", String(node.value)],
    ["hexadecimal", `0x${node.value.toString(16).toUpperCase()}`],
    ["binary", `0b${node.value.toString(2)}`],
  ];
  const base = /^0[xX]/.test(written) ? 1 : /^0[bB]/.test(written) ? 2 : 0;
  const actions = forms
    .filter((_, index) => index !== base)
    .map(([name, text]) => rewrite(`Write as ${name}: \`${text}\``, () => [asked.replace(node, text)]));
  const grouped = String(node.value).replace(/\B(?=(\d{3})+$)/g, "_");
  if (base === 0 && grouped !== written && /_/.test(grouped))
    actions.push(rewrite(`Group the digits: \`${grouped}\``, () => [asked.replace(node, grouped)]));
  return actions;
}

/** `"ab|cd"` as `"ab" + "cd"`. */
function splitString(asked: Asked): Action[] {
  const node = asked.findHere("String");
  const at = asked.span.start - asked.offset;
  if (
    !node ||
    asked.isSelection ||
    at <= node.start + 1 ||
    at >= node.end - 1 ||
    isInEscape(asked.source(node), at - node.start)
  )
    return [];
  const parent = asked.ancestors(node)[0];
  const isPlain = standsAlone(parent) || (parent?.kind === "Binary" && parent.op === "+" && parent.left === node);
  const { start, end } = asked.extent(node);
  const around = isPlain ? [] : [asked.insert(start, "("), asked.insert(end, ")")];
  return [rewrite("Split the string", () => [asked.insert(at, '" + "'), ...around])];
}

/** Whether a place in a literal is inside `\n` or `\u{…}`. */
function isInEscape(text: string, at: number): boolean {
  for (const { index, 0: written } of text.matchAll(/\\(?:x[0-9a-fA-F]{0,2}|u\{[^}"]*\}?|[\s\S])/g))
    if (at > index && at < index + written.length) return true;
  return false;
}

function joinStrings(asked: Asked): Action[] {
  const sum = asked.findHere("Binary");
  if (sum?.op !== "+" || sum.left.kind !== "String" || sum.right.kind !== "String") return [];
  const { left, right } = sum;
  if (left.start !== sum.start || right.end !== sum.end) return [];
  if (/\/\/|\/\*/.test(asked.source({ start: left.end, end: right.start }))) return [];
  return [rewrite("Join the strings", () => [asked.replace({ start: left.end - 1, end: right.start + 1 }, "")])];
}

const PLAIN_NAME = /^[A-Za-z_]\w*$/;

/** `"a": 1` and `a: 1`, `m["a"]` and `m.a`. */
function keys(asked: Asked): Action[] {
  const at = asked.span.start - asked.offset;
  const map = asked.findHere("Map");
  const entry = map?.entries.find(({ key }) => key.start <= at && at <= key.end);
  if (entry) {
    const written = asked.source(entry.key);
    if (!PLAIN_NAME.test(entry.key.name)) return [];
    return written.startsWith('"')
      ? [rewrite("Remove the quotes of the key", () => [asked.replace(entry.key, entry.key.name)])]
      : [rewrite("Put the key in quotes", () => [asked.replace(entry.key, `"${entry.key.name}"`)])];
  }
  const index = asked.findHere("Index");
  if (index?.index.kind !== "String" || !PLAIN_NAME.test(index.index.value) || at < index.object.end) return [];
  const key = index.index;
  return [
    // A method of maps has the same name: only the index means the key.
    {
      ...rewrite(`Write as \`.${key.value}\``, () => [
        asked.replace({ start: asked.extent(index.object).end, end: index.end }, `.${key.value}`),
      ]),
      preserves: false,
    },
  ];
}

// ---- Declarations ----

function variableHere(asked: Asked): ast.VarDeclaration | undefined {
  const found = asked.findHere("Var");
  return found && asked.span.start - asked.offset <= (found.init?.start ?? found.end) ? found : undefined;
}

function makeConst(asked: Asked): Action[] {
  const node = variableHere(asked);
  if (!node || node.constant || node.init === null || node.entangled) return [];
  const local = asked.names.localOf(node.name);
  if (!local || local.assigned || node.annotations.length > 0) return [];
  return [
    rewrite("Make it a `const`", () => [asked.replace({ start: node.start, end: node.start + "var".length }, "const")]),
  ];
}

/** `var x = e;` as `var x; x = e;` */
function splitDeclaration(asked: Asked): Action[] {
  const node = variableHere(asked);
  if (!node?.init || node.constant || node.entangled || asked.ancestors(node)[0]?.kind !== "Block") return [];
  const { init, name, type } = node;
  const end = type?.end ?? name.end;
  return [
    rewrite("Split declaration and value", () => [
      asked.replace({ start: end, end: asked.extent(init).start }, `;\n${name.name} = `),
    ]),
  ];
}

/** `var x; x = e;` as `var x = e;` */
function joinDeclaration(asked: Asked): Action[] {
  const node = variableHere(asked);
  const block = node && asked.ancestors(node)[0];
  if (!node || node.init || block?.kind !== "Block") return [];
  const next = block.statements[block.statements.indexOf(node) + 1];
  if (next?.kind !== "Assign" || next.target.kind !== "Name" || next.target.name !== node.name.name) return [];
  if (asked.names.bindingOf(next.target) !== asked.names.localOf(node.name)) return [];
  if (asked.names.localOf(node.name)?.uses.some(({ node: use }) => use.start > next.target.end && use.end <= next.end))
    return [];
  if (/\/\/|\/\*/.test(asked.source({ start: node.end, end: next.value.start }))) return [];
  return [
    rewrite("Join declaration and value", () => [
      asked.replace({ start: node.end, end: asked.extent(next.value).start }, " = "),
    ]),
  ];
}
