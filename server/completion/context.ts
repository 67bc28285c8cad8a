// Where the cursor stands, as far as completion must know: what may be written there, and which text it replaces.
//
// Everything here is read from the tokens before the cursor, so it is true while a line is half written; what names mean is
// asked of the tree by others.
//
// C1. Each open bracket before the cursor has a role, told by what stands before it: the body of a function, of a class, of a
//     match, the payload of a perform, a map, an argument list ...
// C2. A line break ends a statement that could be complete: what follows is the start of another.

import type { Span } from "../../language/ast.ts";
import { type Scan, scan, type Token, textOf } from "../../language/parse/scan.ts";

export type BracketRole =
  | "function"
  | "async function"
  | "class"
  | "trait"
  | "layout"
  | "match"
  | "clause"
  | "handled"
  | "test"
  | "loop"
  | "block"
  | "unsafe"
  | "payload"
  | "map"
  | "arguments"
  | "parameters"
  | "group"
  | "list";

export interface OpenBracket {
  readonly role: BracketRole;
  /** Index of its token. */
  readonly token: number;
  /** Of a payload and a clause: the effect. */
  readonly effect: string | null;
}

export type Wanted =
  /** `statement`: a statement may begin here; else only an expression. */
  | { readonly kind: "expression"; readonly statement: boolean }
  /** Behind a complete expression: `and`, `or`, `as`, `else` ... */
  | { readonly kind: "operator"; readonly after: string }
  /** `dot` is the offset of the dot, in the item. */
  | { readonly kind: "member"; readonly dot: number }
  | { readonly kind: "effect"; readonly verb: "perform" | "handle"; readonly quote: "none" | "open" | "closed" }
  | { readonly kind: "payload field"; readonly effect: string; readonly given: readonly string[] }
  | { readonly kind: "import path"; readonly isClosed: boolean }
  | { readonly kind: "map key"; readonly bracket: number }
  | { readonly kind: "fault kind" }
  | { readonly kind: "type" }
  | { readonly kind: "superclass" }
  | { readonly kind: "trait" }
  | { readonly kind: "annotation" }
  | { readonly kind: "class member" }
  | { readonly kind: "method name" }
  | { readonly kind: "pattern"; readonly subject: string }
  /** A new name is being made up: nothing is offered. */
  | { readonly kind: "nothing" };

export interface Context {
  readonly wanted: Wanted;
  /** The text that a choice replaces: from `start` to the cursor when inserting, to `end` when replacing. In the item. */
  readonly word: Span;
  readonly prefix: string;
  readonly isInComment: boolean;
  /** Open brackets around the cursor, outermost first. */
  readonly brackets: readonly OpenBracket[];
  readonly source: Scan;
  /** Index of the last token before the word; -1 for none. */
  readonly before: number;
}

const IDENTIFIER = /[A-Za-z0-9_]/;

/** `at` is an offset in the text of an item. */
export function contextAt(text: string, at: number): Context {
  const source = scan(text);
  const { tokens } = source;
  const inString = tokens.find((token) => token.kind === "string" && token.start < at && isInString(source, token, at));
  let start = at;
  let end = at;
  // What is offered for strings are names, which do not go over lines.
  const isOneLine = inString && !text.slice(inString.start, at).includes("\n");
  if (inString) {
    if (isOneLine) start = inString.start + 1;
    if (isOneLine && isClosed(source, inString)) end = Math.max(at, inString.end - 1);
  } else {
    while (start > 0 && IDENTIFIER.test(text[start - 1]!)) start--;
    while (end < text.length && IDENTIFIER.test(text[end]!)) end++;
  }
  const limit = inString ? inString.start : start;
  let before = -1;
  while (before + 1 < tokens.length && tokens[before + 1]!.start < limit) before++;
  const brackets = openBrackets(source, before);
  const isInComment = source.comments.some(
    (comment) => comment.start < at && (comment.style === "block" ? at < comment.end : at <= comment.end),
  );
  const context = { word: { start, end }, prefix: text.slice(start, at), isInComment, brackets, source, before };
  if (isInComment || (inString && !isOneLine) || /^\d/.test(context.prefix)) return { ...context, wanted: NOTHING };
  return { ...context, wanted: inString ? wantedInString(context, inString) : wantedAt(context) };
}

