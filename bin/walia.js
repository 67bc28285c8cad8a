#!/usr/bin/env -S node --stack-size=3900
// The `walia` command: starts what scripts/build.mjs has built. The larger stack makes deep recursion quicker; the engine
// reads its size (runtime/engine/stack.ts) and clears the stack before it is full.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const OLDEST = 20;

const built = new URL("../dist/start.cjs", import.meta.url);
if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  console.error(`walia: needs Node ${OLDEST} or later; this is Node ${process.versions.node}`);
  process.exitCode = 70;
} else if (!existsSync(fileURLToPath(built))) {
  console.error("walia: it has not been built yet; in its folder, run: npm run build");
  process.exitCode = 70;
} else await import(built.href);
