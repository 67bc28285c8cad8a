// Makes Ohm's matching cheaper, with the same results (its nodes: ohm.ts). By itself it tries whatever the grammar names, and learns
// character by character that it is not there, three times out of four in ordinary text; and it makes a node of each character
// of a name.
//
// O1. Before an alternative, an iteration or a `~` is tried, one look at the next character says whether it can begin with it at
//     all (first.ts). What cannot has failed here, as it would have, and nothing behind this character was looked at.
// O2. A run of single characters, such as `("a".."z" | "_")*`, is a node without children.
// O3. No rule skips spaces (G1 of the grammar), so what is part of another expression is matched without asking for that.
// O4. Small rules (FORGOTTEN) are matched again where they are asked for again: to remember them costs more.
//
// While Ohm collects what it had expected, for a message, it goes its own way (`isPlain`). A test holds that both agree.

import { pexprs } from "ohm-js";
import { type Expr, isCharacter, nextIn, OTHER, type Rules, type Starts, startsOf } from "./first.ts";
import { keepOne } from "./keep-one.ts";

/** Where a match stands, as Ohm's expressions know it. */
interface State {
  readonly grammar: Rules;
  readonly inputStream: { readonly source: string; pos: number; examinedLength: number };
  readonly recordedFailures: object | undefined;
  readonly trace: object | undefined;
  readonly _bindings: Node[];
  readonly _bindingOffsets: number[];
  readonly _posStack: number[];
  rightmostFailurePosition: number;
  posToOffset(pos: number): number;
  pushFailuresInfo(): void;
  popFailuresInfo(): void;
}

interface Node {
  readonly matchLength: number;
}

interface Matching extends Expr {
  readonly minNumMatches: number;
  readonly maxNumMatches: number;
  eval(state: State): boolean;
  /** For the grammar that was matched last. */
  plan?: Plan;
  plans?: Map<Rules, Plan>;
}

/** What is known of an Alt, of what is iterated, or of what is negated. */
interface Plan {
  readonly grammar: Rules;
  readonly starts: Starts;
  readonly isCharacter: boolean;
  readonly arity: number;
  /** Of an Alt: its terms that can begin with what comes next. */
  readonly terms: (readonly Matching[] | undefined)[];
}

const prototypes = {
  alt: pexprs.Alt.prototype as unknown as Matching,
  seq: pexprs.Seq.prototype as unknown as Matching,
  iter: pexprs.Iter.prototype as unknown as Matching,
  not: pexprs.Not.prototype as unknown as Matching,
  apply: pexprs.Apply.prototype as unknown as Matching & {
    evalOnce(body: Matching, state: State): Node | false;
  },
};
const own = {
  alt: prototypes.alt.eval,
  seq: prototypes.seq.eval,
  iter: prototypes.iter.eval,
  not: prototypes.not.eval,
  apply: prototypes.apply.eval,
  evalOnce: prototypes.apply.evalOnce,
};

// ---- Matching ----

prototypes.alt.eval = function alt(this: Matching, state: State): boolean {
  if (!isPlain(state)) return own.alt.call(this, state);
  const { source, pos } = state.inputStream;
  const { terms } = planOf(this, this, state);
  const next = nextIn(source, pos);
  let likely = terms[next];
  if (likely === undefined) {
    likely = (this.terms as readonly Matching[]).filter((term) => startsOf(term, state.grammar)[next] === 1);
    terms[next] = likely;
  }
  if (likely.length < this.terms.length) refuse(state, pos);
  for (let i = 0; i < likely.length; i++) if (attempt(likely[i]!, state)) return true;
  return false;
};

prototypes.seq.eval = function seq(this: Matching, state: State): boolean {
  if (!isPlain(state)) return own.seq.call(this, state);
  const factors = this.factors as readonly Matching[];
  for (let i = 0; i < factors.length; i++) if (!factors[i]!.eval(state)) return false;
  return true;
};

