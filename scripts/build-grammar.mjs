// Compiles syntaxes/walia.ohm into a typed bundle next to it: walia.ohm-bundle.js and walia.ohm-bundle.d.ts.
// Run as `npm run build:grammar`; the bundle is not kept in git.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const ohm = join(root, "node_modules", ".bin", "ohm");
const { status } = spawnSync(ohm, ["generateBundles", "--withTypes", "--esm", "syntaxes/*.ohm"], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
