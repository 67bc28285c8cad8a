// Reads an item that is not Walia yet, with the grammar `Draft`: trees with holes where something is missing and an
// ErrorStatement where nothing can be made of the text, and a message for each.

import type { MatchResult, Node } from "ohm-js";
import grammars, { type DraftSemantics } from "../../syntaxes/walia.ohm-bundle.js";
import type * as ast from "../ast.ts";
import { buildFrom, semantics, spanOf } from "./build.ts";
import { expected, firstOfEachLine, neverClosed, unexpected, whyNot } from "./messages.ts";
import { cheaply } from "./ohm.ts";
import { type Scan, trimEnd } from "./scan.ts";

/** An item that is wrong in more places than this is not helped by more messages. */
const MAX_FAULTS = 100;

/** The statements of an item that matched `Draft`; what is wrong with it is added to `errors`. */
export function buildDraft(match: MatchResult, scan: Scan, errors: ast.SyntaxError[]): readonly ast.Statement[] {
  // One for both operations: what it finds out about the nodes of the match, it remembers.
  const root = draftSemantics(match);
  const faults = root.faults() as readonly Fault[];
  const braces = openBraces(scan);
  // Behind an open quote nothing is where it should be.
  const certain = faults.some(({ kind }) => kind === "quote") ? faults.filter(({ kind }) => kind !== "brace") : faults;
  const found = certain.slice(0, MAX_FAULTS).map((fault) => explained(fault, scan, braces));
  const statements = buildFrom(root, scan, found);
  errors.push(...firstOfEachLine(scan, found));
  return statements;
}

/** `at` is where it was noticed. */
type Fault =
  | { readonly kind: "missing"; readonly what: string; readonly at: number }
  | { readonly kind: "quote" | "brace" | "stray"; readonly at: number }
  | { readonly kind: "broken"; readonly rule: string; readonly at: number; readonly end: number };

/** `braces` are those that are still open at the end, innermost last. */
function explained(fault: Fault, scan: Scan, braces: number[]): ast.SyntaxError {
  switch (fault.kind) {
    case "missing":
      return expected(fault.what, scan, trimEnd(scan, fault.at));
    case "quote":
      return neverClosed(scan, fault.at);
    case "brace": {
      const brace = braces.pop();
      return brace === undefined ? expected("`}`", scan, trimEnd(scan, fault.at)) : neverClosed(scan, brace);
    }
    case "stray":
      return unexpected(scan, fault.at);
    case "broken":
      return whyNot(fault.rule, scan, fault.at, fault.end);
  }
}

/** Where the `{` stand that are never closed. */
function openBraces(scan: Scan): number[] {
  const open: number[] = [];
  for (const { start } of scan.tokens) {
    if (scan.text[start] === "{") open.push(start);
    else if (scan.text[start] === "}") open.pop();
  }
  return open;
}

// ---- Trees with holes ----

/** Where a value is missing stands a `nil` without text. */
const hole = (node: Node): ast.NilLiteral => ({ kind: "Nil", ...spanOf(node) });
const errorStatement = (node: Node): ast.ErrorStatement => ({ kind: "Error", ...spanOf(node) });

const operations: DraftSemantics = grammars.Draft.extendSemantics(semantics as DraftSemantics)
  .extendOperation<unknown>("ast", {
    stray(_close, _s) {
      return { statement: errorStatement(this), end: this.source.endIdx, terminated: true };
    },
    laterArgument(node): ast.Argument {
      if (node.ctorName === "argument") return node.ast() as ast.Argument;
      return { name: null, value: hole(node), ...spanOf(node) };
    },
    hole(_empty) {
      return hole(this);
    },
    noBody(_empty) {
      return hole(this);
    },
    noBlock(_empty): ast.Block {
      return { kind: "Block", statements: [], ...spanOf(this) };
    },
    noString(_empty): ast.StringLiteral {
      return { kind: "String", value: "", ...spanOf(this) };
    },
    noType: (_empty) => null,
    brokenPayload(_open, _s, _rest): ast.MapLiteral {
      return { kind: "Map", entries: [], ...spanOf(this) };
    },
    noName(_s): ast.Identifier {
      const start = this.source.startIdx;
      return { name: "", start, end: start };
    },
    broken(_text) {
      return errorStatement(this);
    },
    brokenBranch(_text, _comma) {
      return errorStatement(this);
    },
  })
  .addOperation<readonly Fault[]>("faults", {
    _terminal: () => [],
    _iter: (...children) => children.flatMap((child) => child.faults()),
    _nonterminal: (...children) => children.flatMap((child) => child.faults()),

    // Leaves: nothing inside can be missing.
    s: (_space, _slash, _comment, _more) => [],
    name: (_first, _rest, _s) => [],
    word: (_first, _rest) => [],
    number: (_digits, _s) => [],
    operator: (_sign, _s) => [],

    string(_open, _parts, close, _s): Fault[] {
      return close.ctorName === "noQuote" ? [{ kind: "quote", at: this.source.startIdx }] : [];
    },
    stray(_close, _s): Fault[] {
      return [{ kind: "stray", at: this.source.startIdx }];
    },
    hole: (_empty) => missing("an expression", _empty),
    noBody: (_empty) => missing("a body", _empty),
    noBlock: (_empty) => missing("`{`", _empty),
    noString: (_empty) => missing("the name of an effect, in quotes,", _empty),
    noType: (_empty) => missing("a type", _empty),
    noName: (space) => missing("a name", space),
    noRound: (_empty) => missing("`)`", _empty),
    noSquare: (_empty) => missing("`]`", _empty),
    noCurly: (end): Fault[] => [{ kind: "brace", at: end.source.startIdx }],
    noOpening: (_empty) => missing("`(`", _empty),
    map(_open, _s, first, commas, _s2, rest, _comma, close): Fault[] {
      const inside = [first, rest, close].flatMap((node) => node.faults() as Fault[]);
      return first.numChildren > 1 ? [...missing("`,`", first.child(1)), ...inside] : [...inside, ...commas.faults()];
    },
    overCurly: (pieces, _close, _s): Fault[] =>
      pieces.numChildren === 0
        ? []
        : [{ kind: "broken", rule: "entry", at: pieces.source.startIdx, end: pieces.source.endIdx }],
    brokenPayload: (_open, space, _rest) => missing("a field", space),
    overRound: (pieces, _close) => missing("`)`", pieces),
    overSquare: (pieces, _close) => missing("`]`", pieces),

    statement: (node, _semicolon) => brokenAs("statement", node),
    member: (node) => brokenAs("member", node),
    traitMember: (node) => brokenAs("method", node),
    layoutMember: (node) => brokenAs("layoutField", node),
    geneMember: (node) => brokenAs("geneMember", node),
    branch: (node) => brokenAs("arm", node),
  });
const draftSemantics = cheaply(operations);

const missing = (what: string, node: Node): Fault[] => [{ kind: "missing", what, at: node.source.startIdx }];

function brokenAs(rule: string, node: Node): readonly Fault[] {
  if (!node.ctorName.startsWith("broken")) return node.faults() as readonly Fault[];
  return [{ kind: "broken", rule, at: node.source.startIdx, end: node.source.endIdx }];
}
