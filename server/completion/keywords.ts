// Words of the language, each only where it can stand.

import { CompletionItemKind } from "vscode-languageserver";
import type { Candidate } from "./candidate.ts";
import type { BracketRole, Context } from "./context.ts";

/** What surrounds the cursor, as far as it decides which words may stand there. */
interface Around {
  readonly isTopLevel: boolean;
  readonly inFunction: boolean;
  readonly mayAwait: boolean;
  readonly inLoop: boolean;
  readonly inClass: boolean;
}

const CODE_OF_ITS_OWN: ReadonlySet<BracketRole> = new Set<BracketRole>([
  "function",
  "async function",
  "clause",
  "test",
]);

function aroundOf({ brackets }: Context): Around {
  const roles = brackets.map(({ role }) => role);
  const own = roles.findLastIndex((role) => CODE_OF_ITS_OWN.has(role));
  const functions = roles.filter((role) => role === "function" || role === "async function");
  return {
    isTopLevel: roles.length === 0,
    inFunction: own >= 0,
    // Lambdas take part in the function around them; which kind of function a brace belongs to is told by the last one.
    mayAwait: functions.length === 0 || functions.includes("async function") || roles.includes("test"),
    inLoop: roles.lastIndexOf("loop") > own,
    inClass: roles.includes("class") || roles.includes("trait"),
  };
}

/** Words with which an expression or, where one may stand, a statement begins. */
export function leadingWords(context: Context, isStatement: boolean): Candidate[] {
  const { isTopLevel, inFunction, mayAwait, inLoop, inClass } = aroundOf(context);
  const words = ["if", "match", "fun", "perform", "true", "false", "nil", "unsafe", "while", "for"];
  if (mayAwait) words.push("await");
  if (inClass) words.push("this", "super");
  if (isStatement) {
    words.push("var", "const", "handle", "print", "async", "class");
    if (inFunction) words.push("return");
    if (inLoop) words.push("break", "continue");
    if (isTopLevel) words.push("import", "test", "trait", "layout", "packed", "union");
    if (context.brackets.some(({ role }) => role === "unsafe")) words.push("release");
  }
  return words.map(wordCandidate);
}

/** Words behind a complete expression. */
export function followingWords(context: Context, after: string): Candidate[] {
  const words = after === "}" ? ["else", "in"] : ["and", "or", "as", "else"];
  if (context.brackets.at(-1)?.role === "group") words.push("in");
  return words.map(wordCandidate);
}

/** Words with which a member of a class begins. */
export const memberWords = (role: BracketRole | undefined): Candidate[] =>
  (role === "trait" ? ["fun", "async"] : ["fun", "async", "var", "const"]).map(wordCandidate);

/** Patterns that are no names. */
export const patternWords = (): Candidate[] =>
  ["true", "false", "nil", "_"].map((word): Candidate => ({ ...wordCandidate(word), group: "word" }));

export const annotationWords = (): Candidate[] =>
  ["sql", "nosql", "unique", "index", "reg"].map((word) => wordCandidate(word));

function wordCandidate(label: string): Candidate {
  return { label, kind: CompletionItemKind.Keyword, group: "word" };
}
