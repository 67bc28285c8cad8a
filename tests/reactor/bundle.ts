// A module of the tests with all that it imports, as one file that a process or a thread of its own can run.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

export interface Bundle {
  readonly path: string;
  remove(): void;
}

/** Bundles `name` of this folder. Native packages stay where they are, so the bundle lies where they are found. */
export async function bundle(name: string): Promise<Bundle> {
  const place = join(import.meta.dirname, "../../node_modules/.cache");
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, "walia-tests-"));
  const path = join(folder, name.replace(/\.ts$/, ".mjs"));
  await build({
    entryPoints: [join(import.meta.dirname, name)],
    bundle: true,
    platform: "node",
    format: "esm",
    loader: { ".wal": "text" },
    external: ["koffi"],
    logLevel: "error",
    outfile: path,
  });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
