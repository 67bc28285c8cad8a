// The server's host under Node: the file system of this machine.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, noCache, openCache } from "../cache/cache.ts";
import { readItems, writeItems } from "../cache/items.ts";
import type { Host } from "./host.ts";
import { pathOf, uriOf } from "./paths.ts";
import type { Tools } from "./tools.ts";

/**
 * `docs`: the folder with the documentation. `build`: what kept items must have been parsed by. `toolsModule`: the URL of the
 * module whose `tools` need the runtime.
 */
export function nodeHost(docs: string, build: string, toolsModule: string): Host {
  const folder = cacheFolder(process.env);
  const cache = folder === undefined ? noCache : openCache(folder, build);
  return {
    read,
    list,
    docs: uriOf(docs.replaceAll("\\", "/")),
    items: {
      read: (path) => readItems(cache, path),
      write: (path, items) => writeItems(cache, path, items.values()),
    },
    stores,
    tools: async () => ((await import(toolsModule)) as { readonly tools: Tools }).tools,
  };
}

/** A file larger than this is no program (the command's limit too). */
const MAX_BYTES = 64 * 1024 * 1024;

async function read(uri: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(pathOf(uri));
    if (bytes.length > MAX_BYTES || bytes.includes(0)) return undefined;
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function list(folderUri: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [pathOf(folderUri)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name).replaceAll("\\", "/");
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && entry.name !== "node_modules") folders.push(path);
      } else if (entry.name.endsWith(".wal")) found.push(path);
    }
  }
  return found.sort((a, b) => (a < b ? -1 : 1)).map(uriOf);
}

async function stores(folderUris: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folderUris.map(pathOf))
    for (const name of await readdir(folder).catch(() => [] as string[]))
      if (name.endsWith(".wld")) found.push(join(folder, name).replaceAll("\\", "/"));
  return found.map(uriOf);
}
