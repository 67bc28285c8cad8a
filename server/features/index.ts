// The list of features. Each is one file beside this one.

import type { Feature } from "../feature.ts";
import { callHierarchy } from "./call-hierarchy.ts";
import { codeActions } from "./code-actions.ts";
import { codeLens } from "./code-lens.ts";
import { completion } from "./completion.ts";
import { declaration } from "./declaration.ts";
import { definition } from "./definition.ts";
import { diagnostics } from "./diagnostics.ts";
import { documentHighlight } from "./document-highlight.ts";
import { documentLink } from "./document-link.ts";
import { documentSymbol } from "./document-symbol.ts";
import { fileRename } from "./file-rename.ts";
import { folding } from "./folding.ts";
import { formatting } from "./formatting.ts";
import { handlers } from "./handlers.ts";
import { hover } from "./hover.ts";
import { implementation } from "./implementation.ts";
import { inlayHints } from "./inlay-hints.ts";
import { inlineCompletion } from "./inline-completion.ts";
import { inlineValues } from "./inline-values.ts";
import { linkedEditing } from "./linked-editing.ts";
import { moniker } from "./moniker.ts";
import { onTypeFormatting } from "./on-type-formatting.ts";
import { program } from "./program.ts";
import { references } from "./references.ts";
import { refresh } from "./refresh.ts";
import { rename } from "./rename.ts";
import { selectionRanges } from "./selection-ranges.ts";
import { semanticTokens } from "./semantic-tokens.ts";
import { signatureHelp } from "./signature-help.ts";
import { tests } from "./tests.ts";
import { textContent } from "./text-content.ts";
import { typeDefinition } from "./type-definition.ts";
import { typeHierarchy } from "./type-hierarchy.ts";
import { workspaceSymbol } from "./workspace-symbol.ts";

export const features: readonly Feature[] = [
  hover,
  handlers,
  refresh,
  textContent,
  fileRename,
  documentLink,
  rename,
  typeHierarchy,
  callHierarchy,
  diagnostics,
  definition,
  declaration,
  typeDefinition,
  implementation,
  references,
  documentHighlight,
  documentSymbol,
  workspaceSymbol,
  folding,
  linkedEditing,
  moniker,
  selectionRanges,
  semanticTokens,
  tests,
  program,
  signatureHelp,
  completion,
  formatting,
  onTypeFormatting,
  codeActions,
  inlayHints,
  codeLens,
  inlineValues,
  inlineCompletion,
];
