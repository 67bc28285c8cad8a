// Parsed items between runs: for each file one entry of the cache, with the trees of its items.
// So a file that was edited is parsed again only where it was edited.

import type { ItemTree } from "../../language/ast.ts";
import type { ItemCache } from "../../language/parse/parse.ts";
import type { Cache } from "./cache.ts";

export interface ItemCaches {
  /** The items of one file. */
  of(path: string): ItemCache;
  /** Keeps what was parsed. */
  save(): void;
}

export function itemCaches(cache: Cache): ItemCaches {
  const files = new Map<string, FileItems>();
  return {
    of: (path) => {
      const known = files.get(path) ?? new FileItems(cache.read("items", path));
      files.set(path, known);
      return known;
    },
    save: () => {
      for (const [path, items] of files) if (items.isChanged) cache.write("items", path, [...items.used.values()]);
    },
  };
}

class FileItems implements ItemCache {
  readonly used = new Map<string, ItemTree>();
  isChanged = false;
  readonly #stored: ReadonlyMap<string, ItemTree>;

  /** `stored`: what an earlier run has kept, if anything. */
  constructor(stored: unknown) {
    this.#stored = new Map(Array.isArray(stored) ? (stored as ItemTree[]).map((tree) => [tree.text, tree]) : []);
  }

  get(text: string): ItemTree | undefined {
    const tree = this.used.get(text) ?? this.#stored.get(text);
    if (tree !== undefined) this.used.set(text, tree);
    return tree;
  }

  set(text: string, tree: ItemTree): void {
    this.isChanged = true;
    this.used.set(text, tree);
  }
}
