// Who has to do with a name: an index over the items of a workspace. When an edit changes what a name means, those who are
// concerned are found without a walk over everything.

import type { LinkItem } from "./link.ts";
import type { Target } from "./summary.ts";

/** Items by name. */
type Index = Map<string, LinkItem[]>;

export class Mentions {
  /** Who uses a top-level name. */
  readonly #free: Index = new Map();
  /** Who calls methods of a name, or a function of a file as `alias.name`. */
  readonly #called: Index = new Map();
  /** Whose classes have methods of a name. */
  readonly #methods: Index = new Map();
  /** Who has a field or key of a name that may hold a function. */
  readonly #slots: Index = new Map();
  /** Whose top-level names stand for another: constants of it, and classes made of it. */
  readonly #standing: Index = new Map();
  readonly #writers = new Set<LinkItem>();

  constructor(items: Iterable<LinkItem>) {
    for (const item of items) this.add(item);
  }

  add(item: LinkItem): void {
    this.#each(item, (index, name) => {
      const known = index.get(name);
      if (known) known.push(item);
      else index.set(name, [item]);
    });
    if (item.summary.written.length > 0) this.#writers.add(item);
  }

  remove(item: LinkItem): void {
    this.#each(item, (index, name) => {
      const known = index.get(name)!;
      known.splice(known.indexOf(item), 1);
      if (known.length === 0) index.delete(name);
    });
    this.#writers.delete(item);
  }

  /** The items that have to do with a top-level name, also as `alias.name`, or with a member of one of the names. */
  ofAny(names: Iterable<string>, members: Iterable<string>): Set<LinkItem> {
    const found = new Set<LinkItem>();
    const take = (index: Index, name: string): void => {
      for (const item of index.get(name) ?? NOBODY) found.add(item);
    };
    for (const name of names) {
      take(this.#free, name);
      take(this.#called, name);
    }
    for (const name of members) take(this.#called, name);
    return found;
  }

  /** The items whose classes have methods of the name. */
  withMethod(name: string): readonly LinkItem[] {
    return this.#methods.get(name) ?? NOBODY;
  }

  /** Whether some field or key of the name may hold a function. */
  isSlot(name: string): boolean {
    return this.#slots.has(name);
  }

  /** The items that assign top-level names. */
  get writers(): Iterable<LinkItem> {
    return this.#writers;
  }

  /** Adds the names that stand for one of `names` or `members`: constants of it, and classes made of it. */
  closeOver(names: Set<string>, members: ReadonlySet<string>): void {
    const standsFor = (value: Target): boolean =>
      (value.kind === "free" && names.has(value.name)) ||
      (value.kind === "method" && (names.has(value.name) || members.has(value.name)));
    const pending = new Set([...names, ...members]);
    for (const name of pending) {
      for (const { summary } of this.#standing.get(name) ?? NOBODY) {
        const found: string[] = [];
        for (const [constant, value] of summary.values) if (standsFor(value)) found.push(constant);
        for (const { node } of summary.classes)
          if (node.kind === "Class" && node.superclass && names.has(node.superclass.name)) found.push(node.name.name);
        for (const each of found) {
          names.add(each);
          pending.add(each);
        }
      }
    }
  }

  /** Every name of an item with the index in which the item stands by it, once each. */
  #each({ summary }: LinkItem, visit: (index: Index, name: string) => void): void {
    const free = new Set<string>();
    const called = new Set<string>();
    const methods = new Set<string>();
    const standing = new Set<string>();
    for (const { unit, sites } of summary.units) {
      for (const { node } of unit.free) if ("name" in node) free.add(String(node.name));
      for (const local of unit.locals) if (local.pattern) free.add(local.name);
      for (const site of sites)
        if (site.kind === "call")
          for (const target of [site.target, ...site.args]) if (target.kind === "method") called.add(target.name);
    }
    for (const value of summary.values.values()) {
      if (value.kind === "method") called.add(value.name);
      if (value.kind === "method" || value.kind === "free") standing.add(value.name);
    }
    for (const { node, methods: all } of summary.classes) {
      for (const name of all.keys()) methods.add(name);
      if (node.kind === "Class" && node.superclass) standing.add(node.superclass.name);
    }
    for (const name of free) visit(this.#free, name);
    for (const name of called) visit(this.#called, name);
    for (const name of methods) visit(this.#methods, name);
    for (const name of summary.slots) visit(this.#slots, name);
    for (const name of standing) visit(this.#standing, name);
  }
}

const NOBODY: readonly LinkItem[] = [];
