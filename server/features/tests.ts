// Tests: the test blocks and doc examples of files, for the editor's list of tests.
//
//   walia/tests          request: { uris? }, all files when it is missing; [{ uri, tests: [{ title, kind, range }] }]
//   walia/testsChanged   notification: { uris }, whose tests are others now
//
// Titles and lines are those that `walia test --json` reports.

import { CancellationToken, type Range } from "vscode-languageserver";
import type { FileTree } from "../../language/ast.ts";
import { exampleTitle } from "../../language/doc-examples.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

/** In milliseconds. */
const QUIET = 300;

export interface FileTests {
  readonly uri: string;
  readonly tests: readonly TestEntry[];
}

export interface TestEntry {
  readonly title: string;
  readonly kind: "test" | "example";
  /** The test block, or the line of the example's title. */
  readonly range: Range;
}

export const tests: Feature = {
  capabilities: { experimental: { waliaTests: true } },
  register: (connection, services) => {
    connection.onRequest("walia/tests", (params: { uris?: readonly string[] } | null, token: CancellationToken) => {
      const wanted = params?.uris === undefined ? undefined : new Set(params.uris.map(services.pathOf));
      return services.answerAll(token, [], (views) =>
        views.flatMap((view) =>
          [...view.analysis.files.keys()]
            .filter((file) => wanted?.has(file) ?? true)
            .map((file): FileTests => ({ uri: view.uriOf(file), tests: testsIn(view, file) })),
        ),
      );
    });

    // What a client may know of each file; it is told only of what it would draw differently, and not while somebody types.
    const told = new Map<string, string>();
    let changed = new Set<string>();
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const tell = (views: readonly View[]): void => {
      const uris: string[] = [];
      for (const path of changed) {
        const view = views.find((each) => each.has(path));
        const now = view === undefined ? "[]" : JSON.stringify(testsIn(view, path));
        if (now === (told.get(path) ?? "[]")) continue;
        told.set(path, now);
        uris.push(services.uriOf(path));
      }
      changed = new Set();
      if (uris.length > 0) void connection.sendNotification("walia/testsChanged", { uris });
    };
    services.onChange((paths) => {
      for (const path of paths) changed.add(path);
      clearTimeout(quiet);
      quiet = setTimeout(() => void services.answerAll(CancellationToken.None, undefined, tell), QUIET);
    });
    services.onStop(() => clearTimeout(quiet));
  },
};

/** The tests of a file, in its order. */
export function testsIn(view: View, file: string): TestEntry[] {
  const found: { title: string; kind: TestEntry["kind"]; start: number; end: number }[] = [];
  const tree = view.tree(file);
  for (const item of tree.items) {
    for (const { start, title } of examplesOf(item)) found.push({ title, kind: "example", ...lineAround(tree, start) });
    for (const statement of item.tree.statements)
      if (statement.kind === "Test")
        found.push({
          title: statement.title,
          kind: "test",
          start: item.offset + statement.start,
          end: item.offset + statement.end,
        });
  }
  return found.map(({ title, kind, start, end }) => ({ title, kind, range: view.range(file, { start, end }) }));
}

/** Titles of examples in the doc comments of an item, with offsets in the file. */
function examplesOf({ offset, tree }: FileTree["items"][number]): { start: number; title: string }[] {
  return tree.comments.flatMap(({ style, start, end }) => {
    const title = style === "doc" ? exampleTitle(tree.text.slice(start, end).trimEnd()) : undefined;
    return title === undefined ? [] : [{ start: offset + start, title }];
  });
}

function lineAround({ text }: FileTree, start: number): { start: number; end: number } {
  const end = text.slice(start).search(/\r|\n|$/);
  return { start, end: start + end };
}
