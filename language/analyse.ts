// The analysis of a workspace: names -> effect rows -> facts -> diagnostics, for `walia check`, the compiler and the editor.
//
// A workspace is fed with trees and asked for an analysis; an analysis is a value and stays true for its version.
// What was found for an item is kept as long as it holds, so that an edit inside a body re-checks one item:
//
//   kept per item       names, summary                  until the item's text changes
//                       findings of item rules          until also the meaning of one of its free names changes (U2)
//   kept per file       exports and imports             until one of its items changes
//   kept per unit       effect row                      until its item changes, or what it calls looks different (rows.ts, E5)
//   made each time      facts, findings of workspace rules: walks over lists, no trees
//
// U1. Equal items of two files, or twice in one file, share their tree but not their names: what a unit means depends
//     on where it stands.
// U2. A meaning changes when the exports of that name change their header (role, parameters, literal value), when the
//     file's imports change, or when files come or go. A guess at what was meant may be another one whenever a name comes or
//     goes.
// U3. When files come or go, or imports change, everything is linked and solved anew.

import type * as ast from "./ast.ts";
import { compareDiagnostics, type Diagnostic, type RelatedPlace } from "./diagnostics.ts";
import { Facts } from "./effects/facts.ts";
import { createLinker, difference, moveLinker } from "./effects/link.ts";
import { type Solution, solve, solveAgain } from "./effects/rows.ts";
import { summarize } from "./effects/summary.ts";
import { builtin } from "./names/builtins.ts";
import type { ItemNames, Registry } from "./names/model.ts";
import { type FileNames, fileNames, fileNamesAgain, type NewestRegistry, registryOf } from "./names/registry.ts";
import { resolveItem } from "./names/resolve.ts";
import { Projection } from "./projection.ts";
import { checkWorkspace, createChecker, type Finding } from "./rules/check.ts";
import { exportHeaders } from "./rules/headers.ts";
import { clauseLives } from "./rules/resumes.ts";
import type { Item, ItemLists, Related } from "./rules/rule.ts";

export interface Workspace {
  /** Adds a file, or replaces it by a newer version. */
  setFile(tree: ast.FileTree): void;
  removeFile(path: string): void;
  /** The imports of a file; undefined when it is not there. */
  importsOf(path: string): readonly ast.ImportDeclaration[] | undefined;
  /** The analysis of what the workspace holds now. */
  analyse(): Analysis;
}

export interface Analysis {
  readonly files: ReadonlyMap<string, ast.FileTree>;
  readonly registry: Registry;
  readonly facts: Facts;
  /** Names of one item. Throws a RangeError for an item that is not there. */
  names(file: string, itemIndex: number): ItemNames;
  /** Names of all items of a file, in order; none for a file that is not there. */
  namesIn(file: string): readonly ItemNames[];
  /** The file, index and offset of the item that names were resolved for. */
  locate(names: ItemNames): { readonly file: string; readonly index: number; readonly offset: number };
  /** Everything there is to say about a file, in the order of the text. */
  diagnostics(file: string): readonly Diagnostic[];
}

interface Entry extends Item {
  /** Findings of the item rules; null when they must run again. */
  findings: readonly Finding[] | null;
  readonly hasUnsafe: boolean;
  readonly hasLives: boolean;
  readonly builtinEffects: readonly string[];
  /** Of each export, what other items can know of it (U2). */
  readonly headers: ReadonlyMap<string, string>;
}

interface FileEntry {
  readonly tree: ast.FileTree;
  readonly entries: readonly Entry[];
  readonly names: readonly ItemNames[];
  readonly outside: FileNames;
  readonly lists: Lists;
  /** What analyses take over of it; null before there is one of this version. */
  readonly snapshot: Snapshot | null;
}

/** What an analysis leaves for the next one. */
interface Version {
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly registry: NewestRegistry;
  readonly solution: Solution;
}

