// A host whose files the client reads: a worker in a browser has no file system. Two requests from server to client:
//
//   walia/readFile    { uri }      { text } or null when there is no such text
//   walia/listFiles   { folder }   URIs of every .wal file below the folder; folders that begin with a dot, and node_modules,
//                                  are passed over

import type { Connection } from "vscode-languageserver";
import { type Host, noItems, noStores, noTools } from "./host.ts";

export function clientHost(connection: Connection): Host {
  return {
    read: async (uri) => {
      const found = await connection.sendRequest<{ text: string } | null>("walia/readFile", { uri }).catch(() => null);
      return found?.text;
    },
    list: (folder) => connection.sendRequest<string[]>("walia/listFiles", { folder }).catch(() => []),
    docs: null,
    items: noItems,
    stores: noStores,
    tools: noTools,
  };
}

/** Reads the files of this machine itself; for others (a repository that is not cloned, an archive) the client is asked. */
export function mixedHost(here: Host, client: Host): Host {
  const hostOf = (uri: string): Host => (/^file:/i.test(uri) ? here : client);
  return { ...here, read: (uri) => hostOf(uri).read(uri), list: (uri) => hostOf(uri).list(uri) };
}
