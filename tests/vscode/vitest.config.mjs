// The tests in a real VS Code, one after another: `npm run test:vscode` (run.mjs) starts them.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/vscode/**/*.e2e.mjs"],
    fileParallelism: false,
    // Windows take seconds to open, more on a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