const NOTHING: Wanted = { kind: "nothing" };

// ---- strings ----

function isInString({ text }: Scan, token: Token, at: number): boolean {
  if (text[token.start] !== '"') return false;
  // A quote that is being typed swallows the next lines; the string a person means ends with its line.
  return at < token.end ? true : at === token.end && !endsInQuote(text, token);
}

const endsInQuote = (text: string, { start, end }: Token): boolean => end - start > 1 && text[end - 1] === '"';
const isClosed = ({ text }: Scan, token: Token): boolean =>
  endsInQuote(text, token) && !text.slice(token.start, token.end).includes("\n");

type Known = Omit<Context, "wanted">;

function wantedInString({ source, before, brackets }: Known, token: Token): Wanted {
  const previous = word(source, before);
  const closed = isClosed(source, token);
  if (previous === "perform" || previous === "handle")
    return { kind: "effect", verb: previous, quote: closed ? "closed" : "open" };
  if (previous === "import") return { kind: "import path", isClosed: closed };
  const inner = brackets.at(-1);
  if (previous === "[" && inner?.role === "list") return { kind: "map key", bracket: source.tokens[before]!.start };
  const isCompared = previous === "=" && word(source, before - 1) === "=" && word(source, before - 2) === "kind";
  const isArm = inner?.role === "match" && /\.kind$/.test(subjectOf(source, inner.token));
  return isCompared || isArm ? { kind: "fault kind" } : NOTHING;
}

// ---- code ----

const DECLARING: ReadonlySet<string> = new Set("var const class trait layout union gene for".split(" "));
const VALUE_WORDS: ReadonlySet<string> = new Set("true false nil this".split(" "));
/** After these an expression begins. */
const LEADING: ReadonlySet<string> = new Set(
  "return print and or else in await unsafe release fused async if while match at not".split(" "),
);

function wantedAt(known: Known): Wanted {
  const { source, before, brackets, word: span } = known;
  const { text, tokens } = source;
  const token = tokens[before];
  const inner = brackets.at(-1);
  if (!token) return { kind: "expression", statement: true };
  const previous = textOf(source, token);
  const isAdjacent = token.end === span.start;

  if (previous === "." && !(word(source, before - 1) === "." && tokens[before - 1]!.end === token.start)) {
    if (word(source, before - 1) === "." || tokens[before - 1]?.kind === "number")
      return { kind: "expression", statement: false };
    return { kind: "member", dot: token.start };
  }
  if (previous === "@") return { kind: "annotation" };
  if (previous === "perform" || previous === "handle") return { kind: "effect", verb: previous, quote: "none" };
  if (previous === "import") return NOTHING;
  if (previous === "fun") return inner?.role === "class" ? { kind: "method name" } : NOTHING;
  if (DECLARING.has(previous)) return NOTHING;
  if (inner?.role === "parameters" && previous !== ":") return NOTHING;
  if (previous === "as" || (previous === "!" && !isAdjacent))
    return isImport(source, before) ? NOTHING : { kind: "type" };

  const header = classHeader(source, before);
  if (header) return header;

  if (previous === ":") return afterColon(known);
  if (inner?.role === "payload") {
    if (previous !== "{" && previous !== ",") return expressionOrOperator(known);
    return { kind: "payload field", effect: inner.effect!, given: givenFields(source, inner.token, before) };
  }
  if (inner?.role === "map" && (previous === "{" || previous === ",")) return NOTHING;
  if (inner?.role === "layout") return NOTHING;
  if (
    (inner?.role === "class" || inner?.role === "trait") &&
    (";}{".includes(previous) || isOnNewLine(text, token, span))
  )
    return { kind: "class member" };
  if (inner?.role === "match" && isArmStart(known)) return { kind: "pattern", subject: subjectOf(source, inner.token) };
  return expressionOrOperator(known);
}