export function createWorkspace(): Workspace {
  const files = new Map<string, FileEntry>();
  const checkItem = createChecker();
  let last: Analysis | null = null;
  let previous: Version | null = null;
  let joinedBefore: Joined | null = null;

  function setFile(tree: ast.FileTree): void {
    const old = files.get(tree.path);
    if (old?.tree === tree) return;
    last = null;
    const change = changeOf(tree, old?.entries ?? []);
    const { entries } = change;
    const names = entries.map((entry) => entry.names);
    files.set(tree.path, {
      tree,
      entries,
      names,
      outside: old ? fileNamesAgain(old.outside, tree.path, names, namesOf(change)) : fileNames(tree.path, names),
      lists: old ? listsAgain(old.lists, change) : listsOf(entries),
      snapshot: null,
    });
  }

  function removeFile(path: string): void {
    if (files.delete(path)) last = null;
  }

  function analyse(): Analysis {
    if (last) return last;
    joinedBefore = joined(
      [...files.values()].map((file) => file.lists),
      joinedBefore,
    );
    const { lists } = joinedBefore;
    const { items } = lists;
    const version = new Map(files);
    const linked = { ...lists, byFile: new Projection(version, ({ entries }) => entries) };
    const registry = registryOf(new Projection(version, ({ outside }) => outside), previous?.registry);
    const edited = previous && editedFiles(previous.files, version);
    const changes = edited && changesBetween(edited, items);
    const isStale = (file: FileEntry): boolean => forgetChanged(file, changes) || file.snapshot === null;
    const stale =
      edited && changes?.names.size === 0 ? edited.map(({ now }) => now) : [...files.values()].filter(isStale);
    const moved = previous && edited ? moveLinker(previous.solution.linker, linked, registry) : null;
    const solution = previous && moved ? solveAgain(previous.solution, moved) : solve(createLinker(linked, registry));
    previous = { files: version, registry, solution };
    for (const file of stale) {
      const now = { ...file, snapshot: snapshotOf(file, (entry) => checkItem(entry, registry)) };
      files.set(file.tree.path, now);
      version.set(file.tree.path, now);
    }
    last = analysisOf(version, lists, registry, new Facts(solution));
    return last;
  }

  return { setFile, removeFile, importsOf: (path) => files.get(path)?.outside.imports, analyse };
}

interface Lists extends ItemLists {
  readonly items: readonly Entry[];
  readonly withHandlers: readonly Entry[];
  readonly withProgramHandlers: readonly Entry[];
  readonly withLives: readonly Entry[];
  readonly withImports: readonly Entry[];
  readonly withUnsafe: readonly Entry[];
}

/** The lists of entries with something in common. */
const SORTED = {
  withHandlers: ({ summary }: Entry): boolean => summary.handles.length > 0,
  withProgramHandlers: ({ summary }: Entry): boolean => summary.handles.some(({ handled }) => handled === null),
  withLives: ({ hasLives }: Entry): boolean => hasLives,
  withImports: ({ names }: Entry): boolean => names.imports.length > 0,
  withUnsafe: ({ hasUnsafe }: Entry): boolean => hasUnsafe,
};

/** Lists made with `list`, which is told who belongs to each. */
function sorted(list: (key: keyof typeof SORTED, belongs: (entry: Entry) => boolean) => readonly Entry[]) {
  return {
    withHandlers: list("withHandlers", SORTED.withHandlers),
    withProgramHandlers: list("withProgramHandlers", SORTED.withProgramHandlers),
    withLives: list("withLives", SORTED.withLives),
    withImports: list("withImports", SORTED.withImports),
    withUnsafe: list("withUnsafe", SORTED.withUnsafe),
  };
}

function listsOf(items: readonly Entry[]): Lists {
  return {
    items,
    ...sorted((_, belongs) => items.filter(belongs)),
    builtinEffects: new Set(items.flatMap((item) => item.builtinEffects)),
  };
}

/** The lists of the next version. Those of which nobody has come or gone are the same objects. */
function listsAgain(old: Lists, { entries, gone, come }: Change): Lists {
  const concerns = (belongs: (entry: Entry) => boolean): boolean => gone.some(belongs) || come.some(belongs);
  return {
    items: entries,
    ...sorted((key, belongs) => (concerns(belongs) ? entries.filter(belongs) : old[key])),
    builtinEffects: concerns(({ builtinEffects }) => builtinEffects.length > 0)
      ? new Set(entries.flatMap((item) => item.builtinEffects))
      : old.builtinEffects,
  };
}

/** The lists of all files, and what they were made of. */
interface Joined {
  readonly lists: Lists;
  readonly all: readonly Lists[];
}

/** At every edit, over everything there is: so what is the same is taken over. */
function joined(all: readonly Lists[], old: Joined | null): Joined {
  const others =
    old?.all.length === all.length ? [...all.keys()].filter((index) => all[index] !== old.all[index]) : null;
  const isSame = (key: keyof Lists): boolean =>
    others?.every((index) => all[index]![key] === old!.all[index]![key]) ?? false;
  const list = (key: keyof typeof SORTED | "items"): readonly Entry[] =>
    // `concat` copies whole lists, `flatMap` item by item.
    old && isSame(key) ? old.lists[key] : ([] as Entry[]).concat(...all.map((lists) => lists[key]));
  const builtinEffects =
    old && isSame("builtinEffects")
      ? old.lists.builtinEffects
      : new Set(all.flatMap((lists) => [...lists.builtinEffects]));
  return { lists: { items: list("items"), ...sorted(list), builtinEffects }, all };
}

