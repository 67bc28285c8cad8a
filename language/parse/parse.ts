// Text to tree. `parseItem` reads one item, `parseFile` a file item by item, keeping the trees of items whose text is
// known (ItemCache). Nothing here throws on a program, and nothing takes longer than the size of its text allows:
//
// P1. Brackets nested deeper than MAX_NESTING are refused before Ohm, which recurses, sees them. Chains without
//     brackets that exhaust the stack all the same end in the same message.
// P2. An item longer than MAX_ITEM is refused: Ohm keeps some hundred bytes for every character it reads.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import grammar from "../../syntaxes/walia.ohm-bundle.js";
import type * as ast from "../ast.ts";
import { build } from "./build.ts";
import { splitItems } from "./items.ts";
import { type Scan, scan } from "./scan.ts";

/** Trees of items by the hash of their text. Another process may have written them. */
export interface ItemCache {
  get(hash: string): ast.ItemTree | undefined;
  set(hash: string, tree: ast.ItemTree): void;
}

export const MAX_NESTING = 100;
export const MAX_ITEM = 500_000;

/** A cache that lives as long as the process. */
export function memoryCache(): ItemCache {
  return new Map<string, ast.ItemTree>();
}

/** SHA-256 of a text, the first 32 hexadecimal digits. */
export function hashOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}

/** The tree of a file. Items whose text is in `cache` are not parsed again. */
export function parseFile(path: string, text: string, cache: ItemCache = memoryCache()): ast.FileTree {
  const items: ast.Item[] = [];
  for (const { offset, text: itemText } of splitItems(text)) items.push({ offset, tree: cachedItem(itemText, cache) });
  return { path, text, items };
}

function cachedItem(text: string, cache: ItemCache): ast.ItemTree {
  const hash = hashOf(text);
  const known = cache.get(hash);
  if (known?.text === text) return known;
  const tree = parseItem(text);
  cache.set(hash, tree);
  return tree;
}

/** The tree of one item, whatever its text is. */
export function parseItem(text: string): ast.ItemTree {
  const source = scan(text);
  const errors: ast.SyntaxError[] = [];
  return { text, hash: hashOf(text), statements: parseStatements(source, errors), errors, comments: source.comments };
}

function parseStatements(source: Scan, errors: ast.SyntaxError[]): readonly ast.Statement[] {
  const { text, tokens } = source;
  const whole: ast.Statement[] = [{ kind: "Error", start: tokens[0]?.start ?? 0, end: tokens.at(-1)?.end ?? 0 }];
  if (tokens.length === 0) return [];
  if (text.length > MAX_ITEM) {
    errors.push({ ...tokens[0]!, message: `too long: more than ${MAX_ITEM} characters in one declaration` });
    return whole;
  }
  const deep = tooDeep(source);
  if (deep !== null) {
    errors.push(deep);
    return whole;
  }
  try {
    const match = grammar.match(text);
    if (!match.failed()) return build(match, source, errors);
    const start = match.getRightmostFailurePosition();
    errors.push({ start, end: Math.max(start, text.length), message: "this is not Walia" });
    return whole;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    errors.push({ ...tokens[0]!, message: NESTED_TOO_DEEPLY });
    return whole;
  }
}

const NESTED_TOO_DEEPLY = `nested too deeply: more than ${MAX_NESTING} levels`;

function tooDeep(source: Scan): ast.SyntaxError | null {
  let depth = 0;
  for (const { kind, start, end } of source.tokens) {
    if (kind === "open" && ++depth > MAX_NESTING) return { start, end, message: NESTED_TOO_DEEPLY };
    if (kind === "close") depth = Math.max(0, depth - 1);
  }
  return null;
}