function expressionOrOperator({ source, before, brackets, word: span }: Known): Wanted {
  const { text, tokens } = source;
  const token = tokens[before]!;
  const previous = textOf(source, token);
  const inBlock = isBlock(brackets.at(-1));
  if (previous === ";" || previous === "{" || (previous === "}" && inBlock))
    return { kind: "expression", statement: inBlock };
  // The body of a branch, a loop, a function or an arm: a statement of the short kinds may stand there.
  if (previous === "else" || (previous === ">" && word(source, before - 1) === "="))
    return { kind: "expression", statement: true };
  if (previous === ")" && isHead(source, before)) return { kind: "expression", statement: true };
  if (!isValueEnd(source, before)) return { kind: "expression", statement: false };
  // C2
  if (inBlock && isOnNewLine(text, token, span)) return { kind: "expression", statement: true };
  return { kind: "operator", after: previous };
}

const isBlock = (bracket: OpenBracket | undefined): boolean => !bracket || BLOCKS.has(bracket.role);
const BLOCKS: ReadonlySet<BracketRole> = new Set<BracketRole>([
  ...(["function", "async function", "clause", "handled", "test", "loop", "block", "unsafe"] as const),
]);

const isOnNewLine = (text: string, token: Token, span: Span): boolean =>
  text.slice(token.end, span.start).includes("\n");

/** Whether a token can be the last one of an expression. */
function isValueEnd(source: Scan, index: number): boolean {
  const token = source.tokens[index]!;
  if (token.kind === "number" || token.kind === "string" || token.kind === "close") return true;
  if (token.kind !== "word") return false;
  const written = textOf(source, token);
  return VALUE_WORDS.has(written) || !LEADING.has(written);
}

/** Whether a `)` closes the head of an `if`, a loop or a function. */
function isHead(source: Scan, close: number): boolean {
  const open = openingOf(source, close);
  const previous = word(source, open - 1);
  if (previous === "if" || previous === "while" || previous === "for" || previous === "fun") return true;
  return word(source, open - 2) === "fun";
}

function afterColon({ source, before, brackets }: Known): Wanted {
  const inner = brackets.at(-1);
  if (inner?.role === "parameters") return { kind: "type" };
  if (inner?.role === "layout") return { kind: "type" };
  const declares = word(source, before - 2);
  if (declares === "var" || declares === "const") return { kind: "type" };
  if (word(source, before - 1) === ")" && isHead(source, before - 1)) return { kind: "type" };
  return { kind: "expression", statement: false };
}

const isImport = (source: Scan, at: number): boolean => word(source, at - 2) === "import";

/** `class A < |`, `class A with B, |`. */
function classHeader(source: Scan, before: number): Wanted | null {
  for (let index = before; index >= 0 && index > before - 20; index--) {
    const written = word(source, index);
    if (written === "class") {
      const last = word(source, before);
      if (last === "<" && index === before - 2) return { kind: "superclass" };
      const withAt = indexOfWord(source, "with", index, before);
      return withAt >= 0 && (last === "with" || last === ",") ? { kind: "trait" } : null;
    }
    if (source.tokens[index]!.kind !== "word" && written !== "<" && written !== ",") return null;
  }
  return null;
}

function indexOfWord(source: Scan, wanted: string, from: number, to: number): number {
  for (let index = from; index <= to; index++) if (word(source, index) === wanted) return index;
  return -1;
}

function givenFields(source: Scan, open: number, before: number): string[] {
  const found: string[] = [];
  for (let index = open + 1; index <= before; index++)
    if (word(source, index) === ":" && source.tokens[index - 1]!.kind !== "mark")
      found.push(word(source, index - 1).replaceAll('"', ""));
  return found;
}

/** Whether a pattern may begin behind the last token: at the start of the body, or behind an arm. */
function isArmStart({ source, before, word: span }: Known): boolean {
  const previous = word(source, before);
  if (previous === "{" || previous === ",") return true;
  const isOnNew = isOnNewLine(source.text, source.tokens[before]!, span);
  return previous === "}" && isOnNew;
}

/** The text between `match` and its `{`. */
function subjectOf(source: Scan, open: number): string {
  for (let index = open - 1; index >= 0; index--) {
    if (word(source, index) === "match")
      return source.text.slice(source.tokens[index]!.end, source.tokens[open]!.start).trim();
    if (word(source, index) === ";") break;
  }
  return "";
}

