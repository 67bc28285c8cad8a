// One project: a workspace folder, or a file that is in none, with what it imports. It holds the texts and their analysis.
//
// J1. A file's items are kept by their text, so an edit parses one item. Of what this version of the file does not use, at most
//     SPARE items are kept, for who takes an edit back.
// J2. Every file that comes changes what names may mean, and the analysis begins anew. So files that are read in the background
//     wait until there are as many of them as are known already, or no more will come.

import { createWorkspace } from "../language/analyse.ts";
import type { FileTree, ImportDeclaration, ItemTree } from "../language/ast.ts";
import { resolvePath } from "../language/names/registry.ts";
import { type ItemCache, type Newest, parseFile, parseSteps } from "../language/parse/parse.ts";
import type { Encoding } from "../language/positions.ts";
import type { ItemStore } from "./host.ts";
import { createView, Lines, type View } from "./view.ts";

/** Fewer files than this wait in any case. */
const FEW = 8;

export class Project {
  readonly #workspace = createWorkspace();
  readonly #files = new Map<string, FileItems>();
  /** Trees of files that have been read and are not part of the analysis yet (J2). */
  readonly #waiting = new Map<string, FileTree>();
  readonly #lines = new Lines();
  #view: View | null = null;
  #isComplete = false;

  /** `root`: the folder; null for a loose file. */
  constructor(
    readonly root: string | null,
    private readonly store: ItemStore,
    private readonly uriOf: (path: string) => string,
    /** What the client counts characters in. */
    private readonly encoding: Encoding,
  ) {}

  /** Every file has been read. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  set isComplete(value: boolean) {
    this.letIn();
    this.#isComplete = value;
    this.#view = null;
  }

  get paths(): Iterable<string> {
    return this.#files.keys();
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** Adds a file or replaces it by a newer version. */
  setText(path: string, text: string): void {
    const items = this.#itemsOf(path);
    this.#use(path, parseFile(path, text, items, items.newest));
  }

  /** The same in steps, of one item each, for a file that is new; it becomes part of the analysis when J2 says so. */
  *setTextInSteps(path: string, text: string): Generator<void> {
    const items = new FileItems(this.store.read(path));
    const tree = yield* parseSteps(path, text, items, items.newest);
    // Meanwhile somebody may have opened the file.
    if (this.#files.has(path)) return;
    this.#files.set(path, items);
    items.finishVersion(tree);
    this.#waiting.set(path, tree);
    if (this.#waiting.size >= FEW && 2 * this.#waiting.size >= this.#files.size) this.letIn();
  }

  /** Makes every file that has been read part of the analysis. */
  letIn(): void {
    for (const tree of this.#waiting.values()) this.#workspace.setFile(tree);
    if (this.#waiting.size > 0) this.#view = null;
    this.#waiting.clear();
  }

  remove(path: string): void {
    if (!this.#files.delete(path)) return;
    this.#waiting.delete(path);
    this.#lines.forget(path);
    this.#workspace.removeFile(path);
    this.#view = null;
  }

  /** Keeps a file's items for later sessions. */
  save(path: string): void {
    const items = this.#files.get(path);
    if (items?.isUnsaved !== true) return;
    items.isUnsaved = false;
    this.store.write(path, items.current());
  }

  /** The files that a file imports and the project does not have, each as the paths at which it may be. */
  missingImports(path: string): (readonly string[])[] {
    const imports = this.#workspace.importsOf(path) ?? importsOf(this.#waiting.get(path));
    return imports.flatMap((declaration) => {
      const target = resolvePath(path, declaration.path);
      const candidates = [target, `${target}.wal`];
      return candidates.some((candidate) => this.#files.has(candidate)) ? [] : [candidates];
    });
  }

  /** What the project holds now. */
  view(): View {
    this.#view ??= createView({
      analysis: this.#workspace.analyse(),
      root: this.root,
      isComplete: this.#isComplete,
      uriOf: this.uriOf,
      encoding: this.encoding,
      lines: this.#lines,
    });
    return this.#view;
  }

  #itemsOf(path: string): FileItems {
    const known = this.#files.get(path) ?? new FileItems(this.store.read(path));
    this.#files.set(path, known);
    return known;
  }

  #use(path: string, tree: FileTree): void {
    this.#files.get(path)!.finishVersion(tree);
    this.#waiting.delete(path);
    this.#workspace.setFile(tree);
    this.#view = null;
  }
}

function importsOf(tree: FileTree | undefined): ImportDeclaration[] {
  const found: ImportDeclaration[] = [];
  for (const item of tree?.items ?? [])
    for (const statement of item.tree.statements) if (statement.kind === "Import") found.push(statement);
  return found;
}

/** J1. */
const SPARE = 32;

class FileItems implements ItemCache {
  readonly #trees: Map<string, ItemTree>;
  readonly newest: Newest = {};
  tree: FileTree | undefined;
  /** Something has been parsed since the items were written. */
  isUnsaved = false;

  constructor(stored: ReadonlyMap<string, ItemTree>) {
    this.#trees = new Map(stored);
  }

  get(text: string): ItemTree | undefined {
    return this.#trees.get(text);
  }

  set(text: string, tree: ItemTree): void {
    this.isUnsaved = true;
    this.#trees.set(text, tree);
  }

  finishVersion(tree: FileTree): void {
    this.tree = tree;
    if (this.#trees.size > tree.items.length + SPARE) this.#forgetOthers();
  }

  /** What the file consists of now. */
  current(): ReadonlyMap<string, ItemTree> {
    this.#forgetOthers();
    return this.#trees;
  }

  #forgetOthers(): void {
    const used = new Set(this.tree?.items.map(({ tree }) => tree.text));
    for (const text of this.#trees.keys()) if (!used.has(text)) this.#trees.delete(text);
  }
}
