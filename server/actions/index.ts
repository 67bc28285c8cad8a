// The list of code actions: what can be asked for at a place of a file.

import type { View } from "../view.ts";
import { type Action, Asked, type Provider } from "./action.ts";
import { extract } from "./extract.ts";
import { fixAll, quickFixes } from "./fixes.ts";
import { generate } from "./generate.ts";
import { inline } from "./inline.ts";
import { organizeImports } from "./organize-imports.ts";
import { rewriteBranches } from "./rewrite-branches.ts";
import { rewriteCalls } from "./rewrite-calls.ts";
import { rewriteEffects } from "./rewrite-effects.ts";
import { rewriteFunctions } from "./rewrite-functions.ts";
import { rewriteValues } from "./rewrite-values.ts";

const providers: readonly {
  readonly kinds: readonly string[];
  readonly provide: Provider;
  readonly needsTree: boolean;
}[] = [
  { kinds: ["quickfix"], provide: quickFixes, needsTree: false },
  { kinds: ["refactor.extract"], provide: extract, needsTree: true },
  { kinds: ["refactor.inline"], provide: inline, needsTree: true },
  { kinds: ["refactor.rewrite"], provide: rewriteCalls, needsTree: true },
  { kinds: ["refactor.rewrite"], provide: rewriteFunctions, needsTree: true },
  { kinds: ["refactor.rewrite"], provide: rewriteBranches, needsTree: true },
  { kinds: ["refactor.rewrite"], provide: rewriteValues, needsTree: true },
  { kinds: ["refactor.rewrite"], provide: rewriteEffects, needsTree: true },
  { kinds: ["refactor.rewrite"], provide: generate, needsTree: true },
  { kinds: ["source.organizeImports"], provide: organizeImports, needsTree: false },
  { kinds: ["source.fixAll.walia"], provide: fixAll, needsTree: false },
];

/** The kinds of actions there are, for the client. */
export const actionKinds = [...new Set(providers.flatMap(({ kinds }) => kinds))];

/**
 * What can be done about `span` of a file. `only`: kinds that are asked for, each standing for those below it. Refactorings are
 * not offered in an item that does not parse.
 */
export function actionsAt(
  view: View,
  file: string,
  span: { start: number; end: number },
  only?: readonly string[],
): Action[] {
  const asked = Asked.of(view, file, span);
  if (asked === null) return [];
  const isWanted = (kind: string): boolean =>
    only === undefined || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const parses = asked.place.item.tree.errors.length === 0;
  const sourceToo = only !== undefined;
  const found = providers
    .filter(({ kinds, needsTree }) => kinds.some(isWanted) && (parses || !needsTree))
    .filter(({ kinds }) => sourceToo || !kinds.some((kind) => kind.startsWith("source")))
    .flatMap(({ provide }) => provide(asked));
  const seen = new Set<string>();
  return found.filter(({ title, kind, fixes }) => {
    const key = `${kind} ${title} ${fixes?.span.start ?? ""}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
