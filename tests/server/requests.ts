// Every request about a document that the server answers, for the tests that ask them all.

/** The document that the requests of these tests are about. */
export const URI = "file:///main.wal";
export const CAPABILITIES = {
  textDocument: {
    diagnostic: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    rename: { prepareSupport: true },
    definition: { linkSupport: true },
    hover: { contentFormat: ["markdown" as const] },
  },
  workspace: { workspaceEdit: { documentChanges: true } },
};

export type Position = { line: number; character: number };

/** Every request that the server answers about a document; what follows from an answer is asked too. */
export const REQUESTS: readonly (readonly [string, (at: Position, end: Position) => object])[] = [
  ...(
    [
      ...["hover", "definition", "declaration", "typeDefinition", "implementation", "documentHighlight", "completion"],
      ...[
        "signatureHelp",
        "prepareRename",
        "linkedEditingRange",
        "prepareCallHierarchy",
        "prepareTypeHierarchy",
        "moniker",
      ],
    ] as const
  ).map((name) => [`textDocument/${name}`, (position: Position) => ({ position })] as const),
  ["walia/handlers", (position) => ({ position })],
  ["textDocument/references", (position) => ({ position, context: { includeDeclaration: true } })],
  ["textDocument/rename", (position) => ({ position, newName: "other_name" })],
  ["textDocument/selectionRange", (position) => ({ positions: [position] })],
  ["textDocument/onTypeFormatting", (position) => ({ position, ch: "}", options: { tabSize: 4, insertSpaces: true } })],
  ["textDocument/inlineCompletion", (position) => ({ position, context: { triggerKind: 1 } })],
  ...["documentSymbol", "foldingRange", "documentLink", "codeLens", "diagnostic", "semanticTokens/full"].map(
    (name) => [`textDocument/${name}`, () => ({})] as const,
  ),
  ...["walia.text.core", "walia.text.effects"].map(
    (command) => ["workspace/executeCommand", (at: Position) => ({ command, arguments: [URI, at] })] as const,
  ),
  ["textDocument/formatting", () => ({ options: { tabSize: 4, insertSpaces: true } })],
  ["textDocument/semanticTokens/full/delta", () => ({ previousResultId: "none" })],
  ...["semanticTokens/range", "inlayHint"].map(
    (name) => [`textDocument/${name}`, (start: Position, end: Position) => ({ range: { start, end } })] as const,
  ),
  [
    "textDocument/rangeFormatting",
    (start, end) => ({ range: { start, end }, options: { tabSize: 4, insertSpaces: true } }),
  ],
  ["textDocument/codeAction", (start, end) => ({ range: { start, end }, context: { diagnostics: [] } })],
  [
    "textDocument/inlineValue",
    (start, end) => ({ range: { start, end }, context: { frameId: 1, stoppedLocation: { start, end } } }),
  ],
];

/** The requests for the items of an answer. */
export const FOLLOW: Readonly<Record<string, string>> = {
  "textDocument/completion": "completionItem/resolve",
  "textDocument/codeLens": "codeLens/resolve",
  "textDocument/inlayHint": "inlayHint/resolve",
  "textDocument/codeAction": "codeAction/resolve",
};
export const ITEMS: Readonly<Record<string, readonly string[]>> = {
  "textDocument/prepareCallHierarchy": ["callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"],
  "textDocument/prepareTypeHierarchy": ["typeHierarchy/supertypes", "typeHierarchy/subtypes"],
};
