// Tests in the debugger: one after another, each in a session of its own.

import {
  type CancellationToken,
  type DebugSession,
  debug,
  Location,
  l10n,
  type TestItem,
  TestMessage,
  type TestRun,
  type TestRunRequest,
  workspace,
} from "vscode";
import { folderOf } from "../debugging/debugging.ts";
import { type Runner, wanted } from "./run.ts";

export async function debugTests(runner: Runner, request: TestRunRequest, token: CancellationToken): Promise<void> {
  await workspace.saveAll(false);
  const run = runner.tree.controller.createTestRun(request);
  const items = [...wanted(runner.tree, request).values()].flat();
  for (const item of items) run.enqueued(item);
  for (const item of items) {
    if (token.isCancellationRequested || run.token.isCancellationRequested) run.skipped(item);
    else await debugTest(runner, run, item);
  }
  run.end();
}

async function debugTest({ tree, programOf }: Runner, run: TestRun, item: TestItem): Promise<void> {
  const uri = item.uri!;
  if (uri.scheme !== "file")
    return run.errored(item, new TestMessage(l10n.t("Only tests of files on this computer can run.")));
  const { title } = tree.testOf(item)!;
  const configuration = {
    type: "walia",
    request: "launch",
    name: title,
    program: await programOf(uri),
    cwd: folderOf(uri),
    test: title,
  };
  run.started(item);
  const begun = Date.now();
  const next = nextSession(title);
  const stop = run.token.onCancellationRequested(() => void debug.stopDebugging(next.session()));
  const hasBegun = await debug.startDebugging(workspace.getWorkspaceFolder(uri), configuration);
  const end = hasBegun ? await next.end : undefined;
  next.dispose();
  stop.dispose();
  // Ended by the user, or never begun: then it has been said why.
  if (end?.code === undefined) return run.skipped(item);
  if (end.code === 0) return run.passed(item, Date.now() - begun);
  const message = new TestMessage(end.errors.trim() || l10n.t("The test failed; the debug console says why."));
  message.location = new Location(uri, item.range!.start);
  run.failed(item, message, Date.now() - begun);
}

interface NextSession {
  session(): DebugSession | undefined;
  readonly end: Promise<SessionEnd>;
  dispose(): void;
}

interface SessionEnd {
  /** Undefined when it was ended from outside. */
  readonly code: number | undefined;
  /** What the program wrote to its standard error. */
  readonly errors: string;
}

/** Of the adapter's messages, what is read here. */
interface Message {
  readonly event?: string;
  readonly body?: { readonly exitCode?: number; readonly category?: string; readonly output?: string };
}

/** The session with this name that is the next to begin. */
function nextSession(name: string): NextSession {
  let own: DebugSession | undefined;
  let code: number | undefined;
  let errors = "";
  let resolve: (end: SessionEnd) => void;
  const end = new Promise<SessionEnd>((done) => {
    resolve = done;
  });
  const subscriptions = [
    debug.registerDebugAdapterTrackerFactory("walia", {
      createDebugAdapterTracker: (session) => {
        if (own !== undefined || session.name !== name) return undefined;
        own = session;
        return {
          onDidSendMessage: ({ event, body }: Message) => {
            if (event === "exited") code = body?.exitCode;
            if (event === "output" && body?.category === "stderr") errors += body.output ?? "";
          },
        };
      },
    }),
    debug.onDidTerminateDebugSession((session) => void (session === own && resolve({ code, errors }))),
  ];
  return {
    session: () => own,
    end,
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
