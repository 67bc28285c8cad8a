// What an expression of a grammar can begin with: the FIRST sets of LL parsers (Aho et al., "Compilers", 4.4), for Ohm's
// expressions. Used by matching.ts to leave out what cannot succeed.
//
// A set may be larger than it need be, never smaller: what a `~` excludes is left out only where that is a single character.

import { type PExpr, pexprs } from "ohm-js";

/** What is used of Ohm's expressions; not part of its public types. */
export interface Expr extends PExpr {
  readonly terms: readonly Expr[];
  readonly factors: readonly Expr[];
  readonly expr: Expr;
  readonly obj: string;
  readonly from: string;
  readonly to: string;
  readonly ruleName: string;
}

/** The part of a grammar by which rules are found. */
export interface Rules {
  readonly rules: Readonly<Record<string, { readonly body: PExpr; readonly description?: string | null }>>;
}

/** By `nextIn`: 1 for what may come. */
export type Starts = Uint8Array;

/** A character that is not ASCII. */
export const OTHER = 128;
const END = 129;

/** What stands at `pos`: an ASCII character, any other, or the end. */
export function nextIn(text: string, pos: number): number {
  const code = text.charCodeAt(pos);
  return code < OTHER ? code : pos < text.length ? OTHER : END;
}

interface First {
  /** What it begins with where it takes some text. */
  readonly starts: Starts;
  /** It may take none. */
  readonly isNullable: boolean;
}

const ANYTHING: Starts = new Uint8Array(END + 1).fill(1);
const UNKNOWN: First = { starts: ANYTHING, isNullable: true };

/** What may come next where `expr` succeeds in a grammar. */
export function startsOf(expr: PExpr, grammar: Rules): Starts {
  const { starts, isNullable } = firstOf(expr as Expr, grammar);
  return isNullable ? ANYTHING : starts;
}

/** Does it take one character exactly, whichever of `startsOf` that is? True of ASCII; of others nothing is said. */
export function isCharacter(expr: PExpr): boolean {
  if (expr instanceof pexprs.Alt) return expr.terms.every(isCharacter);
  if (expr instanceof pexprs.Terminal) return (expr as Expr).obj.length === 1;
  return expr instanceof pexprs.Range;
}

/** Of each grammar: by expression, and by the name of a rule. */
const known = new WeakMap<Rules, Map<Expr | string, First>>();

function firstOf(expr: Expr, grammar: Rules): First {
  let all = known.get(grammar);
  if (all === undefined) {
    all = new Map();
    known.set(grammar, all);
  }
  const key = expr instanceof pexprs.Apply ? expr.ruleName : expr;
  let first = all.get(key);
  if (first === undefined) {
    // A rule that is met again on its own left could begin with anything.
    all.set(key, UNKNOWN);
    first = makeFirst(expr, grammar);
    all.set(key, first);
  }
  return first;
}

function makeFirst(expr: Expr, grammar: Rules): First {
  const starts = new Uint8Array(END + 1);
  if (expr instanceof pexprs.Terminal) {
    starts[nextIn(expr.obj, 0)] = 1;
    return { starts, isNullable: expr.obj === "" };
  }
  if (expr instanceof pexprs.Range) {
    const to = expr.to.codePointAt(0)!;
    starts.fill(1, Math.min(expr.from.codePointAt(0)!, OTHER), Math.min(to, OTHER) + 1);
    return { starts, isNullable: false };
  }
  if (expr instanceof pexprs.Alt) {
    let isNullable = false;
    for (const term of expr.terms) {
      const first = firstOf(term as Expr, grammar);
      add(first.starts, ANYTHING, starts);
      isNullable ||= first.isNullable;
    }
    return { starts, isNullable };
  }
  if (expr instanceof pexprs.Seq) return firstOfSequence(expr.factors as Expr[], grammar);
  if (expr instanceof pexprs.Iter) {
    const first = firstOf(expr.expr, grammar);
    return expr instanceof pexprs.Plus ? first : { ...first, isNullable: true };
  }
  return expr instanceof pexprs.Apply ? firstOf(grammar.rules[expr.ruleName]!.body as Expr, grammar) : UNKNOWN;
}

/** What stands before the first text that is taken may look ahead, and so narrow what may come. */
function firstOfSequence(factors: readonly Expr[], grammar: Rules): First {
  const allowed = new Uint8Array(ANYTHING);
  const starts = new Uint8Array(END + 1);
  for (const factor of factors) {
    if (factor instanceof pexprs.Not) narrow(allowed, factor.expr, grammar);
    else {
      const first = firstOf(factor, grammar);
      add(first.starts, allowed, starts);
      if (!first.isNullable) return { starts, isNullable: false };
    }
  }
  return { starts, isNullable: true };
}

/** Leaves of `allowed` what may come where `~expr` succeeds. */
function narrow(allowed: Uint8Array, expr: Expr, grammar: Rules): void {
  const isLookahead = expr instanceof pexprs.Not;
  if (!isLookahead && !isCharacter(expr)) return;
  const starts = startsOf(isLookahead ? expr.expr : expr, grammar);
  // Of the characters that are not ASCII a single one may be excluded.
  const excluded = isLookahead ? 0 : 1;
  for (let next = 0; next <= END; next++)
    if (starts[next] === excluded && (isLookahead || next < OTHER)) allowed[next] = 0;
}

/** Adds to `to` what is in both. */
function add(starts: Starts, allowed: Starts, to: Uint8Array): void {
  for (let next = 0; next <= END; next++) if (starts[next] === 1 && allowed[next] === 1) to[next] = 1;
}
