// Diagnostics, pushed to clients that wait for them and pulled by those that ask, for a document and for the workspace.
//
// D1. A client that can pull is not pushed to: it would show everything twice.
// D2. While a folder is still being read, nothing is said that a file not yet read could make untrue.
// D3. Open documents are told of in the turn after an edit; what an edit means for other files, when nobody has typed for
//     QUIET milliseconds.
// D4. A result's id is a hash of what was said, so what is the same is said again in one word.

import {
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver";
import type { Span } from "../../language/ast.ts";
import type * as language from "../../language/diagnostics.ts";
import { builtin } from "../../language/names/builtins.ts";
import type { ItemNames } from "../../language/names/model.ts";
import { moved } from "../../language/query/symbols.ts";
import { rules } from "../../language/rules/index.ts";
import type { Feature, Services } from "../feature.ts";
import { watchStuckTasks } from "../stuck-tasks.ts";
import type { View } from "../view.ts";

const QUIET = 300;
/** In milliseconds. */
const SLICE = 12;

export const diagnostics: Feature = {
  capabilities: {
    diagnosticProvider: { identifier: "walia", interFileDependencies: true, workspaceDiagnostics: true },
  },
  register: (connection, services) => {
    const stuck = watchStuckTasks(services, (files) => tellAgain(files));
    const everythingIn = (view: View, file: string): Diagnostic[] => [
      ...diagnosticsIn(view, file, services.docs),
      ...stuck.in(view, file),
    ];

    connection.languages.diagnostics.on(({ textDocument: { uri }, previousResultId }, token) =>
      services.answer<DocumentDiagnosticReport>(uri, token, { kind: "full", items: [] }, (view, file) =>
        reportOf(everythingIn(view, file), previousResultId),
      ),
    );

    connection.languages.diagnostics.onWorkspace(({ previousResultIds }, token) => {
      const known = new Map(previousResultIds.map(({ uri, value }) => [services.pathOf(uri), value]));
      return services.answerAll(token, { items: [] }, async (views) => {
        const items: WorkspaceDocumentDiagnosticReport[] = [];
        let began = performance.now();
        for (const view of views) {
          for (const file of view.analysis.files.keys()) {
            const uri = view.uriOf(file);
            const version = services.document(uri)?.version ?? null;
            items.push({ ...reportOf(everythingIn(view, file), known.get(file)), uri, version });
            if (performance.now() - began < SLICE) continue;
            await services.pause(token);
            began = performance.now();
          }
        }
        return { items };
      });
    });

    const push = pushTo(services, everythingIn, (uri, version, found) =>
      connection.sendDiagnostics({ uri, diagnostics: found, ...(version === undefined ? {} : { version }) }),
    );
    const tellAgain = (files: ReadonlySet<string>): void => {
      const { textDocument, workspace } = services.client;
      if (textDocument?.diagnostic === undefined) push(files);
      // A client that is going away answers with an error, and that is fine.
      else if (workspace?.diagnostics?.refreshSupport)
        connection.languages.diagnostics.refresh().catch(() => undefined);
    };
  },
};

type Send = (uri: string, version: number | undefined, found: Diagnostic[]) => void;

/** D1, D3. What it gives pushes what there is to say of these files now. */
function pushTo(
  services: Services,
  everythingIn: (view: View, file: string) => Diagnostic[],
  send: Send,
): (files: ReadonlySet<string>) => void {
  /** What was said of each file that something was said of. */
  const said = new Map<string, string>();
  let quiet: ReturnType<typeof setTimeout> | undefined;

  const tell = (view: View | undefined, file: string): void => {
    const uri = services.uriOf(file);
    const found = view ? everythingIn(view, file) : [];
    const id = idOf(found);
    const document = services.document(uri);
    if ((said.get(file) ?? NOTHING) === id && document === undefined) return;
    if (found.length === 0) said.delete(file);
    else said.set(file, id);
    send(uri, document?.version, found);
  };

  const tellAll = (): void => {
    const views = services.views();
    const everywhere = new Map(views.flatMap((view) => [...view.analysis.files.keys()].map((file) => [file, view])));
    for (const file of [...said.keys()]) if (!everywhere.has(file)) tell(undefined, file);
    for (const [file, view] of everywhere) {
      const id = idOf(everythingIn(view, file));
      if ((said.get(file) ?? NOTHING) !== id) tell(view, file);
    }
  };

  services.onChange((changed) => {
    if (services.client.textDocument?.diagnostic !== undefined) return;
    for (const file of changed) {
      if (services.document(services.uriOf(file)) === undefined) continue;
      const view = services.viewOf(file);
      if (view) tell(view, file);
    }
    clearTimeout(quiet);
    quiet = setTimeout(tellAll, QUIET);
  });
  services.onStop(() => clearTimeout(quiet));
  return (files) => {
    for (const file of files) {
      const view = services.viewOf(file);
      if (view?.has(file)) tell(view, file);
    }
  };
}

// ---- what is said of one file ----

const SEVERITIES: Readonly<Record<language.Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};
const TAGS: Readonly<Record<language.Tag, DiagnosticTag>> = {
  unnecessary: DiagnosticTag.Unnecessary,
  deprecated: DiagnosticTag.Deprecated,
};
const TITLES = new Map(rules.map(({ code, title }) => [code, title]));
/** D2. */
const NEEDS_ALL = new Set(rules.filter((rule) => rule.needsAllFiles).map(({ code }) => code));

