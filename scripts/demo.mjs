// `npm run demo`: the main job of Walia, shown for real. It starts the multi-sensor monitor on two named pipes and feeds it,
// then an HTTP server and fetches from it, and says what happened. It ends by itself, with exit code 0 when everything
// happened as it should.

import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { children, folder, freePort, present, root, say, title } from "./demo-frame.mjs";

await present(async () => {
  await showMonitor();
  await showServer();
  say("\nEverything happened as it should. The programs are examples/sensor_monitor.wal and examples/http_hello.wal.");
}, 30);

// ---- 1. The monitor ----

async function showMonitor() {
  title("1. A program that sleeps until its hardware has something to say");
  if (process.platform === "win32") {
    say("(Named pipes of this kind do not exist on Windows; this part is left out.)");
    return;
  }
  for (const pipe of ["power", "thermal"]) run("mkfifo", [join(folder, pipe)]);
  const program = join(folder, "sensor_monitor.wal");
  copyFileSync(join(root, "examples/sensor_monitor.wal"), program);
  const config = { ports: { "0x80": "fifo:power", "0x81": "fifo:thermal" } };
  writeFileSync(join(folder, "walia.json"), JSON.stringify(config));
  say(
    readFileSync(program, "utf8")
      .replace(/^\/\/.*\n/gm, "")
      .trim()
      .replace(/^/gm, "    "),
  );
  say(`\nwalia.json says what the two ports are on this machine, here two named pipes:\n    ${JSON.stringify(config)}`);

  const monitor = start([program]);
  await monitor.prints("Watching ports 0x80 and 0x81");
  say("\n$ walia run sensor_monitor.wal");
  say("It has watched both ports since its third line, and now waits.\n");
  await feed("power", "battery low\n");
  await monitor.prints("Power Status Changed!");
  say("$ echo battery low > power       it prints: Power Status Changed!");

  const before = cpuTime(monitor.process.pid);
  await wait(3000);
  const used = cpuTime(monitor.process.pid) - before;
  say(`  … three seconds without an event: the program used ${used.toFixed(1)} ms of CPU time`);
  // Some nothing is left for the machine's own bookkeeping.
  if (used > 30) throw new Error(`an idle monitor used ${used} ms of CPU time`);

  await feed("thermal", "91 degrees\n");
  await monitor.prints("Temperature Warning!");
  say("$ echo 91 degrees > thermal      it prints: Temperature Warning!");
  await monitor.stop();
}

/** Writes to a named pipe. It can only be opened while somebody reads it, which is what the monitor does. */
async function feed(pipe, text) {
  const file = await open(join(folder, pipe), "w");
  await file.write(text);
  await file.close();
}

/** CPU time that a process has used so far, in milliseconds. */
function cpuTime(pid) {
  const tasks = `/proc/${pid}/task`;
  if (existsSync(`${tasks}/${pid}/schedstat`)) {
    const nanoseconds = (thread) => Number(readFileSync(join(tasks, thread, "schedstat"), "utf8").split(" ")[0]);
    return readdirSync(tasks).reduce((sum, thread) => sum + nanoseconds(thread), 0) / 1e6;
  }
  const time = run("ps", ["-o", "time=", "-p", String(pid)]).trim();
  return time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

// ---- 2. The server ----

async function showServer() {
  title("2. A server whose every connection is a suspended function");
  const port = await freePort();
  const server = start([join(root, "examples/http_hello.wal"), String(port)]);
  await server.prints(`Listening on http://127.0.0.1:${port}/`);
  const url = `http://127.0.0.1:${port}/`;
  say(`$ walia run examples/http_hello.wal ${port}\n`);

  const answer = await fetch(url);
  const text = await answer.text();
  if (answer.status !== 200 || text !== "Hello from Walia!\n")
    throw new Error(`${url} answered ${answer.status}: ${text}`);
  say(`Node's fetch gets ${url}: ${answer.status} ${JSON.stringify(text)}`);
  const missing = await fetch(`${url}nothing-here`);
  if (missing.status !== 404) throw new Error(`a page that is not there answered ${missing.status}`);
  await missing.text();
  say(`and a page that does not exist: ${missing.status}`);

  if (spawnSync("curl", ["--version"]).status === 0) {
    const shown = run("curl", ["-sSi", "--max-time", "10", url]);
    if (!shown.startsWith("HTTP/1.1 200 OK\r\n")) throw new Error(`curl got: ${shown}`);
    say(`\n$ curl -i ${url}\n${shown.trim().replaceAll("\r", "").replace(/^/gm, "    ")}`);
  }

  const many = 1000;
  const begun = performance.now();
  const pages = await Promise.all(Array.from({ length: many }, async () => (await fetch(url)).text()));
  if (pages.some((page) => page !== text)) throw new Error("one of many requests got another answer");
  say(`\n${many} requests at once: all answered, in ${Math.round(performance.now() - begun)} ms`);
  await server.stop();
}

// ---- Running programs ----

/** Starts a Walia program with its arguments. */
function start(args) {
  const child = spawn(process.execPath, ["--stack-size=3900", join(root, "bin/walia.js"), "run", "--no-wld", ...args]);
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const ended = new Promise((resolve) => child.once("close", resolve)).then(() => children.delete(child));
  return {
    process: child,
    /** The next line it prints is this one. */
    async prints(expected) {
      const { value: line, done } = await lines.next();
      if (done) throw new Error(`${args[0]} ended too early:\n${errors}`);
      if (line !== expected) throw new Error(`${args[0]} printed "${line}" instead of "${expected}"`);
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${stderr}`);
  return stdout;
}
