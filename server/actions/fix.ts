// What a quick fix is: the answers of one rule's diagnostic. The families are in fix-*.ts, the table of them in fixes.ts.

import type { Diagnostic } from "../../language/diagnostics.ts";
import type { Local } from "../../language/names/model.ts";
import type { Action, Asked, Edit } from "./action.ts";

/** `asked` is at the diagnostic's place. */
export type Fixer = (asked: Asked, diagnostic: Diagnostic) => readonly Action[];

export function fix(title: string, diagnostic: Diagnostic, edits: () => readonly Edit[], preferred = false): Action {
  return { title, kind: "quickfix", fixes: diagnostic, preferred, edits };
}

/** The word in backquotes that a message asks about. */
export const meantBy = ({ message }: Diagnostic): string | undefined => /did you mean `([^`]+)`/.exec(message)?.[1];

/** The local that is declared where a diagnostic stands. */
export function localAt(asked: Asked): Local | undefined {
  const start = asked.span.start - asked.offset;
  return asked.names.units
    .flatMap((unit) => unit.locals)
    .find((local) => local.declaration !== null && local.declaration.start === start);
}

/** Gives a local another name everywhere. */
export function renamed(asked: Asked, local: Local, name: string): Edit[] {
  const places = [local.declaration!, ...local.uses.map(({ node }) => node)];
  return places.map((place) => asked.replace({ start: place.start, end: place.start + local.name.length }, name));
}
