// What the server needs of the place it runs in: Node (node-host.ts), a web worker whose client reads files for it
// (client-host.ts), or a test.

import type { ItemTree } from "../language/ast.ts";
import type { Tools } from "./tools.ts";

export interface Host {
  /** The text of a file as it is on disk; undefined when there is none that can be read as text. */
  read(uri: string): Promise<string | undefined>;
  /** The URIs of every .wal file below a folder, in a fixed order. */
  list(folderUri: string): Promise<readonly string[]>;
  /** The URI of the folder with the documentation, where there is one to open. */
  readonly docs: string | null;
  /** Parsed items of earlier sessions; they only save time. */
  readonly items: ItemStore;
  /** The URIs of the .wld files directly in these folders. */
  stores(folderUris: readonly string[]): Promise<readonly string[]>;
  /** What needs the runtime; null where there is none. */
  tools(): Promise<Tools | null>;
}

/** Trees of a file's items by the hash of their text, kept between sessions. */
export interface ItemStore {
  read(path: string): ReadonlyMap<string, ItemTree>;
  write(path: string, items: ReadonlyMap<string, ItemTree>): void;
}

export const noTools = async (): Promise<null> => null;
export const noStores = async (): Promise<readonly string[]> => [];

export const noItems: ItemStore = { read: () => new Map(), write: () => undefined };
