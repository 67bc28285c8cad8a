// One thing that completion offers, before it takes the protocol's form.
//
// K1. `group` orders: what fits this very place first, then what is near, then everything else; letters decide inside a group.
// K2. What is costly to say about a candidate (its documentation) is asked for when a person looks at it: `about` tells whom.

import type { CompletionItemKind, TextEdit } from "vscode-languageserver";

export interface Candidate {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly group: Group;
  /** Short, right of the label. */
  readonly detail?: string;
  /** Plain text to insert, when it is not the label. */
  readonly text?: string;
  /** The same as a snippet, for clients that know them. */
  readonly snippet?: string;
  /** What the typed letters are compared with, when it is not the label. */
  readonly filter?: string;
  /** Typing one of these takes the candidate. */
  readonly commit?: readonly string[];
  readonly isDeprecated?: boolean;
  readonly edits?: readonly TextEdit[];
  readonly about?: About;
}

export type Group = "exact" | "local" | "file" | "workspace" | "library" | "word" | "guess";

/** In the order in which they are offered (K1). */
export const GROUPS: readonly Group[] = ["exact", "local", "file", "workspace", "library", "word", "guess"];

/** What a candidate is, for its documentation (K2). Plain data: it travels to the client and back. */
export type About =
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "method of the library"; readonly receiver: string; readonly name: string }
  /** A top-level name. */
  | { readonly kind: "global"; readonly file: string; readonly name: string }
  | { readonly kind: "member"; readonly file: string; readonly owner: string; readonly name: string }
  | { readonly kind: "effect"; readonly name: string };
