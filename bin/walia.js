#!/usr/bin/env -S node --stack-size=3900
// The `walia` command: starts what scripts/build.mjs has built. The larger stack makes deep recursion quicker; the engine
// reads its size (runtime/engine/stack.ts) and clears the stack before it is full. It is no module (package.json beside it):
// to begin with one takes Node longer.

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const OLDEST = 20;

const built = join(__dirname, "../dist/start.cjs");
if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  console.error(`walia: needs Node ${OLDEST} or later; this is Node ${process.versions.node}`);
  process.exitCode = 70;
} else if (!existsSync(built)) {
  console.error("walia: it has not been built yet; in its folder, run: npm run build");
  process.exitCode = 70;
} else require(built);
