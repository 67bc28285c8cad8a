// Code actions: the fixes and rewritings of server/actions, offered at once and worked out when one is chosen.
//
// K1. What an action is, is in its `data`: where it was asked for, its kind and its title. Resolving asks again and takes the
//     one of that kind and title: nothing is kept between the two requests. A document that has moved on in between gets
//     the action without edits.
// K2. Clients that cannot resolve edits, or cannot see disabled actions, get edits at once and no disabled ones.

import {
  type ClientCapabilities,
  type CodeAction,
  type Diagnostic,
  DiagnosticSeverity,
  type Range,
} from "vscode-languageserver";
import type { Diagnostic as OwnDiagnostic } from "../../language/diagnostics.ts";
import type { Action } from "../actions/action.ts";
import { toWorkspaceEdit } from "../actions/apply.ts";
import { actionKinds, actionsAt } from "../actions/index.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

/** K1 */
interface ActionData {
  readonly uri: string;
  readonly range: Range;
  readonly kind: string;
  readonly title: string;
  /** The length and a piece of the text, to notice that it has changed. */
  readonly version: string;
}

export const codeActions: Feature = {
  capabilities: { codeActionProvider: { codeActionKinds: actionKinds, resolveProvider: true } },
  register: (connection, services) => {
    connection.onCodeAction(({ textDocument, range, context }, token) =>
      services.answer<CodeAction[]>(textDocument.uri, token, [], (view, file) =>
        toLsp(view, file, range, textDocument.uri, services.client, {
          ...(context.only ? { only: context.only } : {}),
          diagnostics: context.diagnostics,
        }),
      ),
    );
    connection.onCodeActionResolve((action, token) => {
      const data = action.data as ActionData | undefined;
      if (typeof data?.uri !== "string") return action;
      return services.answer(data.uri, token, action, (view, file) => {
        if (data.version !== versionOf(view, file)) return action;
        const found = actionsAt(view, file, view.span(file, data.range), [data.kind]).find(
          ({ kind, title }) => kind === data.kind && title === data.title,
        );
        return found && found.disabled === undefined
          ? { ...action, edit: toWorkspaceEdit(view, file, found.edits()) }
          : action;
      });
    });
  },
};

export interface Wanted {
  readonly only?: readonly string[];
  /** What the client shows there: a fix names the ones of them that it removes. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The actions at a place as the protocol has them (K2). */
export function toLsp(
  view: View,
  file: string,
  range: Range,
  uri: string,
  client: ClientCapabilities,
  wanted: Wanted,
): CodeAction[] {
  const can = client.textDocument?.codeAction;
  const resolves = can?.resolveSupport?.properties.includes("edit") && can.dataSupport;
  const version = versionOf(view, file);
  return actionsAt(view, file, view.span(file, range), wanted.only)
    .filter(({ disabled }) => disabled === undefined || can?.disabledSupport)
    .map((action): CodeAction => {
      const { title, kind, preferred, disabled, fixes } = action;
      return {
        title,
        kind,
        ...(preferred ? { isPreferred: true } : {}),
        ...(fixes ? { diagnostics: [shownOf(view, fixes, wanted.diagnostics)] } : {}),
        ...(disabled === undefined ? {} : { disabled: { reason: disabled } }),
        ...(resolves
          ? { data: { uri, range, kind, title, version } satisfies ActionData }
          : editOf(view, file, action)),
      };
    });
}

const editOf = (view: View, file: string, action: Action): Pick<CodeAction, "edit"> =>
  action.disabled === undefined ? { edit: toWorkspaceEdit(view, file, action.edits()) } : {};

/** The client's own form of a diagnostic, when it has sent it along. */
function shownOf(
  view: View,
  { code, message, span, file, severity }: OwnDiagnostic,
  sent: readonly Diagnostic[],
): Diagnostic {
  const range = view.range(file, span);
  const known = sent.find(
    (each) =>
      each.code === code &&
      each.range.start.line === range.start.line &&
      each.range.start.character === range.start.character,
  );
  return known ?? { range, code, message: view.shown(message), source: "walia", severity: SEVERITY[severity] };
}

const SEVERITY: Readonly<Record<OwnDiagnostic["severity"], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** Items are known by hashes of their texts. */
const versionOf = (view: View, file: string): string =>
  view
    .tree(file)
    .items.map(({ tree }) => tree.hash.slice(0, 6))
    .join("")
    .slice(-4096);
