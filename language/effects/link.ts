// Linking: which units a target of an item's summary means in the workspace. Numbers units, so that rows are arrays.
//
// L1. A method call means every method of that name in the workspace, and the built-in methods of that name. It is
//     certain when there is one such method and no built-in; it is also unknown when no method has the name, or when
//     some field or key of that name may hold a function.
//     A name with many methods gets one node of its own in the graph, a *dispatch*, that stands for all of them: else
//     every call would have an edge to every method. Its number follows those of the units.
// L2. An item may be replaced by a version of the same shape (summary.ts, S3): its units keep their numbers, and what names
//     link to stays the same. That makes a new linker which shares its tables with the old one; older analyses keep theirs.
// L3. A top-level function that is assigned anywhere is unknown, like a top-level `var`.

import type * as ast from "../ast.ts";
import { type Builtin, builtin, builtinMethods } from "../names/builtins.ts";
import type { ItemNames, Local, Meaning, Registry, Unit } from "../names/model.ts";
import { type ClassSummary, type ItemSummary, startsTask, type Target, type UnitSummary } from "./summary.ts";

export interface LinkItem {
  readonly file: string;
  readonly names: ItemNames;
  readonly summary: ItemSummary;
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
  readonly units: readonly LinkedUnit[];
  /** For each dispatch, the methods it stands for; it is node `units.length + index`. */
  readonly dispatches: readonly (readonly number[])[];
  idOf(unit: Unit): number;
  /** Number of the first unit of an item. */
  firstUnit(index: number): number;
  /** The linker of a workspace in which one item is another version of the same shape (L2). */
  replaced(index: number, item: LinkItem): Linker;
  link(target: Target, item: LinkItem): Link;
  /** Whether code that uses a free name touches state that only one core may own. */
  isMutable(name: string, item: LinkItem): boolean;
}

/** Up to so many methods of a name are called directly. */
const FEW = 4;

const NOTHING: Link = { calls: [], starts: [], builtins: [], param: null, unknown: false, sure: true };
const UNKNOWN: Link = { ...NOTHING, unknown: true, sure: false };

/** What one version of the workspace is made of; everything else of a linker holds for all versions of one shape (L2). */
interface Version {
  readonly items: readonly LinkItem[];
  readonly units: readonly LinkedUnit[];
  readonly byFile: ReadonlyMap<string, readonly LinkItem[]>;
}

export function createLinker(items: readonly LinkItem[], registry: Registry): Linker {
  /** Number of the first unit of each item. */
  const first: number[] = [];
  const dispatches: number[][] = [];
  const params = new WeakMap<Local, Link>();
  const unitLinks: Link[] = [];
  const ids = new WeakMap<Unit, number>();
  const methods = new Map<string, number[]>();
  const slots = new Set<string>();
  const written = new Set<string>();
  const classes = new WeakMap<object, { readonly item: LinkItem; readonly summary: ClassSummary }>();
  const links = new Map<string, Map<string, Link>>();
  const linksIn = (file: string): Map<string, Link> => memo(links, file, () => new Map());
  const methodLinks = new Map<string, Link>();
  const mutables = new Map<string, Map<string, boolean>>();

  function place(item: LinkItem, from: number, units: LinkedUnit[]): void {
    item.summary.units.forEach(({ unit, sites }, index) => {
      ids.set(unit, from + index);
      units[from + index] = { unit, sites, item };
    });
    for (const summary of item.summary.classes) classes.set(summary.node, { item, summary });
  }

  const allUnits: LinkedUnit[] = [];
  const itemsByFile = new Map<string, LinkItem[]>();
  for (const item of items) {
    memo(itemsByFile, item.file, () => []).push(item);
    first.push(allUnits.length);
    place(item, allUnits.length, allUnits);
    for (const { methods: declared } of item.summary.classes) {
      for (const [name, unit] of declared) memo(methods, name, () => []).push(ids.get(unit)!);
    }
    for (const name of item.summary.slots) slots.add(name);
  }
  for (const item of items) {
    for (const name of item.summary.written) {
      const meaning = registry.meaningOf(item.file, name);
      if (meaning.kind === "global") written.add(`${meaning.file}\n${name}`);
    }
  }

  const idOf = (unit: Unit): number => ids.get(unit)!;
  return linkerOn({ items, units: allUnits, byFile: itemsByFile });

  function linkerOn(version: Version): Linker {
    const { units, byFile } = version;

    function replaced(index: number, item: LinkItem): Linker {
      const newUnits = [...units];
      place(item, first[index]!, newUnits);
      const inFile = byFile.get(item.file)!.map((each) => (each === version.items[index] ? item : each));
      return linkerOn({
        items: version.items.with(index, item),
        units: newUnits,
        byFile: new Map([...byFile, [item.file, inFile]]),
      });
    }

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
          return memo(params, target.local, () => ({ ...UNKNOWN, unknown: false, param: target.local }));
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
      let calls = known.filter((id) => !startsTask(units[id]!.unit));
      if (calls.length > FEW) calls = [units.length + dispatches.push(calls) - 1];
      return {
        calls,
        starts: known.filter((id) => startsTask(units[id]!.unit)),
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

    const firstUnit = (index: number): number => first[index]!;
    return { items: version.items, units, dispatches, idOf, firstUnit, replaced, link, isMutable };
  }
}

/** A Map or a WeakMap. */
interface Cache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

function memo<K, V>(cache: Cache<K, V>, key: K, make: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
