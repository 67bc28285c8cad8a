// Linking: which units a target of an item's summary means in the workspace. Numbers units, so that rows are arrays.
//
// L1. A method call means every method of that name in the workspace, and the built-in methods of that name. It is
//     certain when there is one such method and no built-in; it is also unknown when no method has the name, or when
//     some field or key of that name may hold a function.
//     A name with many methods gets one node of its own in the graph, a *dispatch*, that stands for all of them: else
//     every call would have an edge to every method. Its number follows those of the units.
// L2. The units of a new version of an item keep the numbers of the units that they came from; other new ones get new
//     numbers, and no number is given out twice. So most of what was linked still holds: `moveLinker` makes a linker that
//     shares the rest with the old one, and says whose links may mean something else. Older analyses keep their linkers.
// L3. A top-level function that is assigned anywhere is unknown, like a top-level `var`.

import type * as ast from "../ast.ts";
import { type Builtin, builtin, builtinMethods } from "../names/builtins.ts";
import type { ItemNames, Local, Meaning, Registry, Unit } from "../names/model.ts";
import { Mentions } from "./mentions.ts";
import { type ClassSummary, type ItemSummary, startsTask, type Target, type UnitSummary } from "./summary.ts";
import { type ReadTable, Table } from "./table.ts";

export interface LinkItem {
  readonly file: string;
  readonly names: ItemNames;
  readonly summary: ItemSummary;
}

/** The items of a workspace: all, by file, and those with handlers of the whole program. */
export interface LinkItems {
  readonly items: readonly LinkItem[];
  readonly byFile: ReadonlyMap<string, readonly LinkItem[]>;
  readonly withProgramHandlers: readonly LinkItem[];
}

/** What a call may do. */
export interface Link {
  /** Units (or a dispatch) that run as part of the call. */
  readonly calls: readonly number[];
  /** Units that the call starts as tasks. */
  readonly starts: readonly number[];
  readonly builtins: readonly Builtin[];
  readonly param: Local | null;
  readonly unknown: boolean;
  /** It is this and nothing else (L1). */
  readonly sure: boolean;
}

export interface LinkedUnit extends UnitSummary {
  readonly item: LinkItem;
}

export interface Linker {
  readonly items: readonly LinkItem[];
  readonly withProgramHandlers: readonly LinkItem[];
  /** By number. Nothing is at the number of a dispatch, and of a unit that is gone (L2). */
  readonly units: ReadTable<LinkedUnit>;
  /** The methods that a dispatch stands for; undefined for any other number. */
  methodsOf(id: number): readonly number[] | undefined;
  /** Numbers given out so far; linking may make more dispatches. */
  size(): number;
  idOf(unit: Unit): number;
  link(target: Target, item: LinkItem): Link;
  /** Whether code that uses a free name touches state that only one core may own. */
  isMutable(name: string, item: LinkItem): boolean;
  /** For `moveLinker`. */
  readonly tables: Tables;
}

/** Up to so many methods of a name are called directly. */
const FEW = 4;

const NOTHING: Link = { calls: [], starts: [], builtins: [], param: null, unknown: false, sure: true };
const UNKNOWN: Link = { ...NOTHING, unknown: true, sure: false };

/** What a linker goes by. A later version shares what is the same. */
interface Tables extends LinkItems {
  readonly units: Table<LinkedUnit>;
  /** Methods by name. */
  readonly methods: ReadonlyMap<string, readonly number[]>;
  readonly slots: ReadonlySet<string>;
  /** `file\nname` of every global that is assigned. */
  readonly written: ReadonlySet<string>;
  // What has been linked so far: free names and their mutability by file, and methods.
  readonly links: Map<string, Map<string, Link>>;
  readonly mutables: Map<string, Map<string, boolean>>;
  readonly methodLinks: Map<string, Link>;
  readonly shared: Shared;
}

/** What all versions have in common. But for the last two, nothing in it ever changes its meaning. */
interface Shared {
  /** The next number to give out. */
  next: number;
  readonly ids: WeakMap<Unit, number>;
  readonly dispatches: Map<number, readonly number[]>;
  readonly classes: WeakMap<object, { readonly item: LinkItem; readonly summary: ClassSummary }>;
  readonly unitLinks: Link[];
  /** The items of the newest version, which alone is moved on. */
  items: readonly LinkItem[];
  /** Of these; made when it is first needed. */
  mentions: Mentions | null;
}

