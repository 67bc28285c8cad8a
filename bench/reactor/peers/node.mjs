// What a Node program would do for each row of the benchmark. The first argument names the row; the others are the row's own.
// Each prints its figures as name=value.

import { close, open, promises, read } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { MessageChannel, parentPort, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";

const BLOCK = 512;

/** Reads by callbacks. Arguments: how many, how many files, their folder. */
async function reads(count, files, folder) {
  const paths = Array.from({ length: files }, (_, index) => join(folder, String(index)));
  const fds = await Promise.all(paths.map((path) => promisify(open)(path, "r")));
  const began = performance.now();
  const sum = await new Promise((resolve, reject) => {
    let sum = 0;
    let left = count;
    for (let index = 0; index < count; index++) {
      const buffer = Buffer.allocUnsafe(BLOCK);
      read(fds[index % files], buffer, 0, BLOCK, Math.floor(index / files) * BLOCK, (error) => {
        if (error !== null) reject(error);
        sum += buffer[0];
        if (--left === 0) resolve(sum);
      });
    }
  });
  console.log(`ms=${performance.now() - began} sum=${sum}`);
  await Promise.all(fds.map((fd) => promisify(close)(fd)));
}

async function promisedReads(count, files, folder) {
  const handles = await Promise.all(
    Array.from({ length: files }, (_, index) => promises.open(join(folder, String(index)))),
  );
  const began = performance.now();
  const blocks = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const position = Math.floor(index / files) * BLOCK;
      return (await handles[index % files].read(Buffer.allocUnsafe(BLOCK), 0, BLOCK, position)).buffer;
    }),
  );
  const sum = blocks.reduce((total, block) => total + block[0], 0);
  console.log(`ms=${performance.now() - began} sum=${sum}`);
  await Promise.all(handles.map((handle) => handle.close()));
}

/** A queue without room, on promises: a send waits until its message is received. */
class PromiseQueue {
  #senders = [];
  #receivers = [];

  send(message) {
    const receiver = this.#receivers.shift();
    if (receiver !== undefined) {
      receiver(message);
      return undefined;
    }
    return new Promise((resolve) => this.#senders.push({ message, resolve }));
  }

  receive() {
    const sender = this.#senders.shift();
    if (sender === undefined) return new Promise((resolve) => this.#receivers.push(resolve));
    sender.resolve();
    return sender.message;
  }
}

async function promiseQueue(count) {
  const queue = new PromiseQueue();
  const receive = async () => {
    let sum = 0;
    for (let index = 0; index < count; index++) sum += await queue.receive();
    return sum;
  };
  const began = performance.now();
  const received = receive();
  for (let index = 0; index < count; index++) await queue.send(index);
  const sum = await received;
  console.log(`ns=${((performance.now() - began) * 1e6) / count} sum=${sum}`);
}

const startWorker = async (job, transferList = []) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: job, transferList });
  await new Promise((resolve) => worker.once("message", resolve));
  return worker;
};

/** One thread posts numbers, another adds them up. */
async function messagePort(count) {
  const { port1, port2 } = new MessageChannel();
  await startWorker({ kind: "port", port: port2, count }, [port2]);
  const began = performance.now();
  const received = new Promise((resolve) => port1.once("message", resolve));
  for (let index = 0; index < count; index++) port1.postMessage(index);
  const sum = await received;
  console.log(`ns=${((performance.now() - began) * 1e6) / count} sum=${sum}`);
  port1.close();
}

const TURN = 0;
const MESSAGE = 1;

/** Two threads hand a number to and fro in shared memory; each sleeps until it is its turn. */
async function atomicsWait(count) {
  const words = new Int32Array(new SharedArrayBuffer(8));
  await startWorker({ kind: "atomics", words, count });
  const began = performance.now();
  let sum = 0;
  for (let index = 0; index < count; index++) {
    words[MESSAGE] = index; // plain: published by the store of TURN, seen by the load that finds it
    pass(words, 1);
    awaitTurn(words, 0);
    sum += words[MESSAGE];
  }
  console.log(`ns=${((performance.now() - began) * 1e6) / (2 * count)} sum=${sum}`);
}

function pass(words, turn) {
  Atomics.store(words, TURN, turn);
  Atomics.notify(words, TURN);
}

function awaitTurn(words, turn) {
  while (Atomics.load(words, TURN) !== turn) Atomics.wait(words, TURN, 1 - turn);
}

function work({ kind, port, words, count }) {
  parentPort.postMessage("ready");
  if (kind === "atomics") {
    for (let index = 0; index < count; index++) {
      awaitTurn(words, 1);
      pass(words, 0);
    }
    return;
  }
  let sum = 0;
  let left = count;
  const take = (message) => {
    sum += message;
    if (--left === 0) port.postMessage(sum);
  };
  port.on("message", (message) => {
    take(message);
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port))
      take(more.message);
  });
}

/** Async functions that sleep until one deadline. Arguments: how many, and how many milliseconds from now it is. */
async function sleepers(count, lead) {
  console.log("ready");
  const began = Date.now();
  const deadline = began + lead;
  let seen = 0;
  const sleepUntil = async () => {
    seen++;
    await new Promise((resolve) => setTimeout(resolve, deadline - Date.now()));
    seen++;
  };
  const all = Array.from({ length: count }, sleepUntil);
  const spawned = Date.now() - began;
  console.log("spawned");
  await Promise.all(all);
  console.log(`spawn=${spawned} late=${Date.now() - deadline} done=${seen}`);
}

function http(port) {
  const page = "Hello from Walia!\n";
  const head = { "Content-Type": "text/plain; charset=utf-8", "Content-Length": Buffer.byteLength(page) };
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, head);
    response.end(page);
  });
  server.listen(port, "127.0.0.1", () => console.log("listening"));
}

function idle(port) {
  const server = createServer((connection) => {
    connection.on("data", () => connection.destroy());
    connection.on("error", () => undefined);
  });
  server.listen(port, "127.0.0.1", 4096, () => console.log("listening"));
}

const rows = { atomicsWait, http, idle, messagePort, promisedReads, promiseQueue, reads, sleepers };
if (parentPort === null) {
  const [name, ...words] = process.argv.slice(2);
  await rows[name](...words.map((word) => (/^\d+$/.test(word) ? Number(word) : word)));
} else work(workerData);
