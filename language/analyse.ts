// The analysis of a workspace: names -> effect rows -> facts -> diagnostics, for `walia check`, the compiler and the editor.
//
// A workspace is fed with trees and asked for an analysis; an analysis is a value and stays true for its version.
// What was found for an item is kept as long as it holds, so that an edit inside a body re-checks one item:
//
//   kept per item       names, summary                  until the item's text changes
//                       findings of item rules          until also the meaning of one of its free names changes (U2)
//   kept per unit       effect row                      until its line in a summary's signature changes, or that of what
//                                                       it calls, or any item's shape (U3)
//   made each time      registry, facts, findings of workspace rules: walks over lists, no trees
//
// U1. Equal items of two files, or twice in one file, share their tree but not their names: what a unit means depends
//     on where it stands.
// U2. A meaning changes when the exports of that name change their header (role, parameters, literal value), when the
//     file's imports change, or when files come or go.
// U3. Rows speak of units by number and of places by site number. Equal shapes keep the first, equal lines the second.

import type * as ast from "./ast.ts";
import { compareDiagnostics, type Diagnostic, type RelatedPlace } from "./diagnostics.ts";
import { type Facts, factsOf } from "./effects/facts.ts";
import { createLinker } from "./effects/link.ts";
import { type Solution, solve, solveAgain } from "./effects/rows.ts";
import { type ItemSummary, summarize } from "./effects/summary.ts";
import type { ItemNames, Registry } from "./names/model.ts";
import { buildRegistry } from "./names/registry.ts";
import { resolveItem } from "./names/resolve.ts";
import { checkWorkspace, createChecker, type Finding } from "./rules/check.ts";
import { exportHeaders } from "./rules/headers.ts";
import type { Item, Related } from "./rules/rule.ts";

export interface Workspace {
  /** Adds a file, or replaces it by a newer version. */
  setFile(tree: ast.FileTree): void;
  removeFile(path: string): void;
  /** The analysis of what the workspace holds now. */
  analyse(): Analysis;
}

export interface Analysis {
  readonly files: ReadonlyMap<string, ast.FileTree>;
  readonly registry: Registry;
  readonly facts: Facts;
  /** Names of one item. Throws a RangeError for an item that is not there. */
  names(file: string, itemIndex: number): ItemNames;
  /** The file, index and offset of the item that names were resolved for. */
  locate(names: ItemNames): { readonly file: string; readonly index: number; readonly offset: number };
  /** Everything there is to say about a file, in the order of the text. */
  diagnostics(file: string): readonly Diagnostic[];
}

interface Entry extends Item {
  index: number;
  offset: number;
  /** Findings of the item rules; null when they must run again. */
  findings: readonly Finding[] | null;
  readonly freeNames: ReadonlySet<string>;
  /** Of each export, what other items can know of it (U2). */
  readonly headers: ReadonlyMap<string, string>;
}

interface FileEntry {
  readonly tree: ast.FileTree;
  readonly entries: readonly Entry[];
}