prototypes.not.eval = function not(this: Matching, state: State): boolean {
  if (!isPlain(state)) return own.not.call(this, state);
  const { source, pos } = state.inputStream;
  const expr = this.expr as Matching;
  const { starts, isCharacter } = planOf(this, expr, state);
  const next = nextIn(source, pos);
  if (starts[next] === 0) {
    examine(state, pos);
    return true;
  }
  if (!isCharacter || next >= OTHER) {
    state.pushFailuresInfo();
    const isThere = attempt(expr, state);
    state.popFailuresInfo();
    if (!isThere) return true;
  }
  refuse(state, pos);
  return false;
};

prototypes.iter.eval = function iter(this: Matching, state: State): boolean {
  if (!isPlain(state)) return own.iter.call(this, state);
  const expr = this.expr as Matching;
  const plan = planOf(this, expr, state);
  return plan.isCharacter && this.maxNumMatches > 1 ? run(this, expr, plan, state) : repeat(this, expr, plan, state);
};

/** O2 */
function run(iteration: Matching, expr: Matching, { starts }: Plan, state: State): boolean {
  const { inputStream, _bindings, _bindingOffsets } = state;
  const { source, pos: begin } = inputStream;
  const length = _bindings.length;
  for (;;) {
    const next = nextIn(source, inputStream.pos);
    if (starts[next] === 0) break;
    if (next < OTHER) inputStream.pos++;
    else {
      if (!attempt(expr, state)) break;
      truncate(state, length);
    }
  }
  const { pos } = inputStream;
  refuse(state, pos);
  if (pos === begin && iteration.minNumMatches > 0) return false;
  _bindings.push(new IterationNode([], [], pos - begin, false));
  _bindingOffsets.push(state.posToOffset(begin));
  return true;
}

function repeat(iteration: Matching, expr: Matching, { starts, arity }: Plan, state: State): boolean {
  const { inputStream, _bindings, _bindingOffsets } = state;
  const { source, pos: begin } = inputStream;
  const { minNumMatches, maxNumMatches } = iteration;
  const length = _bindings.length;
  const columns: Node[][] = [];
  const offsets: number[][] = [];
  for (let i = 0; i < arity; i++) {
    columns.push([]);
    offsets.push([]);
  }
  let count = 0;
  for (; count < maxNumMatches; count++) {
    if (starts[nextIn(source, inputStream.pos)] === 0) {
      refuse(state, inputStream.pos);
      break;
    }
    if (!attempt(expr, state)) break;
    for (let i = 0; i < arity; i++) {
      columns[i]!.push(_bindings[length + i]!);
      offsets[i]!.push(_bindingOffsets[length + i]!);
    }
    truncate(state, length);
  }
  if (count < minNumMatches) return false;
  // The first and the last node say where the text is.
  let offset = state.posToOffset(begin);
  let matchLength = 0;
  if (count > 0 && arity > 0) {
    offset = offsets[0]![0]!;
    matchLength = offsets[arity - 1]!.at(-1)! + columns[arity - 1]!.at(-1)!.matchLength - offset;
  }
  const isOptional = iteration instanceof pexprs.Opt;
  for (let i = 0; i < arity; i++) {
    _bindings.push(new IterationNode(columns[i]!, offsets[i]!, matchLength, isOptional));
    _bindingOffsets.push(offset);
  }
  return true;
}

/** O4: they are hardly ever asked for twice at one place, and take little text. */
const FORGOTTEN: ReadonlySet<string> = new Set(
  `s gap comma semicolon closeRound closeSquare closeCurly anyName word nearName digits decimal radix operator wordPart
   worded declares encloses jumps`.split(/\s+/),
);

