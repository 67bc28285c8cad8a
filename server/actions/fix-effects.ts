// Fixes about effects and systems code: a handler where none is, one that never runs, a path without `resume`, `unsafe`.

import type * as ast from "../../language/ast.ts";
import { payloadFields } from "../../language/infer/members.ts";
import { builtin } from "../../language/names/builtins.ts";
import { moved } from "../../language/query/symbols.ts";
import { labelOf } from "../../language/query/units.ts";
import { type Node, walk } from "../../language/walk.ts";
import { type Action, Asked, contains, type Edit } from "./action.ts";
import { type Fixer, fix } from "./fix.ts";
import { before, behind, type Host, hostOf } from "./host.ts";

const RESUME = "resume(effect.continuation, nil)";

/** A handler whose clause says what there is to look at. */
export function handlerText(asked: Asked, effect: string): string {
  const fields = payloadFields(effect, asked.view.analysis).map((field) => `effect.${field}`);
  const note = fields.length > 0 ? `// The request: ${fields.join(", ")}\n` : "";
  return `handle ${JSON.stringify(effect)} {\n${note}${RESUME}\n}`;
}

/** Above the first statement that is no import. */
export function programWide(asked: Asked, text: string): Edit {
  const first = asked.tree.items.find(({ tree }) => tree.statements.some(({ kind }) => kind !== "Import"));
  if (!first) return { start: asked.text.length, end: asked.text.length, text: `\n${text}\n` };
  const head = first.tree.text.length - first.tree.text.trimStart().length;
  const at = first.offset + startOfOwnComments(first.tree, head);
  return { start: at, end: at, text: `${text}\n\n` };
}

/** The comments right above a declaration are its own; an empty line parts them from those of the file. */
function startOfOwnComments(tree: ast.ItemTree, head: number): number {
  const first = tree.statements[0]!.start;
  const blank = tree.text.slice(0, first).lastIndexOf("\n\n");
  return blank < 0
    ? tree.comments.some(({ style, end }) => style !== "doc" && end <= first)
      ? first
      : head
    : blank + 2;
}

/** W301 */
export const unhandledEffect: Fixer = (asked, diagnostic) => {
  const perform = asked.find("Perform");
  if (!perform) return [];
  const text = handlerText(asked, perform.effect);
  const actions = [
    fix(`Handle "${perform.effect}" for the whole program`, diagnostic, () => [programWide(asked, text)]),
  ];
  const host = hostOf(asked, perform);
  if (host && (host.block || host.isBody))
    actions.unshift(fix(`Handle "${perform.effect}" here`, diagnostic, () => before(asked, host, text), true));
  return [...actions, ...inCallers(asked, perform, text)];
};

/** So many functions on the way are offered. */
const CALLERS = 3;

/**
 * The handler in a function on the way to the perform, before the call that leads there; nearest first. They name no diagnostic:
 * there may be other ways.
 */
function inCallers({ view }: Asked, { effect, ...perform }: ast.Perform, text: string): Action[] {
  const { facts, locate } = view.analysis;
  const way = facts.unhandled
    .filter((each) => each.effect === effect)
    .map(({ entry }) => facts.pathToEffect(entry.unit, effect))
    .find((path) => path.at(-1)?.node.start === perform.start);
  return (way ?? [])
    .slice(0, -1)
    .reverse()
    .slice(0, CALLERS)
    .flatMap(({ file, names, node, unit }): Action[] => {
      const there = Asked.of(view, file, moved(node, locate(names).offset));
      const call = there?.around.find(({ start, end }) => start === node.start && end === node.end);
      const host = call && hostOf(there!, call);
      if (!host || !(host.block || host.isBody)) return [];
      const title = `Handle "${effect}" in ${labelOf(unit)}, which calls this`;
      const edits = (): Edit[] => before(there!, host, text).map((edit) => ({ ...edit, file }));
      return [{ title, kind: "quickfix", edits }];
    });
}

