// The Test Explorer: test blocks and doc examples, run when asked or after every save, also to see which parts of the programs
// they run.

import {
  type CancellationToken,
  CancellationTokenSource,
  commands,
  type Disposable,
  type ExtensionContext,
  l10n,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  Uri,
  window,
  workspace,
} from "vscode";
import { State } from "vscode-languageclient";
import type { WaliaCommand } from "../platform.ts";
import { TestsChanged, TestsRequest } from "../protocol.ts";
import { whyNotRun } from "../running/running.ts";
import type { Server } from "../server.ts";
import { detailsOf } from "./coverage.ts";
import { debugTests } from "./debug.ts";
import { type Runner, runTests } from "./run.ts";
import { TestTree } from "./tree.ts";

/** `command`: undefined where no program can run; tests are listed all the same. */
export function registerTests(context: ExtensionContext, server: Server, command: WaliaCommand | undefined): void {
  const { client } = server;
  const controller = tests.createTestController("walia", "Walia");
  const tree = new TestTree(controller, client);
  const load = async (): Promise<void> => tree.replace(await client.sendRequest(TestsRequest, {}));
  controller.refreshHandler = load;

  const { subscriptions } = context;
  subscriptions.push(
    controller,
    client.onDidChangeState(({ newState }) => void (newState === State.Running && load())),
    client.onNotification(TestsChanged, async ({ uris }) => {
      const found = await client.sendRequest(TestsRequest, { uris });
      // A file that is gone has no tests.
      for (const uri of uris) tree.update(found.find((file) => file.uri === uri) ?? { uri, tests: [] });
    }),
  );

  // Tests can be seen where they cannot run; then it is said why.
  type Start = (runner: Runner, request: TestRunRequest, token: CancellationToken) => Promise<void>;
  const whereItCan =
    (start: Start) =>
    async (request: TestRunRequest, token: CancellationToken): Promise<void> => {
      const reason = whyNotRun(command);
      if (reason !== undefined) return void window.showWarningMessage(reason);
      await start({ tree, programOf: server.programOf, command: command! }, request, token);
    };
  const run = whereItCan((runner, request, token) =>
    (request.continuous === true ? runAfterSaves : runTests)(runner, request, token),
  );
  const inDebugger = whereItCan(debugTests);
  /** A lens names the test; from the command palette it is the one at the cursor. */
  const testCommand = (name: string, atCursor: string, start: typeof run): Disposable =>
    commands.registerCommand(name, async (uri?: string, line?: number) => {
      if (uri === undefined || line === undefined) return void commands.executeCommand(atCursor);
      const item = tree.testAt(Uri.parse(uri), line);
      if (item === undefined) return void window.showInformationMessage(l10n.t("There is no test here any more."));
      const source = new CancellationTokenSource();
      await start(new TestRunRequest([item]), source.token);
      source.dispose();
    });
  const counting = controller.createRunProfile(
    l10n.t("Coverage"),
    TestRunProfileKind.Coverage,
    run,
    true,
    undefined,
    true,
  );
  counting.loadDetailedCoverage = async (_run, file) => detailsOf(file);
  subscriptions.push(
    controller.createRunProfile(l10n.t("Run"), TestRunProfileKind.Run, run, true, undefined, true),
    controller.createRunProfile(l10n.t("Debug"), TestRunProfileKind.Debug, inDebugger, true),
    counting,
    testCommand("walia.runTest", "testing.runAtCursor", run),
    testCommand("walia.debugTest", "testing.debugAtCursor", inDebugger),
  );
}

/** Runs what is wanted each time that a program is saved, until the user ends it. */
async function runAfterSaves(
  runner: Runner,
  { include, exclude, profile }: TestRunRequest,
  token: CancellationToken,
): Promise<void> {
  let isRunning = false;
  let isWanted = false;
  const saves = workspace.onDidSaveTextDocument(async ({ languageId }) => {
    if (languageId !== "walia") return;
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    while (isWanted && !token.isCancellationRequested) {
      isWanted = false;
      await runTests(runner, new TestRunRequest(include, exclude, profile), token);
    }
    isRunning = false;
  });
  token.onCancellationRequested(() => saves.dispose());
}
