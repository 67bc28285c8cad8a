// The language server as a web worker, for editors that run in a browser.

import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import { clientHost } from "./client-host.ts";
import { createServer } from "./server.ts";

/** What a worker's `self` has that the connection needs. */
const worker = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
const connection = createConnection(new BrowserMessageReader(worker), new BrowserMessageWriter(worker));
createServer(connection, clientHost(connection));
connection.listen();