/** W302 */
export const unreachableHandler: Fixer = (asked, diagnostic) => {
  const handle = asked.find("Handle");
  if (!handle) return [];
  const edit = (): Edit =>
    handle.body ? asked.replace({ start: handle.start, end: handle.body.start }, "") : asked.remove(handle);
  return [fix("Remove the handler", diagnostic, () => [edit()], true)];
};

/** W303 */
export const forgottenResume: Fixer = (asked, diagnostic) => {
  const start = diagnostic.span.start - asked.offset;
  const end = diagnostic.span.end - asked.offset;
  const title = "Resume with `nil`";
  const branch = asked.around.find((node) => node.kind === "If" && node.start === start && node.condition.end === end);
  if (branch?.kind === "If" && branch.otherwise === null)
    return [fix(title, diagnostic, () => [asked.insert(asked.extent(branch).end, ` else { ${RESUME} }`)], true)];
  const node = asked.around.find((each) => each.start === start && each.end === end);
  const host = node && hostOf(asked, node);
  return host ? [fix(title, diagnostic, () => behind(asked, host, RESUME), true)] : [];
};

/** W401 */
export const systemsOutsideUnsafe: Fixer = (asked, diagnostic) => {
  const [node] = asked.around;
  const host = node && hostOf(asked, node);
  if (!host) return [];
  const part = unsafePart(host);
  const { start, end } = asked.extent(part);
  return [fix("Wrap in `unsafe`", diagnostic, () => [asked.insert(start, "unsafe { "), asked.insert(end, " }")], true)];
};

/** The part of a statement to wrap: what a declaration declares must stay outside. */
function unsafePart({ node }: Host): Node {
  switch (node.kind) {
    case "Var":
      return node.init ?? node;
    case "Return":
      return node.value ?? node;
    case "If":
    case "While":
      return node.condition;
    case "For":
      return node.of;
    case "Match":
      return node.subject;
    default:
      return node;
  }
}

/** W402 */
export const needlessUnsafe: Fixer = (asked, diagnostic) => {
  const unsafe = asked.find("Unsafe");
  return unsafe ? [fix("Remove `unsafe`", diagnostic, () => [unwrapped(asked, unsafe)], true)] : [];
};

/** The statements alone where the block is a statement and declares nothing; otherwise a plain block. */
export function unwrapped(asked: Asked, unsafe: ast.Unsafe): Edit {
  const { statements } = unsafe.body;
  const host = hostOf(asked, unsafe);
  const isStatement = host !== null && host.node === unsafe && !host.isBody;
  const declares = statements.some(({ kind }) => DECLARING.has(kind));
  if (isStatement && !declares && statements.length > 0)
    return asked.replace(
      unsafe,
      asked.source({ start: unsafe.body.start + 1, end: unsafe.body.end - 1 }).trim() + terminator(asked, unsafe),
    );
  return statements.length === 0
    ? asked.replace(unsafe, isStatement ? "{}" : "nil")
    : asked.replace({ start: unsafe.start, end: unsafe.body.start }, "");
}

/** What was last in the block may now stand before something. */
function terminator(asked: Asked, unsafe: ast.Unsafe): string {
  const { body } = unsafe;
  const outer = asked.ancestors(unsafe)[0];
  if (outer?.kind === "Block" && outer.statements.at(-1) === unsafe) return "";
  const end = body.statements.at(-1)?.end ?? body.start;
  const behind = asked.source({ start: end - 1, end: body.end });
  return behind.startsWith("}") || /^.\s*;/s.test(behind) ? "" : ";";
}

const DECLARING = new Set<string>(["Var", "Fun", "Class", "Handle"]);

const RAW = new Set<Node["kind"]>(["Release", "Asm", "Index", "Cast", "PointerType", "ArrayType"]);

/** Whether something in it is allowed in `unsafe` only. */
function needsUnsafe(node: Node): boolean {
  if (contains(node, ...RAW)) return true;
  let found = false;
  walk(node, (at) => {
    if (at.kind === "Name" && builtin(at.name)?.unsafe) found = true;
    if (at.kind === "Unary" && (at.op === "*" || at.op === "&")) found = true;
    return !found;
  });
  return found;
}

