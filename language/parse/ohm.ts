// Makes three things of Ohm cheaper that it does for each node or expression [shares of an edit's work, Ohm 17.5]:
//
//   is this rule syntactic?   Ohm makes a capital of the first letter of its name, with all the rules of Unicode, to see whether
//                             it is one. Our names are ASCII. A thirtieth of matching.
//   the place of a node       an object with a property that is defined by a descriptor. Here it is one with three fields.
//   running an operation      arguments by name, and a stack of actions for messages to authors of grammars. Our operations take no
//                             arguments. With the places a twelfth of the whole.

import { pexprs, type Semantics } from "ohm-js";
import { type Keep, keepOne } from "./keep-one.ts";

const LOWER_A = 97;

(pexprs.Apply.prototype as unknown as { isSyntactic(this: { ruleName: string }): boolean }).isSyntactic =
  function isSyntactic() {
    return this.ruleName.charCodeAt(0) < LOWER_A;
  };

/** What of Ohm's own objects is used here. */
interface Wrapper {
  readonly _node: TreeNode;
  readonly _semantics: Internals;
  readonly _childWrappers: Wrapper[];
  readonly _baseInterval: { readonly sourceString: string; readonly startIdx: number };
  child(index: number): Wrapper | undefined;
}
interface TreeNode {
  readonly ctorName: string;
  readonly childOffsets: readonly number[];
  readonly matchLength: number;
  numChildren(): number;
  childAt(index: number): TreeNode;
  isNonterminal(): boolean;
  isIteration(): boolean;
}
type Action = (this: Wrapper, ...children: Wrapper[]) => unknown;
interface Internals {
  readonly operations: Readonly<Record<string, { readonly actionDict: Readonly<Record<string, Action>> }>>;
  readonly Wrapper: { readonly prototype: Wrapper & Record<string, unknown> };
  wrap(node: TreeNode, source: Interval, base: Wrapper["_baseInterval"]): Wrapper;
}

/** Ohm's class of this name, with what our actions ask of it. */
class Interval {
  readonly sourceString: string;
  readonly startIdx: number;
  readonly endIdx: number;

  constructor(text: string, start: number, end: number) {
    this.sourceString = text;
    this.startIdx = start;
    this.endIdx = end;
  }

  get contents(): string {
    return this.sourceString.slice(this.startIdx, this.endIdx);
  }
}

function child(this: Wrapper, index: number): Wrapper | undefined {
  const known = this._childWrappers[index];
  if (known) return known;
  const { _node: node, _baseInterval: base } = this;
  if (!(index >= 0 && index < node.numChildren())) return undefined;
  const below = node.childAt(index);
  const start = base.startIdx + node.childOffsets[index]!;
  const source = new Interval(base.sourceString, start, start + below.matchLength);
  const made = this._semantics.wrap(below, source, below.isNonterminal() ? source : base);
  this._childWrappers[index] = made;
  return made;
}

function childrenOf(wrapper: Wrapper): Wrapper[] {
  const count = wrapper._node.numChildren();
  for (let index = 0; index < count; index++) wrapper.child(index);
  return wrapper._childWrappers;
}

/** The method of a node that runs an operation on it. */
function running(name: string, keep: Keep<Wrapper>): (this: Wrapper) => unknown {
  return function run(this: Wrapper): unknown {
    keep(this, this._node.matchLength);
    const { actionDict } = this._semantics.operations[name]!;
    const node = this._node;
    const action = actionDict[node.ctorName] ?? (node.isNonterminal() ? actionDict._nonterminal : undefined);
    const children = childrenOf(this);
    if (action) return action.apply(this, children);
    // As Ohm: a rule without an action says what its only part says, and anything else is a mistake, which it explains.
    const [only] = children;
    if (children.length === 1 && !node.isIteration())
      return (only as unknown as Record<string, () => unknown>)[name]!();
    return actionDict._default!.apply(this, children);
  };
}

/** Semantics whose operations, which take no arguments, are run in our way. */
export function cheaply<S extends Semantics>(semantics: S): S {
  const { operations, Wrapper } = (semantics as unknown as { _getSemantics(): Internals })._getSemantics();
  const methods: Record<string, unknown> = Wrapper.prototype;
  const keep = keepOne<Wrapper>();
  for (const name of Object.keys(operations)) methods[name] = running(name, keep);
  methods.child = child;
  return semantics;
}
