// What stands at an offset of a file: the item, and the nodes around the offset from the outside in.
//
// Q1. A place between two tokens belongs to both: the cursor behind a name is on the name. Where two nodes meet, the one
//     that begins there wins over the one that ends there.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import type { ItemNames } from "../names/model.ts";
import { childrenOf, type Node } from "../walk.ts";

export interface Place {
  readonly file: string;
  readonly itemIndex: number;
  readonly item: ast.Item;
  readonly names: ItemNames;
  /** The offset in the item. */
  readonly at: number;
  /** The nodes around the offset, outermost first; none between two statements. */
  readonly nodes: readonly Node[];
}

/** What is at an offset of a file; null when the analysis has no such file or the file nothing at all. */
export function placeAt(analysis: Analysis, file: string, offset: number): Place | null {
  const tree = analysis.files.get(file);
  if (tree === undefined || tree.items.length === 0) return null;
  const itemIndex = itemIndexAt(tree, offset);
  const item = tree.items[itemIndex]!;
  const at = offset - item.offset;
  return { file, itemIndex, item, names: analysis.names(file, itemIndex), at, nodes: nodesAt(item.tree, at) };
}

/** The last item that starts at or before an offset. */
export function itemIndexAt(tree: ast.FileTree, offset: number): number {
  let low = 0;
  let high = tree.items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tree.items[middle]!.offset <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The nodes of an item around an offset in it, outermost first (Q1). */
export function nodesAt(tree: ast.ItemTree, at: number): Node[] {
  const found: Node[] = [];
  let level: readonly Node[] = tree.statements;
  for (;;) {
    const next = around(level, at);
    if (next === undefined) return found;
    found.push(next);
    const children: Node[] = [];
    childrenOf(next, children);
    level = children;
  }
}

function around(nodes: readonly Node[], at: number): Node | undefined {
  let ending: Node | undefined;
  for (const node of nodes) {
    if (node.start <= at && at < node.end) return node;
    if (node.end === at) ending = node;
  }
  return ending;
}
