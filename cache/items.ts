// Parsed items between runs: for each file one entry of the cache, with the trees of its items. So a file that was edited is
// parsed again only where it was edited. For the command and the language server.

import type { ItemTree } from "../language/ast.ts";
import type { Cache } from "./cache.ts";

/** Trees by their text; empty when nothing was kept. */
export function readItems(cache: Cache, path: string): ReadonlyMap<string, ItemTree> {
  const stored = cache.read("items", path);
  return new Map(Array.isArray(stored) ? (stored as ItemTree[]).map((tree) => [tree.text, tree]) : []);
}

export function writeItems(cache: Cache, path: string, trees: Iterable<ItemTree>): void {
  cache.write("items", path, [...trees]);
}
