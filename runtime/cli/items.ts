// The items that one run of the command parses or takes from the cache, file by file.

import type { Cache } from "../../cache/cache.ts";
import { readItems, writeItems } from "../../cache/items.ts";
import type { ItemTree } from "../../language/ast.ts";
import type { ItemCache } from "../../language/parse/parse.ts";

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
      const known = files.get(path) ?? new FileItems(readItems(cache, path));
      files.set(path, known);
      return known;
    },
    save: () => {
      for (const [path, items] of files) if (items.isChanged) writeItems(cache, path, items.used.values());
    },
  };
}

class FileItems implements ItemCache {
  readonly used = new Map<string, ItemTree>();
  isChanged = false;
  /** What an earlier run has kept. */
  readonly #stored: ReadonlyMap<string, ItemTree>;

  constructor(stored: ReadonlyMap<string, ItemTree>) {
    this.#stored = stored;
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