const converted = new WeakMap<language.Diagnostic, Diagnostic>();

/** What there is to say of a file, in the protocol's form. `docs`: where docs/diagnostics.md is. */
export function diagnosticsIn(view: View, file: string, docs: string | null = null): Diagnostic[] {
  const said = view.analysis
    .diagnostics(file)
    .filter(({ code }) => view.isComplete || !NEEDS_ALL.has(code))
    .map((found) => {
      const known = converted.get(found) ?? converting(view, found, docs);
      converted.set(found, known);
      return known;
    });
  return [...said, ...olderSpellings(view, file)];
}

function converting(view: View, found: language.Diagnostic, docs: string | null): Diagnostic {
  const section = `${docs}/diagnostics.md#${found.code.toLowerCase()}-${TITLES.get(found.code)}`;
  return {
    range: view.range(found.file, found.span),
    severity: SEVERITIES[found.severity],
    code: found.code,
    ...(docs === null ? {} : { codeDescription: { href: section } }),
    source: "walia",
    message: view.shown(found.message),
    tags: found.tags.map((tag) => TAGS[tag]),
    relatedInformation: found.related.map(({ message, file, span }) => ({
      location: view.location(file, span),
      message: view.shown(message),
    })),
  };
}

/** Built-ins that have a newer name: no fault of the program, so only hints, which editors strike out. */
function olderSpellings(view: View, file: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  view.analysis.namesIn(file).forEach((names, index) => {
    for (const { name, span, now } of olderIn(names)) {
      if (view.analysis.registry.meaningOf(file, name).kind !== "builtin") continue;
      found.push({
        range: view.range(file, moved(span, view.tree(file).items[index]!.offset)),
        severity: DiagnosticSeverity.Hint,
        source: "walia",
        message: `\`${name}\` is an older spelling of \`${now}\``,
        tags: [DiagnosticTag.Deprecated],
      });
    }
  });
  return found;
}

interface Older {
  readonly name: string;
  readonly span: Span;
  readonly now: string;
}

const NONE: readonly Older[] = [];
const knownOlder = new WeakMap<ItemNames, readonly Older[]>();

/** The older spellings that an item uses, if they mean built-ins. */
function olderIn(names: ItemNames): readonly Older[] {
  const known = knownOlder.get(names);
  if (known) return known;
  const found = names.units.flatMap((unit) =>
    unit.free.flatMap(({ node }): Older[] => {
      const now = "name" in node ? (builtin(node.name)?.replacedBy ?? null) : null;
      return now === null || !("name" in node) ? [] : [{ name: node.name, span: node, now }];
    }),
  );
  knownOlder.set(names, found.length > 0 ? found : NONE);
  return found;
}

// ---- results and their ids (D4) ----

function reportOf(items: Diagnostic[], previous: string | undefined): DocumentDiagnosticReport {
  const resultId = idOf(items);
  return previous === resultId ? { kind: "unchanged", resultId } : { kind: "full", resultId, items };
}

const NOTHING = "0:0";

/** FNV-1a over what is said. */
function idOf(items: readonly Diagnostic[]): string {
  if (items.length === 0) return NOTHING;
  let hash = 0x811c9dc5;
  const text = JSON.stringify(items);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${items.length}:${(hash >>> 0).toString(16)}`;
}