export function createWorkspace(): Workspace {
  const files = new Map<string, FileEntry>();
  const checkItem = createChecker();
  let last: Analysis | null = null;
  let previous: { readonly shape: string; readonly headers: ReadonlyMap<string, string>; readonly rows: Rows } | null =
    null;

  function setFile(tree: ast.FileTree): void {
    const old = files.get(tree.path);
    if (old?.tree === tree) return;
    last = null;
    // U1: each old entry serves one item of the new version.
    const spare = new Map<ast.ItemTree, Entry[]>();
    for (const entry of old?.entries ?? []) {
      const same = spare.get(entry.tree);
      if (same) same.push(entry);
      else spare.set(entry.tree, [entry]);
    }
    const entries = tree.items.map((item, index) => {
      const kept = spare.get(item.tree)?.shift();
      if (!kept) return createEntry(tree.path, index, item);
      kept.index = index;
      kept.offset = item.offset;
      return kept;
    });
    files.set(tree.path, { tree, entries });
  }

  function removeFile(path: string): void {
    if (files.delete(path)) last = null;
  }

  function analyse(): Analysis {
    if (last) return last;
    const items = [...files.values()].flatMap((file) => file.entries);
    const registry = buildRegistry(
      new Map(
        [...files].map(([path, { tree, entries }]) => [path, { tree, names: entries.map((entry) => entry.names) }]),
      ),
    );
    const shape = shapeOf(files);
    const headers = headersOf(items);
    if (previous === null || previous.shape !== shape) for (const entry of items) entry.findings = null;
    else forgetChanged(items, changedNames(previous.headers, headers));
    const rows = rowsOf(items, registry, previous?.rows ?? null, shape === previous?.shape);
    previous = { shape, headers, rows };
    for (const entry of items) entry.findings ??= checkItem(entry, registry);
    last = analysisOf(files, items, registry, factsOf(rows.solution));
    return last;
  }

  return { setFile, removeFile, analyse };
}

function createEntry(file: string, index: number, item: ast.Item): Entry {
  const { tree, offset } = item;
  const names = resolveItem(tree);
  const freeNames = new Set<string>();
  for (const unit of names.units) {
    for (const use of unit.free) if ("name" in use.node) freeNames.add(use.node.name);
    for (const local of unit.locals) if (local.pattern) freeNames.add(local.name);
  }
  const headers = exportHeaders(names);
  return { file, index, offset, tree, names, summary: summarize(tree, names), findings: null, freeNames, headers };
}

// ---- what changed since the last analysis ----

/** The files and their imports: when these change, any name may mean something else. */
function shapeOf(files: ReadonlyMap<string, FileEntry>): string {
  const lines: string[] = [];
  for (const [path, { entries }] of files) {
    lines.push(path);
    for (const { names } of entries)
      for (const { path: target, alias } of names.imports) lines.push(` ${target} ${alias?.name ?? ""}`);
  }
  return lines.join("\n");
}

function headersOf(items: readonly Entry[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const { file, headers } of items) {
    for (const [name, header] of headers) all.set(name, `${all.get(name) ?? ""}\n${file} ${header}`);
  }
  return all;
}

