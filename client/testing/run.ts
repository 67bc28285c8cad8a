// One run of tests: each file's in a process of its own, several at a time.

import {
  type CancellationToken,
  Location,
  l10n,
  Position,
  type TestItem,
  TestMessage,
  type TestRun,
  TestRunProfileKind,
  type TestRunRequest,
  Uri,
  workspace,
} from "vscode";
import type { WaliaCommand } from "../platform.ts";
import type { Server } from "../server.ts";
import { RunCoverage } from "./coverage.ts";
import { failuresOf, keysOf, parseReport, type ReportedTest } from "./report.ts";
import type { TestTree } from "./tree.ts";

/** How many files are tested at once. */
const AT_ONCE = 4;

/** What every run needs. */
export interface Runner {
  readonly tree: TestTree;
  readonly programOf: Server["programOf"];
  readonly command: WaliaCommand;
}

export async function runTests(runner: Runner, request: TestRunRequest, token: CancellationToken): Promise<void> {
  const { tree } = runner;
  // The command reads the disk.
  await workspace.saveAll(false);
  const run = tree.controller.createTestRun(request);
  const stop = new AbortController();
  const subscriptions = [token, run.token].map((each) => each.onCancellationRequested(() => stop.abort()));
  if (token.isCancellationRequested) stop.abort();

  const coverage = request.profile?.kind === TestRunProfileKind.Coverage ? new RunCoverage() : null;
  const files = [...wanted(tree, request)];
  for (const [, items] of files) for (const item of items) run.enqueued(item);
  const worker = async (): Promise<void> => {
    for (let next = files.shift(); next !== undefined; next = files.shift())
      await testFile({ ...runner, run, signal: stop.signal, coverage }, ...next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  coverage?.show(run);
  for (const subscription of subscriptions) subscription.dispose();
  run.end();
}

/** The tests that a request means, by file. */
export function wanted(tree: TestTree, { include, exclude }: TestRunRequest): Map<TestItem, TestItem[]> {
  const found = new Map<TestItem, TestItem[]>();
  const isExcluded = (item: TestItem): boolean =>
    exclude?.some(({ id, parent }) => id === item.id && parent === item.parent) ?? false;
  const add = (item: TestItem): void => {
    if (isExcluded(item)) return;
    if (item.parent === undefined) for (const [, child] of item.children) add(child);
    else {
      const items = found.get(item.parent) ?? [];
      if (!items.includes(item)) items.push(item);
      found.set(item.parent, items);
    }
  };
  for (const item of include ?? [...tree.controller.items].map(([, file]) => file)) add(item);
  return found;
}

interface Context extends Runner {
  readonly run: TestRun;
  readonly signal: AbortSignal;
  /** Null when nobody wants to know which parts of the programs run. */
  readonly coverage: RunCoverage | null;
}

async function testFile(
  { tree, programOf, command, run, signal, coverage }: Context,
  file: TestItem,
  items: TestItem[],
): Promise<void> {
  const uri = file.uri!;
  const skipAll = (): void => {
    for (const item of items) run.skipped(item);
  };
  const failAll = (reason: string): void => {
    for (const item of items) run.errored(item, new TestMessage(reason));
    run.appendOutput(terminalText(reason), undefined, file);
  };
  if (signal.aborted) return skipAll();
  if (uri.scheme !== "file") return failAll(l10n.t("Only tests of files on this computer can run."));
  for (const item of items) run.started(item);

  const folder = workspace.getWorkspaceFolder(uri)?.uri ?? Uri.joinPath(uri, "..");
  const timeout = workspace.getConfiguration("walia", uri).get<number>("test.timeout", 60);
  const only = items.length === 1 ? tree.testOf(items[0]!) : undefined;
  const filter = only === undefined ? [] : ["--filter", only.title];
  try {
    const flags = ["--json", ...(coverage === null ? [] : ["--coverage"])];
    const words = ["test", ...flags, "--timeout", String(timeout), ...filter, ...(await programOf(uri))];
    const { output, errors } = await command.capture(words, folder.fsPath, signal);
    if (signal.aborted) return skipAll();
    const report = parseReport(output);
    // The program has errors, or the command could not begin: it says so in words for people.
    if (report === undefined)
      return failAll(errors.trim() || output.trim() || l10n.t("The walia command ended without a report."));
    for (const file of report.coverage) coverage?.add(fileOf(file.file, folder), file);
    // Other files of the program may have tests too.
    const own = report.tests.filter((test) => fileOf(test.file, folder).fsPath === uri.fsPath);
    const keys = keysOf(own);
    const results = new Map(own.map((test, i) => [keys[i]!, test]));
    for (const item of items) {
      const result = results.get(tree.testOf(item)!.key);
      if (result === undefined) run.errored(item, new TestMessage(l10n.t("It is not in the file any more.")));
      else show(run, item, result, folder);
    }
  } catch (error) {
    failAll(error instanceof Error ? error.message : String(error));
  }
}

function show(run: TestRun, item: TestItem, result: ReportedTest, folder: Uri): void {
  if (result.output !== "") run.appendOutput(terminalText(result.output), undefined, item);
  if (result.outcome === "passed") {
    run.passed(item, result.milliseconds);
    return;
  }
  const messages = failuresOf(result).map(({ text, at }) => {
    const message = new TestMessage(text);
    message.location =
      at === undefined
        ? new Location(item.uri!, item.range!.start)
        : new Location(fileOf(at.file, folder), new Position(at.line - 1, at.column - 1));
    return message;
  });
  for (const { message } of messages) run.appendOutput(terminalText(String(message)), undefined, item);
  run.failed(item, messages, result.milliseconds);
}

/** A file as the command names it: relative to the folder it ran in, where that is shorter. */
function fileOf(name: string, folder: Uri): Uri {
  return /^(\/|[A-Za-z]:)/.test(name) ? Uri.file(name) : Uri.joinPath(folder, name);
}

/** Text with the line ends of a terminal. */
function terminalText(text: string): string {
  return `${text.trimEnd().replace(/\r?\n/g, "\r\n")}\r\n`;
}