export function createLinker(all: LinkItems, registry: Registry): Linker {
  const { items } = all;
  const shared: Shared = {
    next: 0,
    ids: new WeakMap(),
    dispatches: new Map(),
    classes: new WeakMap(),
    unitLinks: [],
    items,
    mentions: null,
  };
  const units = new Table<LinkedUnit>();
  for (const item of items) {
    for (const { unit } of item.summary.units) shared.ids.set(unit, shared.next++);
    place(item, units, shared);
  }
  const tables: Tables = {
    ...all,
    units,
    methods: methodsIn(items, shared),
    slots: slotsIn(items),
    written: writtenIn(items, registry),
    links: new Map(),
    mutables: new Map(),
    methodLinks: new Map(),
    shared,
  };
  return linkerOn(tables, registry);
}

/** Puts the units of an item, which have their numbers, where they belong. */
function place(item: LinkItem, units: Table<LinkedUnit>, { ids, classes }: Shared): void {
  for (const { unit, sites } of item.summary.units) units.set(ids.get(unit)!, { unit, sites, item });
  for (const summary of item.summary.classes) classes.set(summary.node, { item, summary });
}

/** Numbers of all methods. */
function methodsIn(items: readonly LinkItem[], { ids }: Shared): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { summary } of items)
    for (const { methods } of summary.classes)
      for (const [name, unit] of methods) memo(found, name, () => []).push(ids.get(unit)!);
  return found;
}

/** Numbers of the methods of some names, in the order in which they were given out. */
function methodsOf(names: Iterable<string>, mentions: Mentions, { ids }: Shared): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const name of names) {
    const all = mentions.withMethod(name).flatMap(({ summary }) =>
      summary.classes.flatMap(({ methods }) => {
        const unit = methods.get(name);
        return unit === undefined ? [] : [ids.get(unit)!];
      }),
    );
    if (all.length > 0)
      found.set(
        name,
        all.sort((a, b) => a - b),
      );
  }
  return found;
}

function slotsIn(items: readonly LinkItem[]): Set<string> {
  const slots = new Set<string>();
  for (const { summary } of items) for (const name of summary.slots) slots.add(name);
  return slots;
}

/** `slots` where at most `changed` names are others. */
function slotsAgain(slots: ReadonlySet<string>, changed: Iterable<string>, mentions: Mentions): ReadonlySet<string> {
  const now = new Set(slots);
  for (const name of changed)
    if (mentions.isSlot(name)) now.add(name);
    else now.delete(name);
  return now;
}

function writtenIn(items: Iterable<LinkItem>, registry: Registry): Set<string> {
  const written = new Set<string>();
  for (const { file, summary } of items) {
    for (const name of summary.written) {
      const meaning = registry.meaningOf(file, name);
      if (meaning.kind === "global") written.add(`${meaning.file}\n${name}`);
    }
  }
  return written;
}

// ---- the next version (L2) ----

export interface MovedLinker {
  readonly linker: Linker;
  /** Units whose links may mean something else than before, new units among them. */
  readonly changed: readonly number[];
  readonly gone: readonly number[];
}

/** When so many times as many numbers have been given out as there were units at first, numbering starts anew. */
const MOST_NUMBERS = 3;

/**
 * The linker for other items of the same files with the same imports. Null when it is better to start from nothing.
 */
export function moveLinker(old: Linker, all: LinkItems, registry: Registry): MovedLinker | null {
  const { items } = all;
  const { tables } = old;
  const { shared } = tables;
  if (shared.items !== tables.items || shared.next > MOST_NUMBERS * tables.units.length) return null;
  const { before, after } = difference(tables.items, items);
  const units = tables.units.copy();
  const gone: number[] = [];
  const names = new Set<string>();
  const members = new Set<string>();
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const was = before[i];
    const is = after[i];
    // Who uses an alias depends on whether anything in its file can change: too rare to be followed.
    if ((was?.summary.mutable.size ?? 0) > 0 !== (is?.summary.mutable.size ?? 0) > 0) return null;
    numberUnits(was, is, shared, gone);
    if (is) place(is, units, shared);
    const old = outlineOf(was, shared);
    const now = outlineOf(is, shared);
    noteDifferences(old.names, now.names, names);
    noteDifferences(old.members, now.members, members);
  }
  for (const id of gone) units.set(id, undefined);

  for (const item of before) shared.mentions?.remove(item);
  for (const item of after) shared.mentions?.add(item);
  shared.items = items;
  const others = { ...all, units, shared };
  if (names.size + members.size === 0)
    return { linker: linkerOn({ ...tables, ...others }, registry), changed: unitsIn(after, shared), gone };

  shared.mentions ??= new Mentions(items);
  const { mentions } = shared;
  mentions.closeOver(names, members);
  const affected = mentions.ofAny(names, members);
  for (const item of after) affected.add(item);
  const isSame = names.size === 0;
  const linker = linkerOn(
    {
      ...others,
      methods: without(tables.methods, members, methodsOf(members, mentions, shared)),
      slots: slotsAgain(tables.slots, members, mentions),
      written: isSame ? tables.written : writtenIn(mentions.writers, registry),
      links: isSame ? tables.links : new Map(),
      mutables: isSame ? tables.mutables : new Map(),
      methodLinks: without(tables.methodLinks, members, new Map()),
    },
    registry,
  );
  return { linker, changed: unitsIn(affected, shared), gone };
}

