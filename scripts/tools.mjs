// Tools that are too large for everybody's `npm ci`: installed once, outside the clone, for as long as their lock file stays.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";

/**
 * Installs what the package.json and package-lock.json in a folder say; gives the folder that has node_modules. `finish`
 * does what is left to do there. What fails half-way is never taken for an installation.
 */
export function installed(source, finish = () => {}) {
  const lock = readFileSync(join(source, "package-lock.json"));
  const key = createHash("sha256").update(lock).update(process.version).digest("hex").slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const place = join(cache, `walia-${basename(source)}`, key);
  if (existsSync(place)) return place;

  const making = `${place}.${process.pid}`;
  console.log(`Installing the tools of ${basename(source)} into ${place}, once`);
  try {
    mkdirSync(making, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(source, file), join(making, file));
    run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: making });
    finish(making);
    renameSync(making, place);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return place;
}

/** Runs a command to its end; throws with what it said when it fails. */
export function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
    ...options,
  });
  if (error !== undefined) throw new Error(`cannot start ${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}