/** W404: what performs stands between blocks that are begun and finished. */
export const suspendedInUnsafe: Fixer = (asked, diagnostic) => {
  const unsafe = asked.find("Unsafe");
  const host = unsafe && hostOf(asked, unsafe);
  if (!host || host.node !== unsafe || host.isBody) return [];
  const { statements } = unsafe.body;
  const at = diagnostic.span.start - asked.offset;
  const performing = statements.find(({ start, end }) => start <= at && at < end);
  if (performing === undefined || needsUnsafe(performing)) return [];
  // What is declared is then declared around the blocks.
  const declared = statements.filter(({ kind }) => DECLARING.has(kind));
  if (declared.some((each) => each.kind !== "Var" || !host.block || isTaken(asked, each.name))) return [];
  return [
    fix("End `unsafe` before what performs", diagnostic, () => [asked.replace(unsafe, parted(asked, unsafe))], true),
  ];
};

/** Whether something else in the item has the name. */
function isTaken(asked: Asked, { name, start }: ast.Identifier): boolean {
  const locals = asked.names.units.flatMap((unit) => unit.locals);
  return locals.some((local) => local.name === name && local.declaration?.start !== start);
}

/** The statements of a block, those that need it in blocks of their own; comments stay before what they stand before. */
function parted(asked: Asked, unsafe: ast.Unsafe): string {
  const { text } = asked.place.item.tree;
  const { statements, start, end } = unsafe.body;
  let from = start + 1;
  const parts = statements.map((statement, index) => {
    const sign = /^\s*;/.exec(text.slice(statement.end, end - 1))?.[0].length ?? 0;
    const to = index === statements.length - 1 ? end - 1 : statement.end + sign;
    const part = { text: text.slice(from, to), isRaw: needsUnsafe(statement) };
    if (part.isRaw && statement.kind === "Var" && statement.init !== null) {
      const { start: initStart, end: initEnd } = statement.init;
      const init = `unsafe { ${text.slice(initStart, initEnd)} }`;
      part.text = `${text.slice(from, initStart)}${init}${text.slice(initEnd, to)}`;
      part.isRaw = false;
    }
    from = to;
    return part;
  });
  const runs: typeof parts = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last?.isRaw === part.isRaw) last.text += part.text;
    else runs.push({ ...part });
  }
  const whole = runs.map((run) => (run.isRaw ? `\nunsafe {${run.text}\n}\n` : run.text)).join("");
  return whole.trim() + (runs.at(-1)!.isRaw ? "" : terminator(asked, unsafe));
}

/** `unsafe` around less: from the first statement that needs it to the last. */
export function narrowed(asked: Asked, unsafe: ast.Unsafe): Action[] {
  const host = hostOf(asked, unsafe);
  const { statements } = unsafe.body;
  if (!host || host.node !== unsafe || host.isBody || statements.length < 2) return [];
  if (statements.some(({ kind }) => DECLARING.has(kind))) return [];
  const first = statements.findIndex(needsUnsafe);
  const last = statements.findLastIndex(needsUnsafe);
  if (first < 0 || (first === 0 && last === statements.length - 1)) return [];
  const { start, end } = unsafe;
  const inside = { from: statements[first]!.start, to: statements[last]!.end };
  return [
    {
      title: "Narrow `unsafe` to what needs it",
      kind: "refactor.rewrite",
      preserves: true,
      edits: () => {
        const { text } = asked.place.item.tree;
        const sign = /^\s*;/.exec(text.slice(inside.to, end - 1))?.[0].length ?? 0;
        return [
          asked.replace({ start, end: unsafe.body.start + 1 }, ""),
          asked.insert(inside.from, "unsafe {\n"),
          asked.insert(inside.to + sign, "\n}"),
          asked.replace({ start: end - 1, end }, terminator(asked, unsafe)),
        ];
      },
    },
  ];
}
