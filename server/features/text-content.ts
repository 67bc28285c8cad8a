// What is known of a file, as text documents (LSP 3.18), for reading and comparing:
//
//   walia-effects:/name.effects?QUERY    rows, suspensions and clauses (language/query/effects-text.ts)
//   walia-core:/name.core?QUERY          the lowered form: what the compiler makes of it (server/tools.ts)
//   walia-wld:/name.wld?QUERY            what a .wld file holds: variables, tasks with their frames (server/tools.ts)
//
// QUERY is the URI of the file and, behind a space, the declaration that is meant where it is not all of them; escaped. Clients
// are asked to fetch a text again when the program has changed and nobody has typed for QUIET milliseconds, and that of a .wld when
// its command is given again.
//
// For clients that cannot open such documents, and to find their URIs, there is a command for each, `walia.text.effects`,
// `walia.text.core` and `walia.text.wld`: its arguments are the URI of a file and, to mean the declaration there, a position; it
// yields { uri, text }, or null for a file that is not known.

import { type CancellationToken, type Position, TextDocumentContentRefreshRequest } from "vscode-languageserver";
import { effectsText } from "../../language/query/effects-text.ts";
import { placeAt } from "../../language/query/place.ts";
import type { Feature, Services } from "../feature.ts";
import type { View } from "../view.ts";

const QUIET = 300;

/** What such a document shows. */
interface Wanted {
  readonly kind: Kind;
  /** The URI of the file. */
  readonly source: string;
  /** The declaration that is meant; null for the whole file. */
  readonly name: string | null;
}

type Kind = "effects" | "core" | "wld";
const KINDS: readonly Kind[] = ["effects", "core", "wld"];

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
    const refresh = (uri: string): void => {
      if (services.client.workspace?.textDocumentContent === undefined) return;
      // A client that no longer shows it may refuse.
      connection.sendRequest(TextDocumentContentRefreshRequest.type, { uri }).catch(() => shown.delete(uri));
    };

    connection.workspace.textDocumentContent.on(async ({ uri }, token) => {
      const wanted = wantedBy(uri);
      if (wanted === null) return { text: `There is no such view: ${uri}\n` };
      shown.add(uri);
      return { text: (await textOf(services, wanted, token)) ?? "This file is not part of the workspace.\n" };
    });

    connection.onExecuteCommand(async ({ command, arguments: given = [] }, token): Promise<TextAnswer | null> => {
      const kind = KINDS.find((each) => command === `walia.text.${each}`);
      const [source, position] = given as [unknown, unknown];
      if (kind === undefined || typeof source !== "string") return null;
      const name =
        kind !== "wld" && isPosition(position)
          ? await services.answer(source, token, null, (view, file) => declarationAt(view, file, position))
          : null;
      const wanted = { kind, source, name };
      const text = await textOf(services, wanted, token);
      if (text === null) return null;
      const uri = uriFor(wanted);
      if (kind === "wld" && shown.has(uri)) refresh(uri);
      return { uri, text };
    });

    let timer: ReturnType<typeof setTimeout> | undefined;
    services.onChange(() => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const uri of shown) if (!uri.startsWith("walia-wld:")) refresh(uri);
      }, QUIET);
    });
    services.onStop(() => clearTimeout(timer));
  },
};

/** Null for a file that is not known. */
function textOf(services: Services, { kind, source, name }: Wanted, token: CancellationToken): Promise<string | null> {
  if (kind === "wld") return services.answerAll(token, null, () => wldText(services, source));
  return services.answer<string | null>(source, token, null, async (view, file) =>
    kind === "effects"
      ? effectsText(view.analysis, file, name)
      : ((await services.tools())?.lowered(view.analysis, file, name) ?? NO_TOOLS),
  );
}

const NO_TOOLS = "This needs the runtime, which there is none of in a browser.\n";

async function wldText(services: Services, source: string): Promise<string> {
  const tools = await services.tools();
  if (tools === null) return NO_TOOLS;
  if (!/^file:/i.test(source)) return "Only a file on this computer can be read.\n";
  return tools.wldText(services.pathOf(source));
}

/** The URI of a text. */
export function uriFor({ kind, source, name }: Wanted): string {
  const file = source.slice(source.lastIndexOf("/") + 1).replace(/\.(wal|wld)$/, "");
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
