// `npm run test:vscode`: installs what is missing, packs the extension, and runs the tests in a real VS Code. Names of test
// files and options of vitest may follow: npm run test:vscode -- -t hover

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { tools } from "./tools.mjs";

const root = join(import.meta.dirname, "../..");

try {
  tools();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exit(1);
}
const steps = [
  [join(root, "scripts/package.mjs")],
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--config",
    join(import.meta.dirname, "vitest.config.mjs"),
    ...process.argv.slice(2),
  ],
];
for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
