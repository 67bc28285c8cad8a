// Fixes about names: meant otherwise, declared twice, never used, not imported.

import { closest } from "../../language/names/spelling.ts";
import { importEdit, relativePath } from "../completion/names.ts";
import { type Action, type Asked, contains, type Edit, freshName, isPure } from "./action.ts";
import { type Fixer, fix, localAt, meantBy, renamed } from "./fix.ts";
import { before, hostOf } from "./host.ts";

/** W101 */
export const undefinedName: Fixer = (asked, diagnostic) => {
  const name = asked.text.slice(diagnostic.span.start, diagnostic.span.end);
  const meant = meantBy(diagnostic);
  const use = asked.find("Name");
  const actions: Action[] = [];
  if (meant !== undefined)
    actions.push(fix(`Change to \`${meant}\``, diagnostic, () => [{ ...diagnostic.span, text: meant }], true));
  if (use?.name !== name) return actions;
  const call = asked.ancestors(use).find((node) => node.kind === "Call" && node.callee === use);
  if (call?.kind === "Call") {
    const params = call.args.map(({ name: given, value }, index) =>
      given
        ? given.name
        : value.kind === "Name" && !/^(resume|effect)$/.test(value.name)
          ? value.name
          : `arg${index + 1}`,
    );
    const unique = params.map((param, index) => (params.indexOf(param) === index ? param : `${param}${index + 1}`));
    const [last] = asked.place.item.tree.statements.slice(-1);
    if (last)
      actions.push(
        fix(`Create the function \`${name}\``, diagnostic, () => [
          asked.insert(
            asked.place.item.tree.text.trimEnd().length,
            `\n\nfun ${name}(${unique.join(", ")}) {\n    nil\n}`,
          ),
        ]),
      );
  } else {
    const host = hostOf(asked, use);
    if (host) actions.push(fix(`Declare \`${name}\``, diagnostic, () => before(asked, host, `var ${name} = nil;`)));
  }
  return actions;
};

/** W102, W104 */
export const anotherName: Fixer = (asked, diagnostic) => {
  const local = localAt(asked);
  if (!local) return [];
  const name = freshName(asked, `${local.name}2`);
  const actions = [fix(`Rename to \`${name}\``, diagnostic, () => renamed(asked, local, name), true)];
  const { variable } = local;
  if (variable?.init && !variable.constant && !variable.type && variable.annotations.length === 0)
    actions.push(
      fix(`Assign the \`${local.name}\` that is there already`, diagnostic, () => [
        asked.replace({ start: variable.start, end: variable.name.start }, ""),
      ]),
    );
  return actions;
};

/** W105 */
export const missingImport: Fixer = (asked, diagnostic) => {
  const declaration = asked.names.imports.find(
    ({ pathSpan }) => pathSpan.start + asked.offset === diagnostic.span.start,
  );
  if (!declaration) return [];
  const files = [...asked.view.analysis.files.keys()].filter((file) => file !== asked.file);
  const byName = new Map(files.map((file) => [lastOf(file), relativePath(asked.file, file)]));
  const meant =
    byName.get(lastOf(declaration.path)) ?? byName.get(closest(lastOf(declaration.path), byName.keys()) ?? "");
  const actions: Action[] = [];
  if (meant !== undefined)
    actions.push(fix(`Import "${meant}"`, diagnostic, () => [{ ...diagnostic.span, text: `"${meant}"` }], true));
  return [...actions, fix("Remove the import", diagnostic, () => [asked.remove(declaration)])];
};

const lastOf = (path: string): string =>
  path
    .replace(/\.wal$/, "")
    .split("/")
    .at(-1)!;

/** W106 */
export const unusedVariable: Fixer = (asked, diagnostic) => {
  const local = localAt(asked);
  if (!local) return [];
  const actions: Action[] = [];
  const whole = local.variable ?? local.node;
  if (whole && local.uses.length === 0) {
    const init = local.variable?.init ?? null;
    if (init === null || isPure(init))
      actions.push(fix(`Remove \`${local.name}\``, diagnostic, () => [asked.remove(whole)], true));
    else
      actions.push(
        fix(
          `Remove \`${local.name}\` and keep what its value does`,
          diagnostic,
          () => [asked.replace({ start: whole.start, end: asked.extent(init).start }, "")].map(guarded(asked, init)),
          !contains(init, "FunExpression", "Map", "Block"),
        ),
      );
  }
  actions.push(fix(`Rename to \`_${local.name}\``, diagnostic, () => renamed(asked, local, `_${local.name}`)));
  return actions;
};

/** What begins with a brace would be read as a block. */
const guarded =
  (asked: Asked, init: { readonly start: number }) =>
  (edit: Edit): Edit =>
    /^(\{|fun\b|async\b)/.test(asked.place.item.tree.text.slice(init.start)) ? { ...edit, text: "nil == " } : edit;

/** W107 */
export const unusedParameter: Fixer = (asked, diagnostic) => {
  const local = localAt(asked);
  if (!local) return [];
  return [fix(`Rename to \`_${local.name}\``, diagnostic, () => renamed(asked, local, `_${local.name}`), true)];
};

/** W108 */
export const unusedImport: Fixer = (asked, diagnostic) => [
  fix(
    "Remove the import",
    diagnostic,
    () => [asked.remove({ start: diagnostic.span.start - asked.offset, end: diagnostic.span.end - asked.offset })],
    true,
  ),
];

/** W110 */
export const ambiguousName: Fixer = (asked, diagnostic) =>
  diagnostic.related.map(({ file }) => {
    const path = relativePath(asked.file, file);
    return fix(`Import "${path}"`, diagnostic, () => {
      const { range, newText } = importEdit(asked.view, asked.file, path);
      return [{ ...asked.view.span(asked.file, range), text: newText }];
    });
  });

/** W111 */
export const unknownMember: Fixer = (_asked, diagnostic) => {
  const meant = meantBy(diagnostic);
  return meant === undefined
    ? []
    : [fix(`Change to \`${meant}\``, diagnostic, () => [{ ...diagnostic.span, text: meant }], true)];
};
