// Completion: what may be written at the cursor (server/completion/), in the protocol's form; documentation on resolve.

import {
  type CompletionItem,
  CompletionItemTag,
  type CompletionList,
  CompletionTriggerKind,
  InsertTextFormat,
  type TextEdit,
} from "vscode-languageserver";
import { aboutText } from "../completion/about.ts";
import { type About, type Candidate, GROUPS } from "../completion/candidate.ts";
import { completionsAt } from "../completion/complete.ts";
import type { Feature, Services } from "../feature.ts";
import type { View } from "../view.ts";

export const completion: Feature = {
  capabilities: {
    completionProvider: { triggerCharacters: [".", '"', "{", "<", "@", "/"], resolveProvider: true },
  },
  register: (connection, services) => {
    connection.onCompletion(({ textDocument: { uri }, position, context }, token) =>
      services.answer<CompletionList>(uri, token, NOTHING, (view, file) =>
        completionList(view, file, view.offset(file, position), uri, {
          ...clientOf(services),
          isTyping: context?.triggerKind === CompletionTriggerKind.TriggerCharacter,
        }),
      ),
    );
    connection.onCompletionResolve((item, token) => {
      const data = item.data as Data | undefined;
      if (!data?.about) return item;
      return services.answer(data.uri, token, item, (view) => resolved(item, view, data.about));
    });
  },
};

const NOTHING: CompletionList = { isIncomplete: false, items: [] };

/** What a list entry carries for its resolve. */
interface Data {
  readonly uri: string;
  readonly about: About;
}

export interface ClientAbilities {
  readonly snippets: boolean;
  readonly tags: boolean;
  readonly insertReplace: boolean;
  readonly labelDetails: boolean;
}

function clientOf({ client }: Services): ClientAbilities {
  const item = client.textDocument?.completion?.completionItem;
  return {
    snippets: item?.snippetSupport ?? false,
    tags: item?.tagSupport !== undefined,
    insertReplace: item?.insertReplaceSupport ?? false,
    labelDetails: item?.labelDetailsSupport ?? false,
  };
}

export function completionList(
  view: View,
  file: string,
  offset: number,
  uri: string,
  client: ClientAbilities & {
    /** A character like `{` was typed and nobody has asked: only what fits just there is offered. */
    readonly isTyping?: boolean;
  },
): CompletionList {
  const { candidates, isIncomplete, isAnything, word } = completionsAt(view, file, offset);
  if (client.isTyping && isAnything) return NOTHING;
  const insert = view.range(file, { start: word.start, end: offset });
  const replace = view.range(file, word);
  const items = candidates.map((candidate, index): CompletionItem => {
    const isSnippet = client.snippets && candidate.snippet !== undefined;
    const newText = isSnippet ? candidate.snippet! : (candidate.text ?? candidate.label);
    return {
      label: candidate.label,
      kind: candidate.kind,
      // The place in the list keeps our order where the client has nothing better to go by.
      sortText: `${GROUPS.indexOf(candidate.group)}${String(index).padStart(4, "0")}`,
      textEdit: client.insertReplace ? { newText, insert, replace } : { newText, range: insert },
      ...detailOf(candidate, client),
      ...(isSnippet ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
      ...(candidate.filter === undefined ? {} : { filterText: candidate.filter }),
      ...(candidate.commit && candidate.commit.length > 0 ? { commitCharacters: [...candidate.commit] } : {}),
      ...(candidate.isDeprecated ? deprecation(client) : {}),
      ...(candidate.edits ? { additionalTextEdits: candidate.edits as TextEdit[] } : {}),
      ...(candidate.about ? { data: { uri, about: candidate.about } satisfies Data } : {}),
    };
  });
  return { isIncomplete, items };
}

function detailOf({ detail }: Candidate, client: ClientAbilities): Pick<CompletionItem, "detail" | "labelDetails"> {
  if (!detail) return {};
  return client.labelDetails ? { labelDetails: { description: detail } } : { detail };
}

const deprecation = (client: ClientAbilities): Partial<CompletionItem> =>
  client.tags ? { tags: [CompletionItemTag.Deprecated] } : { deprecated: true };

/** The item with its documentation. */
export function resolved(item: CompletionItem, view: View, about: About): CompletionItem {
  const value = aboutText(view, about);
  return value === "" ? item : { ...item, documentation: { kind: "markdown", value } };
}