/** A new version of a file's entries. */
interface Change {
  readonly entries: readonly Entry[];
  /** How many entries stay in front of the others; those that go, and those that come. */
  readonly start: number;
  readonly gone: readonly Entry[];
  readonly come: readonly Entry[];
}

/** U1: each old entry serves one item of the new version; most are where they were, from one end or the other. */
function changeOf({ path, items }: ast.FileTree, old: readonly Entry[]): Change {
  const shorter = Math.min(old.length, items.length);
  let start = 0;
  while (start < shorter && old[start]!.tree === items[start]!.tree) start++;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end]!.tree === items[items.length - 1 - end]!.tree) end++;
  const gone = old.slice(start, old.length - end);
  const spare = new Map<ast.ItemTree, Entry[]>();
  for (const entry of gone) {
    const same = spare.get(entry.tree);
    if (same) same.push(entry);
    else spare.set(entry.tree, [entry]);
  }
  const come = items
    .slice(start, items.length - end)
    .map(({ tree }) => spare.get(tree)?.shift() ?? createEntry(path, tree));
  return { entries: [...old.slice(0, start), ...come, ...old.slice(old.length - end)], start, gone, come };
}

const namesOf = ({ start, gone, come }: Change) => ({
  start,
  gone: gone.map(({ names }) => names),
  come: come.map(({ names }) => names),
});

function createEntry(file: string, tree: ast.ItemTree): Entry {
  const names = resolveItem(tree);
  fileOf.set(names, file);
  const freeNames = new Set<string>();
  for (const unit of names.units) {
    for (const use of unit.free) if ("name" in use.node) freeNames.add(use.node.name);
    for (const local of unit.locals) if (local.pattern) freeNames.add(local.name);
  }
  const headers = exportHeaders(names);
  const hasUnsafe = tree.text.includes("unsafe");
  const summary = summarize(tree, names);
  const builtinEffects = effectsOfBuiltins(freeNames);
  const hasLives = clauseLives(summary.handles, names).length > 0;
  const about = { freeNames, hasUnsafe, hasLives, builtinEffects, headers };
  return { file, tree, names, summary, findings: null, ...about };
}

/** Whoever watches a port gets IO_READ performed by the reactor. */
const effectsOfBuiltins = (names: ReadonlySet<string>): string[] =>
  [...names].flatMap((name) => (name === "io_monitor" ? ["IO_READ"] : (builtin(name)?.performs ?? [])));

// ---- what changed since the last analysis ----

/** A file in two versions of the workspace. */
interface EditedFile {
  readonly old: FileEntry;
  readonly now: FileEntry;
}

/** The files that are not as they were; null when others came or went, or imports changed: then any name may mean something else. */
function editedFiles(
  before: ReadonlyMap<string, FileEntry>,
  after: ReadonlyMap<string, FileEntry>,
): readonly EditedFile[] | null {
  if (before.size !== after.size) return null;
  const edited: EditedFile[] = [];
  const paths = before.keys();
  for (const [path, now] of after) {
    if (paths.next().value !== path) return null;
    const old = before.get(path)!;
    if (old === now) continue;
    if (importsOf(old) !== importsOf(now)) return null;
    edited.push({ old, now });
  }
  return edited;
}

const importsOf = ({ outside }: FileEntry): string =>
  outside.imports.map(({ path, alias }) => `${path} ${alias?.name ?? ""}`).join("\n");

/** What other items know of each other and is not so any more (U2). */
interface Changes {
  /** Names whose header is another in some file. */
  readonly names: ReadonlySet<string>;
  /** Names have come or gone. */
  readonly ofOutline: boolean;
}

function changesBetween(edited: readonly EditedFile[], items: readonly Entry[]): Changes {
  const changed = new Set<string>();
  let ofOutline = false;
  for (const { old, now } of edited) {
    const { before: gone, after: come } = difference(old.entries, now.entries);
    const was = headersOf(gone);
    const is = headersOf(come);
    for (const name of new Set([...was.keys(), ...is.keys()])) {
      if (was.get(name) === is.get(name)) continue;
      changed.add(name);
      if (was.has(name) !== is.has(name)) ofOutline = true;
    }
  }
  // A class is made of its superclass too: who names the one depends on the other.
  for (let size = 0; size < changed.size; ) {
    size = changed.size;
    for (const { headers } of items) {
      for (const [name, header] of headers) {
        const base = / < (\w+)/.exec(header)?.[1];
        if (base !== undefined && changed.has(base)) changed.add(name);
      }
    }
  }
  return { names: changed, ofOutline };
}

