// `npm run demo:upload`: a large file is uploaded to examples/upload_server.wal with tus-js-client, and the server is killed
// with SIGKILL several times on the way. It ends with exit code 0 when the file has arrived whole, in one and the same task.
//
//   --size MIB     how much is uploaded (64)
//   --kills N      how often the server is killed (4)
//   --seed TEXT    what the file is made of

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  copyFileSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  watch,
} from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import * as tus from "tus-js-client";
import { children, folder, freePort, present, root, say, title } from "./demo-frame.mjs";

const MIB = 1024 * 1024;
const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "64" },
    kills: { type: "string", default: "4" },
    seed: { type: "string", default: "walia" },
  },
});
const size = Math.round(Number(options.size) * MIB);
const kills = Number(options.kills);

const WALIA = ["--stack-size=3900", join(root, "bin/walia.js")];
const program = join(folder, "upload_server.wal");
let server = null;

/** Knows how much has been sent on the newest connection, HTTP's head included. */
class CountingAgent extends Agent {
  newest = null;

  createConnection(...args) {
    this.newest = super.createConnection(...args);
    return this.newest;
  }
}

await present(show, 300);

async function show() {
  if (!(size > 0) || !(kills >= 0)) throw new Error("--size and --kills are numbers");
  title("A file is uploaded, and the server is killed on the way");
  say("This is how examples/upload_server.wal receives a file. It is one task, and it knows nothing of crashes:\n");
  copyFileSync(join(root, "examples/upload_server.wal"), program);
  mkdirSync(join(folder, "uploads"));
  say(functionText(readFileSync(program, "utf8"), "receive"));

  const path = join(folder, "large-file");
  const digest = await makeFile(path);
  say(`\nThe file: ${mib(size)} made from the seed "${options.seed}", SHA-256 ${digest}`);

  const port = await freePort();
  await startServer(port);
  const started = performance.now();
  const { url, breaks } = await upload(path, port);
  const seconds = (performance.now() - started) / 1000;

  title("The result");
  await server.prints(/: complete, the client came back/);
  const [name, ...others] = readdirSync(join(folder, "uploads"));
  const arrived = await digestOf(join(folder, "uploads", name));
  say(`SHA-256 of what has arrived: ${arrived}`);
  check(arrived === digest, "the file that has arrived is another one");
  check(others.length === 0 && url.endsWith(name), "there is more than one upload");

  const twice = breaks.reduce((sum, { sent, at }) => sum + sent - at, 0);
  const rows = [
    ["client had sent", "server had written", "went on at", "sent again"],
    ...breaks.map(({ sent, written, at }) => [mib(sent), mib(written), mib(at), kib(sent - at)]),
  ];
  say("");
  for (const row of rows) say(row.map((cell) => cell.padStart(20)).join(""));
  check(breaks.length === kills, `the server was killed ${breaks.length} times instead of ${kills}`);
  check(
    breaks.every(({ sent, written, at }) => at <= written && written <= sent) && !(breaks.at(-1)?.at === 0),
    "the upload did not go on where it was",
  );
  say(`\n${mib(size)} in ${seconds.toFixed(1)} s, with ${kills} kills; ${kib(twice)} of them were sent twice.`);

  const lines = server.lines.filter((line) => line.startsWith("upload "));
  const announced = lines.filter((line) => line.includes("are announced"));
  const completed = lines.filter((line) => line.includes("complete"));
  const returns = Number(/came back (\d+)/.exec(completed[0] ?? "")?.[1]);
  check(announced.length === 1 && completed.length === 1, `the server has said: ${lines.join("; ")}`);
  // Killed in its first milliseconds, a task may be in the file no more than its first bytes are.
  const tasks = breaks.map(({ task }) => task).filter((task) => task !== undefined);
  // And a return that it has counted in the last milliseconds before a kill, it counts again.
  check(returns >= Math.min(1, tasks.length), `the task has counted ${returns} returns`);
  check(new Set(tasks).size <= 1, "it was not one task");
  say("Most of these were on their way through the network, and not yet with the server.");
  say(`The task was resumed and not restarted: it was task ${tasks[0]} all the time, began once, and its`);
  say(`local variable "returns" has counted to ${returns}.`);
}

