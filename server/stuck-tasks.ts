// Suspended tasks that could not move to the code as it is being edited: what the `.wld` files beside the programs say of it
// (tools.ts). For the diagnostics.
//
// T1. Nobody waits for it: it is worked out when nobody has typed for QUIET milliseconds, and said then.
// T2. Links lead to the `.wld` as text where the client can open that (features/text-content.ts), else to the file.
// T3. A place is told by its item, so it moves with the text around it; while its item is being edited nothing is said there.

import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver";
import type { Span } from "../language/ast.ts";
import { moved } from "../language/query/symbols.ts";
import type { Services } from "./feature.ts";
import { uriFor } from "./features/text-content.ts";
import type { StuckCode } from "./tools.ts";
import type { View } from "./view.ts";

/** The diagnostic, for docs/diagnostics.md. */
export const STUCK = { code: "W601", title: "stuck-task", severity: "info" } as const;

const QUIET = 500;

export interface StuckTasks {
  /** What there is to say of a file. */
  in(view: View, file: string): Diagnostic[];
}

/** `changed`: there is something else to say of these files now. */
export function watchStuckTasks(services: Services, changed: (files: ReadonlySet<string>) => void): StuckTasks {
  let known = new Map<string, readonly StuckCode[]>();
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let isBusy = false;

  const look = async (): Promise<void> => {
    const found = new Map<string, readonly StuckCode[]>();
    for (const view of services.views())
      for (const code of await stuckIn(services, view)) found.set(code.file, [...(found.get(code.file) ?? []), code]);
    if (isStopped) return;
    const files = [...known.keys(), ...found.keys()];
    const others = files.filter((file) => JSON.stringify(known.get(file)) !== JSON.stringify(found.get(file)));
    known = found;
    if (others.length > 0) changed(new Set(others));
  };
  const later = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      // One after another: what comes meanwhile is looked at afterwards.
      if (isBusy) {
        later();
        return;
      }
      isBusy = true;
      look()
        .catch((error: unknown) => services.log(`suspended tasks: ${error instanceof Error ? error.message : error}`))
        .finally(() => {
          isBusy = false;
        });
    }, QUIET);
  };
  services.onChange(later);
  services.onStop(() => {
    isStopped = true;
    clearTimeout(quiet);
  });
  return {
    in: (view, file) => (known.get(file) ?? []).flatMap((code) => diagnosticOf(view, code, services) ?? []),
  };
}

async function stuckIn(services: Services, view: View): Promise<readonly StuckCode[]> {
  if (!view.isComplete) return [];
  const folders = new Set([...view.analysis.files.keys()].map((file) => file.slice(0, file.lastIndexOf("/")) || "/"));
  const stores = await services.stores([...folders]);
  if (stores.length === 0) return [];
  return (await services.tools())?.stuck(view.analysis, stores) ?? [];
}

function diagnosticOf(view: View, code: StuckCode, { client, docs, uriOf }: Services): Diagnostic | undefined {
  const item = view.tree(code.file).items.find(({ tree }) => tree.hash === code.item);
  if (item === undefined) return undefined;
  const { reason, count, tasks, store, before } = code;
  const span = firstLine(item.tree.text, code.span);
  const place = before === null ? "" : `, suspended in line ${before.line}: ${before.text.trim()}`;
  const start = { line: 0, character: 0 };
  const source = uriOf(store);
  const isReadable = client.workspace?.textDocumentContent !== undefined;
  const uri = isReadable ? uriFor({ kind: "wld", source, name: null }) : source;
  const location = { uri, range: { start, end: start } };
  const name = view.shown(store);
  return {
    range: view.range(code.file, moved(span, item.offset)),
    severity: DiagnosticSeverity.Information,
    code: STUCK.code,
    ...(docs === null
      ? {}
      : { codeDescription: { href: `${docs}/diagnostics.md#${STUCK.code.toLowerCase()}-${STUCK.title}` } }),
    source: "walia",
    message: `${count === 1 ? "1 suspended task" : `${count} suspended tasks`} in ${name} cannot move to this code: ${reason}`,
    relatedInformation: [
      ...tasks.map((task) => ({ location, message: `task ${task.id} (${task.name}) in ${name}${place}` })),
      ...(count > tasks.length ? [{ location, message: `and ${count - tasks.length} more` }] : []),
    ],
  };
}

/** What goes over several lines is said at the first. */
function firstLine(text: string, { start, end }: Span): Span {
  const line = text.slice(start, end).search(/\r?\n/);
  return { start, end: line < 0 ? end : start + line };
}
