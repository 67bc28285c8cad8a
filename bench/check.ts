// `walia check` of 5,000 generated lines, as a command: with an empty cache folder (cold), and again (warm).

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchFolder, type Measured, timesOf } from "./program.ts";

const LINES = { full: 5_000, quick: 1_000 };

export async function benchCheck(quick: boolean): Promise<Measured | null> {
  const command = join(benchFolder, "..", "bin", "walia.js");
  if (!existsSync(command)) {
    console.log("| check | skipped: bin/walia.js is not there | | | | | | |");
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), "walia-bench-"));
  try {
    const lines = LINES[quick ? "quick" : "full"];
    const file = join(folder, "generated.wal");
    writeFileSync(file, generate(lines));
    const cold: number[] = [];
    const warm: number[] = [];
    for (let round = 0; round < 3; round++) {
      const cache = join(folder, `cache${round}`);
      cold.push(timeCheck(command, file, cache));
      warm.push(timeCheck(command, file, cache));
    }
    const times = timesOf(cold);
    return {
      ...{ size: lines, isFull: !quick, walia: times, js: null, ratio: null, bytesPerOperation: 0 },
      nsPerOperation: (times.min * 1e6) / lines,
      bySize: { 0: times.min, 1: timesOf(warm).min },
      cost: `cold ${times.min.toFixed(0)} ms, warm ${timesOf(warm).min.toFixed(0)} ms`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timeCheck(command: string, file: string, cache: string): number {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--stack-size=3900", command, "check", file], {
    encoding: "utf8",
    env: { ...process.env, WALIA_CACHE: cache },
  });
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`walia check ended with ${status}: ${(stderr || stdout).slice(0, 500)}`);
  return ms;
}

/**
 * At least so many lines: functions, classes and handlers of ordinary size, no two alike. They are numbered from `first` on, and
 * call those before them, so that texts with numbers that follow one another make one program.
 */
export function generate(lines: number, first = 0): string {
  const out: string[] = [];
  for (let i = first; out.length < lines; i++)
    out.push(
      `/// Account number ${i}.`,
      `class Account${i} {`,
      "    var owner;",
      `    var balance = ${i};`,
      "    fun init(owner) { this.owner = owner; }",
      "    fun deposit(amount) {",
      `        if (amount <= 0) return perform "REFUSE" { why: "amount ${i}" };`,
      "        this.balance = this.balance + amount;",
      "        this.balance",
      "    }",
      "}",
      "",
      `fun statement_${i}(account, entries) {`,
      `    handle "REFUSE" { resume(effect.continuation, 0); }`,
      "    var total = 0;",
      "    for (entry in entries) {",
      "        total = total + match entry.kind {",
      '            "in" => account.deposit(entry.amount),',
      '            "out" if entry.amount < 100 => -entry.amount,',
      "            _ => 0,",
      "        };",
      "    }",
      `    [account.owner, total * ${i + 1}, entries.map(e => e.amount).sum() |> str()]`,
      "}",
      "",
      ...(i === 0 ? [] : [`fun report_${i}(entries) statement_${i - 1}(Account${i}("owner ${i}"), entries);`, ""]),
    );
  return `${out.join("\n")}\n`;
}