const unitsIn = (items: Iterable<LinkItem>, { ids }: Shared): number[] => {
  const found: number[] = [];
  for (const { summary } of items) for (const { unit } of summary.units) found.push(ids.get(unit)!);
  return found;
};

/** The items that only one of two versions has, in order. */
export function difference<T>(old: readonly T[], now: readonly T[]): { readonly before: T[]; readonly after: T[] } {
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const before = old.slice(start, old.length - end);
  const after = now.slice(start, now.length - end);
  const stays = new Set(before);
  const common = new Set(after.filter((item) => stays.has(item)));
  return { before: before.filter((item) => !common.has(item)), after: after.filter((item) => !common.has(item)) };
}

/** Numbers the units of a new version of an item: of the same kind and name in the same parent means the same (L2). */
function numberUnits(was: LinkItem | undefined, is: LinkItem | undefined, shared: Shared, gone: number[]): void {
  const { ids } = shared;
  const key = ({ parent, kind, name }: Unit, task: boolean): string =>
    `${parent ? ids.get(parent) : ""} ${kind} ${task} ${name ?? ""}`;
  const spare = new Map<string, number[]>();
  for (const { unit } of was?.summary.units ?? [])
    memo(spare, key(unit, startsTask(unit)), () => []).push(ids.get(unit)!);
  for (const { unit } of is?.summary.units ?? [])
    ids.set(unit, spare.get(key(unit, startsTask(unit)))?.shift() ?? shared.next++);
  for (const left of spare.values()) gone.push(...left);
}

/** What links of other items may depend on, by top-level name and by member: while a line is the same, they hold. */
interface Outline {
  readonly names: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, string>;
}

function outlineOf(item: LinkItem | undefined, { ids }: Shared): Outline {
  const names = new Map<string, string>();
  const members = new Map<string, string>();
  const note = (lines: Map<string, string>, name: string, what: string): void =>
    void lines.set(name, `${lines.get(name) ?? ""}${what};`);
  const value = (target: Target): string => {
    if (target.kind === "unit") return `u${ids.get(target.unit)}`;
    if (target.kind === "class") return `c${target.node.name.name}`;
    if (target.kind === "free") return `f${target.name}`;
    if (target.kind === "method") return `m${target.object ?? ""}.${target.name}`;
    return target.kind;
  };
  if (item === undefined) return { names, members };
  const { values, classes, slots, mutable, written } = item.summary;
  for (const [name, target] of values) note(names, name, value(target));
  for (const name of mutable) note(names, name, "mutable");
  for (const name of written) note(names, name, "written");
  for (const { node, fields, methods } of classes) {
    const above = node.kind === "Class" ? [node.superclass, ...node.traits].map((name) => name?.name).join() : "";
    const units = [...fields, methods.get("init")].map((unit) => unit && ids.get(unit));
    note(names, node.name.name, `<${above} ${units.join()}`);
    for (const [name, unit] of methods) note(members, name, `u${ids.get(unit)}`);
  }
  for (const name of slots) note(members, name, "slot");
  return { names, members };
}

function noteDifferences(
  old: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  different: Set<string>,
): void {
  for (const [name, line] of old) if (now.get(name) !== line) different.add(name);
  for (const name of now.keys()) if (!old.has(name)) different.add(name);
}

/** A map in which `names` have other values, or none. */
function without<V>(
  old: ReadonlyMap<string, V>,
  names: ReadonlySet<string>,
  now: ReadonlyMap<string, V>,
): Map<string, V> {
  const made = new Map(old);
  for (const name of names) made.delete(name);
  for (const [name, value] of now) made.set(name, value);
  return made;
}

// ---- linking ----

