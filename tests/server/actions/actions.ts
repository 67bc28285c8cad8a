// What the tests of code actions share: choosing one at a place, and looking at what it leaves.

import { expect } from "vitest";
import { createWorkspace } from "../../../language/analyse.ts";
import { formatFile } from "../../../language/format/format.ts";
import { memoryCache, parseFile } from "../../../language/parse/parse.ts";
import type { Action } from "../../../server/actions/action.ts";
import { applied, finished } from "../../../server/actions/apply.ts";
import { actionsAt } from "../../../server/actions/index.ts";
import { createView, type View } from "../../../server/view.ts";

export type Files = ReadonlyMap<string, string>;

const cache = memoryCache();

export function viewOf(files: Files): View {
  const workspace = createWorkspace();
  for (const [path, text] of files) workspace.setFile(parseFile(path, text, cache));
  return createView({ analysis: workspace.analyse(), root: "/" });
}

/** The files after an action. */
export function after(view: View, file: string, action: Action): Files {
  const texts = new Map([...view.analysis.files].map(([path, tree]) => [path, tree.text]));
  for (const [path, edits] of finished(view, file, action.edits())) texts.set(path, applied(texts.get(path)!, edits));
  return texts;
}

/** Every action that can be had at a place, those on whole files too. */
export function everyAction(view: View, file: string, span: { start: number; end: number }): Action[] {
  const found = [...actionsAt(view, file, span), ...actionsAt(view, file, span, ["source"])];
  return found.filter(({ disabled }) => disabled === undefined);
}

/** What an action owes whoever chooses it. */
export function checkAction(view: View, file: string, action: Action): Files {
  expect(action.edits(), "asking twice is asking once").toEqual(action.edits());
  const texts = after(view, file, action);
  const then = viewOf(texts);
  const what = `${action.title}\n${texts.get(file)}`;
  expect(texts.get(file) !== view.tree(file).text || texts.size > 1, `it changes something: ${what}`).toBe(true);
  const syntax = (of: View): number => ofCode(of, file, "W001").length;
  const broken = syntax(then);
  expect(broken, `it parses: ${what}`).toBeLessThanOrEqual(
    action.fixes?.code === "W001" ? syntax(view) - 1 : syntax(view),
  );
  if (action.fixes) {
    const same = (of: View): number =>
      ofCode(of, file, action.fixes!.code).filter(({ message }) => message === action.fixes!.message).length;
    expect(same(then), `${action.fixes.code} is gone: ${what}`).toBeLessThan(same(view));
  } else {
    const errors = (of: View) => of.analysis.diagnostics(file).filter(({ severity }) => severity === "error");
    const known = errors(view).length;
    expect(
      errors(then)
        .slice(known)
        .map(({ message }) => message),
      `no new errors: ${what}`,
    ).toEqual([]);
  }
  if (formatFile(view.tree(file)) === view.tree(file).text)
    expect(formatFile(then.tree(file)), "it leaves a formatted program formatted").toBe(texts.get(file));
  if (action.kind.startsWith("source"))
    expect(
      actionsAt(then, file, { start: 0, end: 0 }, [action.kind]).map(({ title }) => title),
      "once is enough",
    ).toEqual([]);
  return texts;
}

const ofCode = (view: View, file: string, code: string) =>
  view.analysis.diagnostics(file).filter((diagnostic) => diagnostic.code === code);