/** Uploads the file, and kills the server whenever it has written the next part of it. */
function upload(path, port) {
  /** What the client had sent and the server written when it died, where it went on, and in which task. */
  const breaks = [];
  const agent = new CountingAgent();
  /** Where the PATCH that is under way began. */
  let begun = 0;
  let isDead = false;
  return new Promise((resolve, reject) => {
    const watcher = watch(join(folder, "uploads"), () => {
      if (isDead || breaks.length >= kills || writtenBytes() < ((breaks.length + 0.5) / kills) * size) return;
      isDead = true;
      const broken = { sent: begun + agent.newest.bytesWritten, written: 0, at: null, task: undefined };
      breaks.push(broken);
      dieAndRise(port, broken, breaks.length).then(() => {
        isDead = false;
      }, reject);
    });
    const client = new tus.Upload(createReadStream(path), {
      endpoint: `http://127.0.0.1:${port}/files`,
      uploadSize: size,
      metadata: { filename: "large-file" },
      retryDelays: Array(100).fill(100),
      httpStack: new tus.DefaultHttpStack({ agent }),
      onError: reject,
      onSuccess() {
        watcher.close();
        resolve({ url: client.url, breaks });
      },
      onAfterResponse(request, response) {
        if (request.getMethod() !== "HEAD") return;
        begun = Number(response.getHeader("Upload-Offset"));
        const broken = breaks.at(-1);
        if (broken.at === null) broken.at = begun;
      },
    });
    client.start();
  });
}

/** How large the file is that the server writes. */
function writtenBytes() {
  const [name] = readdirSync(join(folder, "uploads"));
  return name === undefined ? 0 : statSync(join(folder, "uploads", name)).size;
}

async function dieAndRise(port, broken, nth) {
  say(`\nKill ${nth}: SIGKILL to process ${server.process.pid}. What is in its .wld file now:`);
  server.process.kill("SIGKILL");
  await server.ended;
  const listed = spawnSync(process.execPath, [...WALIA, "horizon", "list", program.replace(/\.wal$/, ".wld")], {
    encoding: "utf8",
  });
  check(listed.status === 0, `walia horizon list: ${listed.stderr}`);
  broken.task = /(\d+) +serve_request /.exec(listed.stdout)?.[1];
  broken.written = writtenBytes();
  say(listed.stdout.trimEnd().replace(/^/gm, "    "));
  await startServer(port);
}

// ---- The server ----

/** Starts it, or starts it again: the same command. */
async function startServer(port) {
  const isFirst = server === null;
  const child = spawn(process.execPath, [...WALIA, "run", program, String(port), join(folder, "uploads")]);
  children.add(child);
  child.once("close", () => children.delete(child));
  const lines = server?.lines ?? [];
  const waiting = new Set();
  const take = (line) => {
    lines.push(line);
    say(`  server: ${line}`);
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on("line", take);
  createInterface({ input: child.stderr }).on("line", take);
  server = {
    process: child,
    lines,
    ended: once(child, "close"),
    /** A line of this run or an earlier one is like this. */
    prints: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          if (lines.some((line) => pattern.test(line))) resolve();
          else waiting.add(look);
        };
        look();
      }),
  };
  say(`\n$ walia run upload_server.wal ${port} uploads`);
  if (isFirst) await server.prints(/^Uploads go to/);
}

// ---- Files ----

/** Writes the file: SHA-256 of the seed and a number, again and again. Yields the digest of it all. */
async function makeFile(path) {
  const whole = createHash("sha256");
  await pipeline(function* () {
    let block = createHash("sha256").update(options.seed).digest();
    for (let at = 0; at < size; at += MIB) {
      const piece = Buffer.alloc(Math.min(MIB, size - at));
      block = createHash("sha256").update(block).digest();
      // Blocks that differ from each other, quickly: the digest over and over, and the place in front.
      for (let i = 0; i < piece.length; i += 32) block.copy(piece, i);
      for (let i = 0; i + 4 <= piece.length; i += 32) piece.writeUInt32LE(((at + i) / 32) >>> 0, i);
      whole.update(piece);
      yield piece;
    }
  }, createWriteStream(path));
  return whole.digest("hex");
}

async function digestOf(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function functionText(text, name) {
  const from = text.indexOf(`fun ${name}(`);
  return text.slice(from, text.indexOf("\n}\n", from) + 2).replace(/^/gm, "    ");
}

// ---- Words ----

function mib(bytes) {
  return `${(bytes / MIB).toFixed(2)} MiB`;
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}

function check(isSo, otherwise) {
  if (!isSo) throw new Error(otherwise);
}
