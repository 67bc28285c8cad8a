// The list of rules, in the order of their codes:
//   W0xx text   W1xx names   W2xx code   W3xx effects   W4xx systems   W5xx what this runtime does not execute

import { acrossSuspension } from "./across-suspension.ts";
import { ambiguousName } from "./ambiguous-name.ts";
import { arity } from "./arity.ts";
import { awaitOutsideAsync } from "./await-outside-async.ts";
import { breakOutsideLoop } from "./break-outside-loop.ts";
import { checkedOnly } from "./checked-only.ts";
import { constantAssignment } from "./constant-assignment.ts";
import { duplicateGlobal } from "./duplicate-global.ts";
import { duplicateName } from "./duplicate-name.ts";
import { effectOutsideClause } from "./effect-outside-clause.ts";
import { forgottenResume } from "./forgotten-resume.ts";
import { hiddenParameter } from "./hidden-parameter.ts";
import { incompleteMatch } from "./incomplete-match.ts";
import { invalidTarget } from "./invalid-target.ts";
import { lostContinuation } from "./lost-continuation.ts";
import { missingImport } from "./missing-import.ts";
import { needlessUnsafe } from "./needless-unsafe.ts";
import { notExecuted } from "./not-executed.ts";
import { numberRange } from "./number-range.ts";
import { reservedName } from "./reserved-name.ts";
import { resumedAgain } from "./resumed-again.ts";
import { returnOutsideFunction } from "./return-outside-function.ts";
import type { Rule } from "./rule.ts";
import { suspendedInUnsafe } from "./suspended-in-unsafe.ts";
import { syntax } from "./syntax.ts";
import { systemsOutsideUnsafe } from "./systems-outside-unsafe.ts";
import { taskAssignment } from "./task-assignment.ts";
import { thisOutsideClass } from "./this-outside-class.ts";
import { undefinedName } from "./undefined-name.ts";
import { unhandledEffect } from "./unhandled-effect.ts";
import { unknownMember } from "./unknown-member.ts";
import { unreachableArm } from "./unreachable-arm.ts";
import { unreachableCode } from "./unreachable-code.ts";
import { unreachableHandler } from "./unreachable-handler.ts";
import { unusedImport } from "./unused-import.ts";
import { unusedParameter } from "./unused-parameter.ts";
import { unusedVariable } from "./unused-variable.ts";

export const rules: readonly Rule[] = [
  syntax,
  undefinedName,
  duplicateName,
  duplicateGlobal,
  hiddenParameter,
  missingImport,
  unusedVariable,
  unusedParameter,
  unusedImport,
  reservedName,
  ambiguousName,
  unknownMember,
  constantAssignment,
  invalidTarget,
  arity,
  awaitOutsideAsync,
  breakOutsideLoop,
  returnOutsideFunction,
  thisOutsideClass,
  effectOutsideClause,
  numberRange,
  unreachableCode,
  incompleteMatch,
  unreachableArm,
  unhandledEffect,
  unreachableHandler,
  forgottenResume,
  taskAssignment,
  lostContinuation,
  resumedAgain,
  systemsOutsideUnsafe,
  needlessUnsafe,
  acrossSuspension,
  suspendedInUnsafe,
  notExecuted,
  checkedOnly,
];
