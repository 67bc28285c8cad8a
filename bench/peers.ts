// The same programs in Effekt, compiled to JavaScript: peers/NAME.effekt, where `--peers` asks for it and Effekt is installed.
// Nothing of Walia depends on it. Its compiler needs Java:
//
//   npm install --prefix /tmp/peers @effekt-lang/effekt
//   EFFEKT=/tmp/peers/node_modules/.bin/effekt npm run bench:engine -- --peers
//
// Each program is built with its size written into it and run up to three times in one process, right after ours.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchFolder, type Measured, timesOf } from "./program.ts";
import type { Row } from "./rows.ts";

const effekt = process.env.EFFEKT ?? "effekt";

/** Why it cannot be used; null when it can. */
export function whyNoPeers(): string | null {
  const { error, status, stderr } = spawnSync(effekt, ["--version"], { encoding: "utf8" });
  if (error === undefined && status === 0) return null;
  return `Effekt is left out: "${effekt}" does not run (${error?.message ?? stderr.trim()}); see bench/peers.ts.`;
}

/** A line of the table; null when the suite has no such program. */
export function peerLine(row: Row, measured: Measured, flags: readonly string[]): string | null {
  const source = join(benchFolder, "peers", `${row.name}.effekt`);
  if (!existsSync(source)) return null;
  const folder = mkdtempSync(join(tmpdir(), "walia-peers-"));
  try {
    const file = join(folder, `${row.name}.effekt`);
    writeFileSync(file, readFileSync(source, "utf8").replaceAll("SIZE", String(measured.size)));
    const built = spawnSync(effekt, ["--backend", "js", "--build", file], { cwd: folder, encoding: "utf8" });
    const program = join(folder, "out", `${row.name}.js`);
    if (!existsSync(program)) return cells("failed to build", firstLine(built.stdout + built.stderr));
    const ran = spawnSync(process.execPath, [...flags, "-e", RUNNER, program], { encoding: "utf8", timeout: 180_000 });
    const times = /^times (.*)$/m.exec(ran.stdout)?.[1]?.split(" ").map(Number);
    if (times === undefined) return cells("failed", firstLine(ran.stderr));
    const result = ran.stdout.split("\n")[0]!;
    if (row.result !== undefined && measured.isFull && result !== row.result)
      return cells("failed", `prints ${result}`);
    const { min } = timesOf(times);
    return cells((min / 1000).toFixed(min < 1000 ? 3 : 2), `${(min / measured.walia!.min).toFixed(2)} × Walia's time`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Three runs, or fewer when they take long. */
const RUNNER = `
const program = require(process.argv[1]);
const times = [];
const began = performance.now();
do {
  const start = performance.now();
  program.main();
  times.push(performance.now() - start);
} while (times.length < 3 && performance.now() - began < 10000);
console.log("times " + times.join(" "));
`;

const cells = (seconds: string, note: string): string => `| · Effekt | ${seconds} | | | ${note} | | | |`;

function firstLine(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.find((line) => /rror/.test(line)) ?? lines[0] ?? "").replaceAll("|", "/").slice(0, 120);
}
