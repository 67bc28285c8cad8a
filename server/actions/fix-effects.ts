// Fixes about effects and systems code: a handler where none is, one that never runs, a path without `resume`, `unsafe`.

import type * as ast from "../../language/ast.ts";
import { payloadFields } from "../../language/infer/members.ts";
import type { Node } from "../../language/walk.ts";
import type { Action, Asked, Edit } from "./action.ts";
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
  return actions;
};

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

/** `unsafe` around less: from the first statement that needs it to the last. */
export function narrowed(asked: Asked, unsafe: ast.Unsafe, needs: (node: Node) => boolean): Action[] {
  const host = hostOf(asked, unsafe);
  const { statements } = unsafe.body;
  if (!host || host.node !== unsafe || host.isBody || statements.length < 2) return [];
  if (statements.some(({ kind }) => DECLARING.has(kind))) return [];
  const first = statements.findIndex(needs);
  const last = statements.findLastIndex(needs);
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