prototypes.apply.eval = function apply(this: Matching, state: State): boolean {
  if (!FORGOTTEN.has(this.ruleName) || !isPlain(state)) return own.apply.call(this, state);
  const { pos } = state.inputStream;
  const { rightmostFailurePosition } = state;
  const { body, description } = state.grammar.rules[this.ruleName]!;
  state._posStack.push(pos);
  const node = nodeOf(this.ruleName, body as Matching, state);
  state._posStack.pop();
  // A rule with a description is wanted as a whole: what was wanted inside it counts for nothing.
  if (description) {
    state.rightmostFailurePosition = rightmostFailurePosition;
    if (node === false) refuse(state, pos);
  }
  if (node === false) return false;
  state._bindings.push(node);
  state._bindingOffsets.push(state.posToOffset(pos));
  return true;
};

prototypes.apply.evalOnce = function evalOnce(this: Matching, body: Matching, state: State): Node | false {
  if (isPlain(state)) return nodeOf(this.ruleName, body, state);
  keepCollecting(state, state.inputStream.source.length);
  return own.evalOnce.call(this, body, state);
};

const keep = keepOne<State>();
const keepCollecting = keepOne<State>();

/** Matches the body of a rule. */
function nodeOf(rule: string, body: Matching, state: State): Node | false {
  const { inputStream, _bindings, _bindingOffsets } = state;
  const { pos, source } = inputStream;
  const { length } = _bindings;
  keep(state, source.length);
  if (!attempt(body, state)) return false;
  return new NonterminalNode(rule, _bindings.splice(length), _bindingOffsets.splice(length), inputStream.pos - pos);
}

/** Matches, or leaves everything as it was. */
function attempt(expr: Matching, state: State): boolean {
  const { inputStream, _bindings } = state;
  const { pos } = inputStream;
  const { length } = _bindings;
  if (expr.eval(state)) return true;
  inputStream.pos = pos;
  truncate(state, length);
  return false;
}

function truncate({ _bindings, _bindingOffsets }: State, length: number): void {
  while (_bindings.length > length) {
    _bindings.pop();
    _bindingOffsets.pop();
  }
}

/** Something else was wanted at `pos`. */
function refuse(state: State, pos: number): void {
  if (state.rightmostFailurePosition < pos) state.rightmostFailurePosition = pos;
  examine(state, pos);
}

/** What stands at `pos` has been looked at: a result that rests on it does not hold for another text. */
function examine({ inputStream }: State, pos: number): void {
  if (inputStream.examinedLength <= pos) inputStream.examinedLength = pos + 1;
}

function isPlain({ recordedFailures, trace }: State): boolean {
  return recordedFailures === undefined && trace === undefined;
}

/** What `whole` has to know of `expr`, which it is or is made of. */
function planOf(whole: Matching, expr: Matching, { grammar }: State): Plan {
  const { plan } = whole;
  if (plan !== undefined && plan.grammar === grammar) return plan;
  whole.plans ??= new Map();
  let found = whole.plans.get(grammar);
  if (found === undefined) {
    const starts = startsOf(expr, grammar);
    found = { grammar, starts, isCharacter: isCharacter(expr), arity: whole.getArity(), terms: [] };
    whole.plans.set(grammar, found);
  }
  whole.plan = found;
  return found;
}

/** Ohm does not export its nodes: an iteration and a rule that find nothing show them. */
const { IterationNode, NonterminalNode } = (() => {
  const make = (kind: unknown, part: unknown) => new (kind as new (part: unknown) => Matching)(part);
  const bindings: object[] = [];
  const state = {
    inputStream: { pos: 0 },
    _bindings: bindings,
    _bindingOffsets: [],
    eval: (expr: Matching) => expr === nothing,
    posToOffset: () => 0,
  } as unknown as State;
  const nothing = make(pexprs.Opt, pexprs.end);
  own.iter.call(nothing, state);
  const rule = make(pexprs.Apply, "nothing");
  return {
    IterationNode: bindings[0]!.constructor as new (
      children: readonly Node[],
      childOffsets: readonly number[],
      matchLength: number,
      isOptional: boolean,
    ) => Node,
    NonterminalNode: (own.evalOnce.call(rule, nothing, state) as object).constructor as new (
      ruleName: string,
      children: readonly Node[],
      childOffsets: readonly number[],
      matchLength: number,
    ) => Node,
  };
})();
