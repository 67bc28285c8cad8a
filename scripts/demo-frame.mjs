// What the demos have in common: a folder that is gone afterwards, processes that end with the demo, words, and an exit code.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** Of this demo. */
export const folder = mkdtempSync(join(tmpdir(), "walia-demo-"));
/** Processes that have been started and not stopped. */
export const children = new Set();

/** Shows the demo, and ends the process: with 0 when all went well, in no more than so many seconds. */
export async function present(show, seconds) {
  const deadline = setTimeout(() => fail(`it took longer than ${seconds} seconds`), seconds * 1000);
  try {
    await show();
  } catch (error) {
    fail(error.message);
  }
  clearTimeout(deadline);
  end();
}

function fail(message) {
  console.error(`\nThe demo failed: ${message}`);
  process.exitCode = 1;
  end();
}

function end() {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  // Connections of fetch may be kept alive for a while.
  process.exit();
}

export function say(text) {
  console.log(text);
}

export function title(text) {
  say(`\n${text}\n${"-".repeat(text.length)}`);
}

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
