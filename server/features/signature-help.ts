// Signature help: the signature of what is being called, its documentation, and which parameter the cursor is at.
//
// H1. Which call it is, and which argument, is read from the brackets and commas before the cursor, so it works while the
//     call is being typed. What is called is asked of the tree.
// H2. In a pipe the piped value is the first argument: in `a |> f(|)` the cursor is at the second parameter.
// H3. A named argument is at its parameter wherever it stands.

import { type SignatureHelp, SignatureHelpTriggerKind, type SignatureInformation } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { type Callable, callablesOf } from "../../language/infer/callables.ts";
import { type Scan, scan, type Token, textOf } from "../../language/parse/scan.ts";
import { nodesAt, type Place, placeAt } from "../../language/query/place.ts";
import { docMarkdown } from "../doc-text.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const signatureHelp: Feature = {
  capabilities: { signatureHelpProvider: { triggerCharacters: ["(", ","], retriggerCharacters: [")", ":"] } },
  register: (connection, services) => {
    connection.onSignatureHelp(({ textDocument, position, context }, token) =>
      services.answer<SignatureHelp | null>(textDocument.uri, token, null, (view, file) => {
        const help = signatureHelpAt(view, file, view.offset(file, position));
        const chosen =
          context?.triggerKind === SignatureHelpTriggerKind.Invoked ? undefined : context?.activeSignatureHelp;
        return help && chosen?.signatures.length === help.signatures.length
          ? { ...help, activeSignature: chosen.activeSignature ?? help.activeSignature ?? 0 }
          : help;
      }),
    );
  },
};

export function signatureHelpAt(view: View, file: string, offset: number): SignatureHelp | null {
  const place = placeAt(view.analysis, file, offset);
  if (!place) return null;
  const source = scan(place.item.tree.text);
  const open = openCall(source, place.at);
  if (!open) return null;
  const call = callAt(place, source.tokens[open.token]!.start);
  if (!call) return null;
  const { all } = callablesOf(call.callee, place.names, view.analysis);
  if (all.length === 0) return null;
  const position = open.commas + (call.isPiped ? 1 : 0);
  const signatures = all.map((callable): SignatureInformation => {
    const active = activeParameter(callable, position, open.named);
    return {
      label: callable.label,
      ...(callable.doc ? { documentation: { kind: "markdown", value: docMarkdown(callable.doc) } } : {}),
      parameters: callable.params.map(({ start, end }) => ({ label: [start, end] })),
      ...(active === null ? {} : { activeParameter: active }),
    };
  });
  const fitting = all.findIndex(({ params }) => position < params.length || params.at(-1)?.isRest);
  const activeSignature = Math.max(0, fitting);
  const activeParam = activeParameter(all[activeSignature]!, position, open.named);
  return { signatures, activeSignature, ...(activeParam === null ? {} : { activeParameter: activeParam }) };
}

function activeParameter({ params }: Callable, position: number, named: string | null): number | null {
  if (named !== null) {
    const index = params.findIndex(({ name }) => name === named);
    if (index >= 0) return index;
  }
  if (params.length === 0) return null;
  // Behind the last parameter nothing is marked; clients take a number out of range so.
  return params.at(-1)!.isRest ? Math.min(position, params.length - 1) : position;
}

interface OpenCall {
  /** The token of its `(`. */
  readonly token: number;
  readonly commas: number;
  /** `limit` when the cursor is behind `limit:`. */
  readonly named: string | null;
}

/** The innermost `(` before an offset that begins the arguments of a call and is not closed before it (H1). */
function openCall(source: Scan, at: number): OpenCall | null {
  const { text, tokens } = source;
  let depth = 0;
  let commas = 0;
  /** Where the argument at the cursor begins: the token behind the last comma at our depth. */
  let first: number | null = null;
  for (let index = lastBefore(tokens, at); index >= 0; index--) {
    const token = tokens[index]!;
    const sign = text[token.start]!;
    if (token.kind === "close") depth++;
    else if (token.kind === "open") {
      if (depth > 0) {
        depth--;
        continue;
      }
      if (sign === "{" && !isInArgument(source, index)) return null;
      if (sign === "(" && isCallee(source, index - 1)) {
        const named = tokens[first ?? index + 1];
        const colon = tokens[(first ?? index + 1) + 1];
        const isNamed = named?.kind === "word" && colon !== undefined && text[colon.start] === ":" && colon.start < at;
        return { token: index, commas, named: isNamed ? textOf(source, named) : null };
      }
      // A list, map or group that is an argument: its commas do not count.
      commas = 0;
      first = null;
    } else if (depth === 0 && token.kind === "mark") {
      if (sign === ";") return null;
      if (sign === ",") {
        commas++;
        first ??= index + 1;
      }
    }
  }
  return null;
}

/** Whether an open `{` may stand in an argument: a map, or the body of a function that is passed. */
function isInArgument(source: Scan, index: number): boolean {
  const before = source.tokens[index - 1];
  if (!before) return false;
  const sign = source.text[before.start]!;
  return "(,:=[>".includes(sign) && before.kind !== "string";
}

function lastBefore(tokens: readonly Token[], at: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.start < at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const NO_CALLEE: ReadonlySet<string> = new Set("if while for match fun return print in and or else perform".split(" "));

function isCallee(source: Scan, index: number): boolean {
  const token = source.tokens[index];
  if (!token) return false;
  if (token.kind === "close") return source.text[token.start] !== "}";
  if (token.kind !== "word" || NO_CALLEE.has(textOf(source, token))) return false;
  const before = source.tokens[index - 1];
  return !before || textOf(source, before) !== "fun";
}

/** The call whose arguments begin with the bracket at an offset of the item. */
function callAt(place: Place, paren: number): { callee: ast.Expression; isPiped: boolean } | null {
  const around = nodesAt(place.item.tree, paren);
  for (let i = around.length - 1; i >= 0; i--) {
    const node = around[i]!;
    if (node.kind !== "Call" || node.callee.end > paren) continue;
    const outer = around[i - 1];
    return { callee: node.callee, isPiped: outer?.kind === "Pipe" && outer.right === node };
  }
  return null;
}
