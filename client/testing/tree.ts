// The tests that the Test Explorer lists: files, and in each its test blocks and doc examples, as the server reports them.

import { l10n, type TestController, type TestItem, Uri, workspace } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import type { FileTests } from "../protocol.ts";
import { keysOf } from "./report.ts";

export class TestTree {
  /** The test of each item, as `walia test` reports it. */
  readonly #known = new WeakMap<TestItem, { readonly key: string; readonly title: string }>();

  constructor(
    readonly controller: TestController,
    private readonly client: BaseLanguageClient,
  ) {}

  /** Everything that the server knows. */
  replace(files: readonly FileTests[]): void {
    const uris = new Set(files.map(({ uri }) => Uri.parse(uri).toString()));
    for (const [id] of [...this.controller.items]) if (!uris.has(id)) this.controller.items.delete(id);
    for (const file of files) this.update(file);
  }

  /** The tests of one file. Items that stay keep their results. */
  update({ uri: sent, tests }: FileTests): void {
    const uri = Uri.parse(sent);
    const id = uri.toString();
    if (tests.length === 0) {
      this.controller.items.delete(id);
      return;
    }
    const file =
      this.controller.items.get(id) ?? this.controller.createTestItem(id, workspace.asRelativePath(uri), uri);
    const keys = keysOf(tests);
    const items = tests.map(({ title, kind, range }, i) => {
      const key = keys[i]!;
      const item = file.children.get(key) ?? this.controller.createTestItem(key, title, uri);
      item.range = this.client.protocol2CodeConverter.asRange(range);
      // Keeps the file's order.
      item.sortText = String(i).padStart(6, "0");
      if (kind === "example") item.description = l10n.t("example");
      this.#known.set(item, { key, title });
      return item;
    });
    file.children.replace(items);
    this.controller.items.add(file);
  }

  /** The test of an item; undefined for a file. */
  testOf(item: TestItem): { readonly key: string; readonly title: string } | undefined {
    return this.#known.get(item);
  }

  /** The test that begins on a line (from 0) of a file. */
  testAt(uri: Uri, line: number): TestItem | undefined {
    const file = this.controller.items.get(uri.toString());
    return [...(file?.children ?? [])].map(([, item]) => item).find(({ range }) => range?.start.line === line);
  }
}