function changedNames(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Set<string> {
  const changed = new Set<string>();
  for (const [name, header] of after) if (before.get(name) !== header) changed.add(name);
  for (const name of before.keys()) if (!after.has(name)) changed.add(name);
  if (changed.size === 0) return changed;
  // A class is made of its superclass too: who names the one depends on the other.
  for (let grown = true; grown; ) {
    grown = false;
    for (const [name, header] of after) {
      const base = / < (\w+)/.exec(header)?.[1];
      if (base !== undefined && changed.has(base) && !changed.has(name)) {
        changed.add(name);
        grown = true;
      }
    }
  }
  return changed;
}

function forgetChanged(items: readonly Entry[], changed: ReadonlySet<string>): void {
  if (changed.size === 0) return;
  for (const entry of items) {
    if (entry.findings === null) continue;
    for (const name of changed) {
      if (!entry.freeNames.has(name)) continue;
      entry.findings = null;
      break;
    }
  }
}

// ---- effect rows, kept while what they depend on is the same (U3) ----

interface Rows {
  readonly items: readonly { readonly file: string; readonly summary: ItemSummary }[];
  readonly solution: Solution;
}

function rowsOf(items: readonly Entry[], registry: Registry, old: Rows | null, sameShape: boolean): Rows {
  const now = items.map(({ file, summary }) => ({ file, summary }));
  const keeps = old !== null && sameShape && old.items.length === now.length && now.every(fitsIn(old.items));
  if (!keeps) return { items: now, solution: solve(createLinker(items, registry)) };
  let { linker } = old.solution;
  const changed: number[] = [];
  items.forEach((item, index) => {
    const before = old.items[index]!.summary;
    if (item.summary === before) return;
    linker = linker.replaced(index, item);
    const lines = before.signature().units;
    item.summary.signature().units.forEach((line, unit) => {
      if (line !== lines[unit]) changed.push(linker.firstUnit(index) + unit);
    });
  });
  const solution = changed.length > 0 ? solveAgain(old.solution, linker, changed) : { ...old.solution, linker };
  return { items: now, solution };
}

const fitsIn =
  (old: Rows["items"]) =>
  ({ file, summary }: Rows["items"][number], index: number): boolean => {
    const before = old[index]!;
    if (file !== before.file) return false;
    return summary === before.summary || summary.signature().shape === before.summary.signature().shape;
  };

// ---- the analysis as a value ----

function analysisOf(
  files: ReadonlyMap<string, FileEntry>,
  items: readonly Entry[],
  registry: Registry,
  facts: Facts,
): Analysis {
  const trees = new Map([...files].map(([path, file]) => [path, file.tree]));
  const places = new Map(
    items.map((entry) => [entry.names, { file: entry.file, index: entry.index, offset: entry.offset }]),
  );
  const entryOf = new Map<ItemNames, Entry>(items.map((entry) => [entry.names, entry]));
  // Entries move on with later versions; findings and places of this version are taken now.
  const itemFindings = new Map(items.map((entry) => [entry.names, entry.findings ?? []]));
  const byFile = new Map([...files].map(([path, file]) => [path, file.entries.map((entry) => entry.names)]));
  const workspace = checkWorkspace(
    items,
    { itemOf: (names) => entryOf.get(names)!, itemAt: (file, index) => files.get(file)!.entries[index]! },
    registry,
    facts,
  );
  const workspaceFindings = new Map([...workspace].map(([item, findings]) => [item.names, findings]));
  const made = new Map<string, readonly Diagnostic[]>();

  const located = (at: Related["at"], names: ItemNames): Omit<RelatedPlace, "message"> | undefined => {
    if ("span" in at) {
      const { file, offset } = places.get(at.in ?? names)!;
      return { file, span: { start: at.span.start + offset, end: at.span.end + offset } };
    }
    const meaning = registry.exportOf(at.file, at.name);
    if (meaning.kind !== "global") return undefined;
    const { offset } = trees.get(at.file)!.items[meaning.itemIndex]!;
    const { start, end } = meaning.export.identifier;
    return { file: at.file, span: { start: start + offset, end: end + offset } };
  };

  const diagnosticOf = ({ rule, problem }: Finding, names: ItemNames): Diagnostic => {
    const { file, offset } = places.get(names)!;
    const related = (problem.related ?? []).flatMap(({ message, at }): RelatedPlace[] => {
      const place = located(at, names);
      return place ? [{ message, ...place }] : [];
    });
    return {
      code: rule.code,
      severity: problem.severity ?? rule.severity,
      message: problem.message,
      file,
      span: { start: problem.span.start + offset, end: problem.span.end + offset },
      related,
      tags: problem.tags ?? [],
    };
  };

  const diagnosticsOf = (file: string): readonly Diagnostic[] => {
    const found = (byFile.get(file) ?? []).flatMap((names) =>
      [...(itemFindings.get(names) ?? []), ...(workspaceFindings.get(names) ?? [])].map((finding) =>
        diagnosticOf(finding, names),
      ),
    );
    return found.sort(compareDiagnostics);
  };

  return {
    files: trees,
    registry,
    facts,
    names: (file, itemIndex) => {
      const names = byFile.get(file)?.[itemIndex];
      if (!names) throw new RangeError(`no item ${itemIndex} in ${file}`);
      return names;
    },
    locate: (names) => places.get(names)!,
    diagnostics: (file) => {
      const known = made.get(file) ?? diagnosticsOf(file);
      made.set(file, known);
      return known;
    },
  };
}