// ---- brackets (C1) ----

function openBrackets(source: Scan, last: number): OpenBracket[] {
  const open: number[] = [];
  for (let index = 0; index <= last; index++) {
    const { kind, start } = source.tokens[index]!;
    if (kind === "open") open.push(index);
    else if (kind === "close") {
      const partner = PARTNER[source.text[start]!]!;
      const at = open.findLastIndex((each) => word(source, each) === partner);
      if (at >= 0) open.length = at;
    }
  }
  const found: OpenBracket[] = [];
  for (const token of open) found.push({ token, ...roleOf(source, token, found.at(-1)) });
  return found;
}

const PARTNER: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

function roleOf(source: Scan, open: number, outer: OpenBracket | undefined): Omit<OpenBracket, "token"> {
  const sign = word(source, open);
  if (sign === "[") return plain("list");
  if (sign === "(") return plain(roundRole(source, open));
  const previous = word(source, open - 1);
  if (source.tokens[open - 1]?.kind === "string") {
    const verb = word(source, open - 2);
    const effect = previous.replaceAll('"', "");
    if (verb === "perform") return { role: "payload", effect };
    if (verb === "handle") return { role: "clause", effect };
    return plain(verb === "test" ? "test" : "block");
  }
  if (previous === ")") {
    const role = headRole(source, openingOf(source, open - 1));
    if (role) return plain(role);
  }
  if (previous === "in") return plain("handled");
  if (previous === "unsafe") return plain("unsafe");
  const header = headerRole(source, open);
  if (header) return plain(header);
  if (previous === ">" && word(source, open - 2) === "=")
    // The body of `x => {` is a function's; that of an arm belongs to the code around the match.
    return plain(outer?.role === "match" ? "block" : "function");
  if (previous === "else" || previous === "fused" || previous === "asm") return plain("block");
  return plain(["", ";", "{", "}"].includes(previous) ? "block" : "map");
}

const plain = (role: BracketRole): Omit<OpenBracket, "token"> => ({ role, effect: null });

function roundRole(source: Scan, open: number): BracketRole {
  const previous = word(source, open - 1);
  if (previous === "fun" || word(source, open - 2) === "fun") return "parameters";
  const token = source.tokens[open - 1];
  const isCallee =
    token?.kind === "word" ? !LEADING.has(previous) && previous !== "for" : token?.kind === "close" && previous !== "}";
  return isCallee ? "arguments" : "group";
}

/** What a `{` behind a head in round brackets is the body of. */
function headRole(source: Scan, open: number): BracketRole | null {
  const previous = word(source, open - 1);
  if (previous === "while" || previous === "for") return "loop";
  if (previous === "if") return "block";
  const fun = previous === "fun" ? open - 1 : word(source, open - 2) === "fun" ? open - 2 : -1;
  if (fun < 0) return null;
  return word(source, fun - 1) === "async" ? "async function" : "function";
}

/** `class A < B {`, `match x.y {`, `fun f(): T {`: told by a word before the brace. */
function headerRole(source: Scan, open: number): BracketRole | null {
  for (let index = open - 1; index >= 0; index--) {
    const token = source.tokens[index]!;
    if (token.kind === "close") {
      index = openingOf(source, index);
      const role = headRole(source, index);
      if (role) return role === "function" || role === "async function" ? role : null;
      continue;
    }
    const written = textOf(source, token);
    if (token.kind === "open" || written === ";" || (written === "=" && word(source, index - 1) !== "~")) return null;
    if (written === "class" || written === "trait" || written === "match") return written;
    if (written === "layout" || written === "union" || written === "gene") return "layout";
  }
  return null;
}

/** The token that opens what the one at `close` closes; -1 when there is none. */
function openingOf(source: Scan, close: number): number {
  let depth = 0;
  for (let index = close; index >= 0; index--) {
    const { kind } = source.tokens[index]!;
    if (kind === "close") depth++;
    else if (kind === "open" && --depth === 0) return index;
  }
  return -1;
}

/** The text of a token; empty when there is none. */
function word(source: Scan, index: number): string {
  const token = source.tokens[index];
  return token ? textOf(source, token) : "";
}
