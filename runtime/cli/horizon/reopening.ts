// Whether what a program had open could be opened again now: it is tried, and nothing stays of it. Connections are not dialled: a
// peer would notice.

import { accessSync, constants, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { codeOf } from "../../horizon/trouble.ts";
import type { KeptDescriptor } from "../../reactor/keep/reading.ts";
import { descriptorText } from "./words.ts";

export interface Closed {
  readonly fd: number;
  /** The descriptor for people. */
  readonly text: string;
  /** What stands in the way. */
  readonly trouble: string;
}

/** Those of these descriptors that the next run could not open. */
export async function closedDescriptors(descriptors: ReadonlyMap<number, KeptDescriptor>): Promise<Closed[]> {
  const closed: Closed[] = [];
  for (const [fd, what] of descriptors) {
    const trouble = await troubleOf(what);
    if (trouble !== undefined) closed.push({ fd, text: descriptorText(fd, what), trouble });
  }
  return closed;
}

async function troubleOf(what: KeptDescriptor): Promise<string | undefined> {
  try {
    if (what.kind === "file") tryFile(what.path, what.mode);
    else if (what.kind === "listener") await tryPort(what.host, what.port);
    return undefined;
  } catch (error) {
    return TROUBLES.get(codeOf(error)) ?? (error instanceof Error ? error.message : String(error));
  }
}

const TROUBLES = new Map([
  ["ENOENT", "it is not there any more"],
  ["EACCES", "no permission"],
  ["EADDRINUSE", "another process listens there"],
  ["EADDRNOTAVAIL", "this machine does not have that address"],
]);

/** As the next run opens it: what is written to its end may be made anew, everything else must be there. */
function tryFile(path: string, mode: string): void {
  if (mode.startsWith("a") && statSync(path, { throwIfNoEntry: false }) === undefined)
    accessSync(dirname(path), constants.W_OK);
  else accessSync(path, mode.startsWith("r") ? constants.R_OK : constants.W_OK);
}

/** Listens for a moment. */
function tryPort(host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => server.close(() => resolve()));
  });
}