function linkerOn(tables: Tables, registry: Registry): Linker {
  const { items, withProgramHandlers, units, byFile, methods, slots, written, links, mutables, methodLinks, shared } =
    tables;
  const { ids, classes, unitLinks, dispatches } = shared;
  const linksIn = (file: string): Map<string, Link> => memo(links, file, () => new Map());
  const idOf = (unit: Unit): number => ids.get(unit)!;

  function ofUnit(unit: Unit): Link {
    const id = idOf(unit);
    unitLinks[id] ??= startsTask(unit) ? { ...NOTHING, starts: [id] } : { ...NOTHING, calls: [id] };
    return unitLinks[id];
  }

  function link(target: Target, item: LinkItem): Link {
    switch (target.kind) {
      case "unit":
        return ofUnit(target.unit);
      case "class":
        return construct(target.node);
      case "param":
        return { ...UNKNOWN, unknown: false, param: target.local };
      case "plain":
        return NOTHING;
      case "free":
        return memo(linksIn(item.file), target.name, () => ofFree(target.name, item));
      case "method": {
        const module = target.object === null ? undefined : registry.meaningOf(item.file, target.object);
        if (module?.kind === "module") return ofMeaning(registry.exportOf(module.file, target.name), target.name);
        return memo(methodLinks, target.name, () => ofMethod(target.name));
      }
      default:
        return UNKNOWN;
    }
  }

  function ofFree(name: string, item: LinkItem): Link {
    return ofMeaning(registry.meaningOf(item.file, name), name);
  }

  function ofMeaning(first: Meaning, firstName: string): Link {
    let meaning = first;
    let name = firstName;
    // A constant may stand for a constant of another file; a circle of them stands for nothing.
    for (let steps = 0; steps < 50; steps++) {
      if (meaning.kind === "module") return NOTHING;
      if (meaning.kind === "builtin") {
        const found = builtin(name);
        return found ? { ...NOTHING, builtins: [found] } : UNKNOWN;
      }
      if (meaning.kind !== "global" || written.has(`${meaning.file}\n${name}`)) return UNKNOWN;
      const item = byFile.get(meaning.file)?.[meaning.itemIndex];
      const value = item?.summary.values.get(name);
      if (!item || !value) return UNKNOWN;
      if (value.kind !== "free") return link(value, item);
      name = value.name;
      meaning = registry.meaningOf(item.file, name);
    }
    return UNKNOWN;
  }

  function ofMethod(name: string): Link {
    const known = methods.get(name) ?? [];
    const builtins = builtinMethods(name);
    let calls = known.filter((id) => !startsTask(units.at(id)!.unit));
    if (calls.length > FEW) {
      const id = shared.next++;
      dispatches.set(id, calls);
      calls = [id];
    }
    return {
      calls,
      starts: known.filter((id) => startsTask(units.at(id)!.unit)),
      builtins,
      param: null,
      unknown: slots.has(name) || known.length + builtins.length === 0,
      sure: known.length === 1 && builtins.length === 0 && !slots.has(name),
    };
  }

  /** `A(…)`: the initialisers of the fields, inherited ones too, and the nearest `init`. */
  function construct(node: ast.ClassDeclaration): Link {
    const calls: number[] = [];
    const seen = new Set<object>();
    let init: Unit | undefined;
    let unknown = false;
    for (let at: ast.ClassDeclaration | null = node; at !== null && !seen.has(at); ) {
      seen.add(at);
      const known = classes.get(at);
      if (!known) return UNKNOWN;
      calls.push(...known.summary.fields.map(idOf));
      init ??= known.summary.methods.get("init");
      if (at.traits.length > 0 && !init) unknown = true;
      if (!at.superclass) break;
      const superclass = superclassOf(at.superclass, known.item);
      if (!superclass) unknown = true;
      at = superclass;
    }
    return { ...NOTHING, calls: init ? [...calls, idOf(init)] : calls, unknown, sure: !unknown };
  }

  function superclassOf(name: ast.Identifier, item: LinkItem): ast.ClassDeclaration | null {
    const binding = item.names.bindingOf(name);
    if (binding?.kind === "local") return binding.node?.kind === "Class" ? binding.node : null;
    const meaning = registry.meaningOf(item.file, name.name);
    return meaning.kind === "global" && meaning.export.node.kind === "Class" ? meaning.export.node : null;
  }

  function isMutable(name: string, item: LinkItem): boolean {
    return memo(
      memo(mutables, item.file, () => new Map<string, boolean>()),
      name,
      () => {
        const meaning = registry.meaningOf(item.file, name);
        if (meaning.kind === "module")
          return byFile.get(meaning.file)?.some((each) => each.summary.mutable.size > 0) ?? true;
        if (meaning.kind !== "global") return meaning.kind === "ambiguous";
        const owner = byFile.get(meaning.file)?.[meaning.itemIndex];
        return owner?.summary.mutable.has(name) === true || written.has(`${meaning.file}\n${name}`);
      },
    );
  }

  return {
    tables,
    items,
    withProgramHandlers,
    units,
    methodsOf: (id) => dispatches.get(id),
    size: () => shared.next,
    idOf,
    link,
    isMutable,
  };
}

function memo<K, V>(cache: Map<K, V>, key: K, make: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
