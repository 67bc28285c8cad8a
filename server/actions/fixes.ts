// Which rule's diagnostics have which fixes. Those that are not here cannot be fixed by a rule of thumb: the table in
// tests/server/actions/cases.test.ts says why for each.

import type { Action, Asked, Edit } from "./action.ts";
import type { Fixer } from "./fix.ts";
import {
  arity,
  awaitOutsideAsync,
  constantAssignment,
  incompleteMatch,
  invalidTarget,
  misplacedJump,
  numberRange,
  syntax,
  unreachableArm,
  unreachableCode,
} from "./fix-code.ts";
import {
  forgottenResume,
  needlessUnsafe,
  suspendedInUnsafe,
  systemsOutsideUnsafe,
  unhandledEffect,
  unreachableHandler,
} from "./fix-effects.ts";
import {
  ambiguousName,
  anotherName,
  missingImport,
  undefinedName,
  unknownMember,
  unusedImport,
  unusedParameter,
  unusedVariable,
} from "./fix-names.ts";

export const fixers: Readonly<Record<string, Fixer>> = {
  W001: syntax,
  W101: undefinedName,
  W102: anotherName,
  W104: anotherName,
  W105: missingImport,
  W106: unusedVariable,
  W107: unusedParameter,
  W108: unusedImport,
  W110: ambiguousName,
  W111: unknownMember,
  W201: constantAssignment,
  W202: invalidTarget,
  W203: arity,
  W204: awaitOutsideAsync,
  W205: misplacedJump,
  W206: misplacedJump,
  W209: numberRange,
  W210: unreachableCode,
  W211: incompleteMatch,
  W212: unreachableArm,
  W301: unhandledEffect,
  W302: unreachableHandler,
  W303: forgottenResume,
  W401: systemsOutsideUnsafe,
  W402: needlessUnsafe,
  W404: suspendedInUnsafe,
};

/** The fixes of the diagnostics that the selection touches. */
export function quickFixes(asked: Asked): Action[] {
  const { span } = asked;
  return asked.view.analysis
    .diagnostics(asked.file)
    .filter((diagnostic) => diagnostic.span.start <= span.end && diagnostic.span.end >= span.start)
    .flatMap((diagnostic) => fixers[diagnostic.code]?.(asked.at(diagnostic.span), diagnostic) ?? []);
}

/** Mistakes with one answer, which changes nothing that the program does. */
const CERTAIN = new Set(["W001", "W108", "W210", "W212", "W402"]);

/** `source.fixAll.walia` */
export function fixAll(asked: Asked): Action[] {
  const fixes = asked.view.analysis
    .diagnostics(asked.file)
    .filter(({ code }) => CERTAIN.has(code))
    .flatMap((diagnostic) => fixers[diagnostic.code]!(asked.at(diagnostic.span), diagnostic).slice(0, 1));
  if (fixes.length === 0) return [];
  return [
    {
      title: "Fix everything that is certain",
      kind: "source.fixAll.walia",
      edits: (): readonly Edit[] => fixes.flatMap((each) => each.edits()),
    },
  ];
}
