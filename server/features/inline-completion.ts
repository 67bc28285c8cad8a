// Inline completion: grey text at the cursor that one key takes. It is offered only where one continuation follows from the
// program itself:
//
//   handle |                 a handler for the effect that reaches an entry point unhandled and is nearest to the cursor
//   handle "ASK" |           its clause, which reads what performs of it send
//   perform "ASK" |          the fields that other performs of it carry
//   match effect.target { |  an arm for each port that the program watches and that has no arm yet
//
// The same text at the same place always gets the same offer.

import { type InlineCompletionItem, InlineCompletionRequest } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { payloadFields } from "../../language/infer/members.ts";
import { SYSTEM_EFFECTS } from "../../language/names/builtins.ts";
import { placeAt } from "../../language/query/place.ts";
import { contextAt } from "../completion/context.ts";
import { effectNames } from "../completion/effects.ts";
import { watchedPorts } from "../completion/ports.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const inlineCompletion: Feature = {
  capabilities: { inlineCompletionProvider: true },
  register: (connection, services) => {
    connection.onRequest(InlineCompletionRequest.type, ({ textDocument: { uri }, position }, token) =>
      services.answer<InlineCompletionItem[]>(uri, token, [], (view, file) => {
        const offer = inlineCompletionAt(view, file, view.offset(file, position));
        return offer ? [{ insertText: offer.text, range: view.range(file, offer.span) }] : [];
      }),
    );
  },
};

export interface InlineOffer {
  /** Text of the file that the offer begins with and replaces. */
  readonly span: ast.Span;
  readonly text: string;
}

export function inlineCompletionAt(view: View, file: string, offset: number): InlineOffer | null {
  const { text } = view.tree(file);
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const rest = /^[^\r\n]*/.exec(text.slice(offset))![0];
  const line = text.slice(lineStart, offset);
  // In the middle of a line there is something already.
  if (/[^\s)}\];]/.test(rest)) return null;
  const place = placeAt(view.analysis, file, offset);
  if (place && contextAt(place.item.tree.text, place.at).isInComment) return null;
  const indent = /^\s*/.exec(line)![0];
  const word = (written: string, offered: string): InlineOffer => ({
    span: { start: offset - written.length, end: offset },
    text: offered,
  });

  const handler = /(?:^|[\s{;}])(han(?:d(?:l(?:e ?)?)?)?)$/.exec(line)?.[1];
  if (handler !== undefined) {
    const effect = nearestUnhandled(view, file, offset);
    return effect === null ? null : word(handler, `handle "${effect}" ${clauseFor(view, effect, indent)}`);
  }
  const clause = /\bhandle "([^"\\]+)"( ?)$/.exec(line);
  if (clause) {
    const [, effect, space] = clause as unknown as [string, string, string];
    return word(space, ` ${clauseFor(view, effect, indent)}`);
  }
  const perform = /\bperform "([^"\\]+)"( ?)$/.exec(line);
  if (perform) {
    const [, effect, space] = perform as unknown as [string, string, string];
    const fields = payloadFields(effect, view.analysis);
    return fields.length === 0 ? null : word(space, ` { ${fields.map((name) => `${name}: ${name}`).join(", ")} }`);
  }
  return place && arms(view, file, offset, line);
}

/** The effect that nobody handles whose perform, or whose way to it, is nearest to a place of a file. */
function nearestUnhandled(view: View, file: string, offset: number): string | null {
  const { facts } = view.analysis;
  let best: string | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const { entry, effect } of facts.unhandled) {
    for (const step of facts.pathToEffect(entry.unit, effect)) {
      // In other files everything is equally far away.
      const at = step.file === file ? step.node.start + view.analysis.locate(step.names).offset : null;
      const distance = at === null ? Number.MAX_SAFE_INTEGER : Math.abs(at - offset);
      if (distance < nearest || (distance === nearest && best !== null && effect < best)) {
        nearest = distance;
        best = effect;
      }
    }
  }
  return best;
}

/** `{ … resume(effect.continuation, nil) }` with a line that shows what the request carries. */
function clauseFor(view: View, effect: string, indent: string): string {
  const fields = payloadFields(effect, view.analysis).filter((name) => /^[A-Za-z_]\w*$/.test(name));
  const isKnown = SYSTEM_EFFECTS.has(effect) || effectNames(view).own.includes(effect) || fields.length > 0;
  const inner = `${indent}    `;
  const reads = isKnown ? fields.map((name) => `${inner}var ${name} = effect.${name};\n`).join("") : "";
  return `{\n${reads}${inner}resume(effect.continuation, nil);\n${indent}}`;
}

/** The arms that a match on the target of a request still lacks. */
function arms(view: View, file: string, offset: number, line: string): InlineOffer | null {
  if (!/^\s*$|\{\s*$/.test(line)) return null;
  const place = placeAt(view.analysis, file, offset)!;
  const { wanted } = contextAt(place.item.tree.text, place.at);
  if (wanted.kind !== "pattern" || !/\beffect\.(target|fd)$/.test(wanted.subject)) return null;
  const match = place.nodes.findLast((node) => node.kind === "Match");
  const written = new Set<number>();
  if (match?.kind === "Match")
    for (const { pattern } of match.arms)
      if (pattern.kind === "LiteralPattern" && typeof pattern.value === "number") written.add(pattern.value);
  const missing = watchedPorts(view).filter((port) => !written.has(Number(port)));
  if (missing.length === 0) return null;
  const indent = /^\s*/.exec(line)![0];
  const isOpening = line.trim() !== "";
  const inner = isOpening ? `${indent}    ` : indent;
  const text = missing.map((port) => `${port} => nil,`).join(`\n${inner}`);
  return { span: { start: offset, end: offset }, text: isOpening ? `\n${inner}${text}` : text };
}
