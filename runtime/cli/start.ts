// What bin/walia.js starts: the command (dist/walia.cjs), with the code that V8 made of it in an earlier run. That halves
// the time until the command's own first line. Started as a worker thread it is a shard of a program (dist/shard.cjs), in the
// same way. It is no module, as those two are none: to begin with one takes a thread a tenth longer.
//
// V8 takes such code for the text it belongs to if the lengths agree, so the key names the build, the first line of that
// text; and Node's version and options, on which the code depends too.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { isMainThread, Worker } from "node:worker_threads";
import { cacheFolder, noCache, openCache } from "../../cache/cache.ts";

/** V8's own, in KiB. */
const USUAL_STACK = 984;

/** Milliseconds in which a command that stays has compiled what it uses. */
const SETTLED = 2000;

/** Commands that use enough of the code; each uses parts of its own. */
const WORTH = new Set(["run", "check", "test", "shard"]);

// Node has its own modules compiled ahead, for V8 with its own options only: with another size of the stack each thread would compile
// them anew, twice as much work as all else that it begins with. By now this thread has the stack that it was started with, and
// others get theirs from Node, so V8 may forget about it.
if (isMainThread) setFlagsFromString(`--stack-size=${USUAL_STACK}`);

// A program runs on a thread of its own: that starts while the command is loaded, which takes it over (run.ts).
const firstThread =
  isMainThread && process.argv[2] === "run" ? new Worker(__filename, { trackUnmanagedFds: false }) : undefined;

const path = join(__dirname, isMainThread ? "walia.cjs" : "shard.cjs");
const source = readFileSync(path, "latin1");
const build = source.slice(0, source.indexOf("\n"));
const command = isMainThread ? (process.argv[2] ?? "") : "shard";
// What checking makes lives on: room for young objects that grows to its full size in one step saves copying them at each
// step, a tenth of the time of a cold check. Other commands would keep that room for as long as they run.
if (command === "check") setFlagsFromString("--semi-space-growth-factor=16");
const folder = WORTH.has(command) ? cacheFolder(process.env) : undefined;
const cache = folder === undefined ? noCache : openCache(folder, build);
const key = [command, process.version, process.arch, ...process.execArgv].join(" ");

const known = cache.readBytes("code", key);
const script = new Script(`(function (exports, require, module, __filename, __dirname, firstThread) {${source}\n})`, {
  filename: path,
  cachedData: known,
});
if (known === undefined || script.cachedDataRejected === true) {
  // At the end, when what the command uses has been compiled; and before, because a server is ended by a signal as a rule.
  const keep = (): void => cache.writeBytes("code", key, script.createCachedData());
  const settled = isMainThread ? setTimeout(keep, SETTLED).unref() : undefined;
  process.on("exit", () => {
    clearTimeout(settled);
    keep();
  });
}

const started = { exports: {} };
script.runInThisContext()(started.exports, createRequire(path), started, path, __dirname, firstThread);
