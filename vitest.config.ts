// Tests run in child processes with the same stack as the `walia` command (bin/walia.js), and read Walia sources as text,
// as the bundle does.

import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "walia-text",
      load: (id) => (id.endsWith(".wal") ? `export default ${JSON.stringify(readFileSync(id, "utf8"))}` : undefined),
    },
  ],
  test: {
    include: ["tests/**/*.test.ts"],
    pool: "forks",
    execArgv: ["--stack-size=3900"],
    // Some tests start several processes, and a machine may be busy.
    testTimeout: 240_000,
  },
});
