// The language server as a program: the protocol over standard input and output, or whatever channel the client names on the
// command line (`--stdio`, `--node-ipc`, `--socket=PORT`, `--pipe=NAME`). Started by the extension and by `walia lsp`.

import "./memory.ts";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Connection, createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { clientHost, mixedHost } from "./client-host.ts";
import { collector, heapOfV8 } from "./collector.ts";
import { nodeHost } from "./node-host.ts";
import { createServer } from "./server.ts";
import { standardStreams } from "./stdio.ts";
import { build } from "./version.ts";

const CHANNELS = /^--(stdio|node-ipc|socket|pipe)\b/;
if (!process.argv.some((word) => CHANNELS.test(word))) process.argv.push("--stdio");

function connect(): Connection {
  if (!process.argv.includes("--stdio")) return createConnection(ProposedFeatures.all);
  const { input, output } = standardStreams();
  return createConnection(ProposedFeatures.all, input, output);
}

const connection = connect();
const docs = join(fileURLToPath(import.meta.url), "../../docs");
// Beside this program's own bundle (scripts/build.mjs).
const tools = new URL("./server-tools.cjs", import.meta.url).href;
createServer(connection, mixedHost(nodeHost(docs, build, tools), clientHost(connection)));
connection.listen();

// Over a socket or a named pipe V8 collects when it must: nobody but the connection sees the messages there.
const heap = heapOfV8();
if (heap !== null) {
  if (process.argv.includes("--stdio")) process.stdin.on("data", collector(heap));
  else if (process.argv.includes("--node-ipc")) process.on("message", collector(heap));
}
