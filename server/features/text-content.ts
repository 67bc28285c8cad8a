// What is known of a file, as text documents (LSP 3.18), for reading and comparing:
//
//   walia-effects:/name.effects?QUERY    rows, suspensions and clauses (language/query/effects-text.ts)
//   walia-core:/name.core?QUERY          the lowered form: what the compiler makes of it (server/tools.ts)
//
// QUERY is the URI of the program's file and, behind a space, the declaration that is meant where it is not all of them; escaped.
// Clients are asked to fetch a text again when the program changes.
//
// For clients that cannot open such documents, and to find their URIs, there is a command for each, `walia.text.effects` and
// `walia.text.core`: its arguments are the URI of a file and, to mean the declaration there, a position; it yields
// { uri, text }, or null for a file that is not known.

import {
  type Position,
  TextDocumentContentRefreshRequest,
  type TextDocumentContentResult,
} from "vscode-languageserver";
import { effectsText } from "../../language/query/effects-text.ts";
import { placeAt } from "../../language/query/place.ts";
import type { Feature, Services } from "../feature.ts";
import type { View } from "../view.ts";

/** What such a document shows. */
interface Wanted {
  readonly kind: Kind;
  /** The URI of the program's file. */
  readonly source: string;
  /** The declaration that is meant; null for the whole file. */
  readonly name: string | null;
}

type Kind = "effects" | "core";
type TextOf = (services: Services, view: View, file: string, name: string | null) => string | Promise<string>;

const TEXTS: Readonly<Record<Kind, TextOf>> = {
  effects: (_services, view, file, name) => effectsText(view.analysis, file, name),
  core: async (services, view, file, name) =>
    (await services.tools())?.lowered(view.analysis, file, name) ??
    "The lowered form needs the compiler, which there is none of in a browser.\n",
};
const KINDS = Object.keys(TEXTS) as readonly Kind[];

export interface TextAnswer {
  readonly uri: string;
  readonly text: string;
}

export const textContent: Feature = {
  capabilities: {
    workspace: { textDocumentContent: { schemes: KINDS.map((kind) => `walia-${kind}`) } },
    executeCommandProvider: { commands: KINDS.map((kind) => `walia.text.${kind}`) },
  },
  register: (connection, services) => {
    /** The URIs that a client has asked for. */
    const shown = new Set<string>();

    connection.workspace.textDocumentContent.on(({ uri }, token) => {
      const wanted = wantedBy(uri);
      if (wanted === null) return { text: `There is no such view: ${uri}\n` };
      shown.add(uri);
      const absent: TextDocumentContentResult = { text: "This file is not part of the workspace.\n" };
      return services.answer(wanted.source, token, absent, async (view, file) => ({
        text: await TEXTS[wanted.kind](services, view, file, wanted.name),
      }));
    });

    connection.onExecuteCommand(({ command, arguments: given = [] }, token) => {
      const kind = KINDS.find((each) => command === `walia.text.${each}`);
      const [source, position] = given as [unknown, unknown];
      if (kind === undefined || typeof source !== "string") return null;
      return services.answer<TextAnswer | null>(source, token, null, async (view, file) => {
        const name = isPosition(position) ? declarationAt(view, file, position) : null;
        const text = await TEXTS[kind](services, view, file, name);
        return { uri: uriFor({ kind, source, name }), text };
      });
    });

    services.onChange(() => {
      if (services.client.workspace?.textDocumentContent === undefined) return;
      // A client that no longer shows it may refuse.
      for (const uri of shown)
        connection.sendRequest(TextDocumentContentRefreshRequest.type, { uri }).catch(() => shown.delete(uri));
    });
  },
};

/** The URI of a text. */
export function uriFor({ kind, source, name }: Wanted): string {
  const file = source.slice(source.lastIndexOf("/") + 1).replace(/(\.wal)?$/, "");
  const query = encodeURIComponent(name === null ? source : `${source} ${name}`);
  return `walia-${kind}:/${name ?? file}.${kind}?${query}`;
}

/** What a URI means; null for one of another form. */
export function wantedBy(uri: string): Wanted | null {
  const [, scheme, query] = /^walia-([a-z]+):[^?]*\?(.*)$/s.exec(uri) ?? [];
  const kind = KINDS.find((each) => each === scheme);
  if (kind === undefined || query === undefined) return null;
  try {
    const [source, name] = decodeURIComponent(query).split(" ") as [string, string?];
    return { kind, source, name: name ?? null };
  } catch {
    return null;
  }
}

/** The name of the top-level declaration around a place; null where there is none. */
function declarationAt(view: View, file: string, position: Position): string | null {
  return placeAt(view.analysis, file, view.offset(file, position))?.names.exports[0]?.name ?? null;
}

function isPosition(value: unknown): value is Position {
  return typeof value === "object" && value !== null && "line" in value && "character" in value;
}
