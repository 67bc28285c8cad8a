// What the tests of code actions share: choosing one at a place, and looking at what it leaves.

import { createWorkspace } from "../../language/analyse.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import type { Action } from "../../server/actions/action.ts";
import { applied, finished } from "../../server/actions/apply.ts";
import { actionsAt } from "../../server/actions/index.ts";
import { createView, type View } from "../../server/view.ts";

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