function headersOf(entries: readonly Entry[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const { headers } of entries)
    for (const [name, header] of headers) all.set(name, `${all.get(name) ?? ""}\n${header}`);
  return all;
}

/** Whether findings of a file do not hold any more; they are forgotten. `changes` is null when everything may have changed. */
function forgetChanged(file: FileEntry, changes: Changes | null): boolean {
  // What is named as `alias.name` is not among the free names, but the alias is.
  const concerning = new Set(changes?.names);
  for (const { alias } of file.outside.imports) if (alias) concerning.add(alias.name);
  const holds = ({ findings, freeNames }: Entry): boolean =>
    changes !== null &&
    isDisjoint(concerning, freeNames) &&
    !(changes.ofOutline && findings?.some(({ rule }) => rule.guesses));
  let forgot = false;
  for (const entry of file.entries) {
    if (entry.findings === null || holds(entry)) continue;
    entry.findings = null;
    forgot = true;
  }
  return forgot;
}

function isDisjoint(few: ReadonlySet<string>, names: ReadonlySet<string>): boolean {
  for (const name of few) if (names.has(name)) return false;
  return true;
}

// ---- the analysis as a value ----

/** One file in one version: entries move on with later versions, so what they say now is taken over. */
interface Snapshot {
  readonly tree: ast.FileTree;
  readonly names: readonly ItemNames[];
  readonly findings: readonly (readonly Finding[])[];
}

function snapshotOf({ tree, names, entries }: FileEntry, check: (entry: Entry) => Finding[]): Snapshot {
  const findings = entries.map((entry) => {
    entry.findings ??= check(entry);
    return entry.findings;
  });
  return { tree, names, findings };
}

/** The file that an item's names belong to. */
const fileOf = new WeakMap<ItemNames, string>();

function analysisOf(files: ReadonlyMap<string, FileEntry>, lists: Lists, registry: Registry, facts: Facts): Analysis {
  const trees = new Projection(files, ({ tree }) => tree);
  const snapshotIn = (file: string): Snapshot | null | undefined => files.get(file)?.snapshot;
  const indexes = new Map<string, ReadonlyMap<ItemNames, number>>();
  const locate = (names: ItemNames): { file: string; index: number; offset: number } => {
    const file = fileOf.get(names)!;
    const { tree, names: all } = snapshotIn(file)!;
    const known = indexes.get(file) ?? new Map(all.map((each, index) => [each, index]));
    indexes.set(file, known);
    const index = known.get(names)!;
    return { file, index, offset: tree.items[index]!.offset };
  };
  const itemOf = (names: ItemNames): Entry => {
    const { file, index } = locate(names);
    return files.get(file)!.entries[index]!;
  };
  const workspace = checkWorkspace(
    lists,
    { itemOf, itemAt: (file, index) => files.get(file)!.entries[index]! },
    registry,
    facts,
  );
  const workspaceFindings = new Map([...workspace].map(([item, findings]) => [item.names, findings]));
  const made = new Map<string, readonly Diagnostic[]>();

  const located = (at: Related["at"], names: ItemNames): Omit<RelatedPlace, "message"> | undefined => {
    if ("span" in at) {
      const { file, offset } = locate(at.in ?? names);
      return { file, span: { start: at.span.start + offset, end: at.span.end + offset } };
    }
    const meaning = registry.exportOf(at.file, at.name);
    if (meaning.kind !== "global") return undefined;
    const { offset } = trees.get(at.file)!.items[meaning.itemIndex]!;
    const { start, end } = meaning.export.identifier;
    return { file: at.file, span: { start: start + offset, end: end + offset } };
  };

  const diagnosticOf = ({ rule, problem }: Finding, names: ItemNames, file: string, offset: number): Diagnostic => {
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
    const snapshot = snapshotIn(file);
    const found: Diagnostic[] = [];
    snapshot?.names.forEach((names, index) => {
      const { offset } = snapshot.tree.items[index]!;
      for (const finding of snapshot.findings[index]!) found.push(diagnosticOf(finding, names, file, offset));
      if (workspaceFindings.size === 0) return;
      for (const finding of workspaceFindings.get(names) ?? []) found.push(diagnosticOf(finding, names, file, offset));
    });
    return found.sort(compareDiagnostics);
  };

  return {
    files: trees,
    registry,
    facts,
    names: (file, itemIndex) => {
      const names = snapshotIn(file)?.names[itemIndex];
      if (!names) throw new RangeError(`no item ${itemIndex} in ${file}`);
      return names;
    },
    namesIn: (file) => snapshotIn(file)?.names ?? [],
    locate,
    diagnostics: (file) => {
      const known = made.get(file) ?? diagnosticsOf(file);
      made.set(file, known);
      return known;
    },
  };
}
