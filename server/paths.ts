// URIs, as clients name files, and paths, as the analysis does (absolute, with forward slashes, nothing escaped):
//
//   file:///home/a%20b/c.wal          /home/a b/c.wal
//   file:///c%3A/x.wal                c:/x.wal
//   file://server/share/x.wal         //server/share/x.wal
//   vscode-vfs://github/o/r/x.wal     vscode-vfs://github/o/r/x.wal       any other scheme: the URI itself, unescaped
//   untitled:Untitled-1               untitled:Untitled-1
//
// P1. A path that came from a URI goes back as the client wrote it (`Spelling`): clients compare URIs letter by letter and
//     escape differently.

export function pathOf(uri: string): string {
  const plain = unescaped(uri);
  if (!/^file:\/\//i.test(plain)) return plain;
  const rest = plain.slice("file://".length);
  if (!rest.startsWith("/")) return `//${rest}`;
  // A drive's letter comes in both cases and means the same.
  const drive = /^\/([A-Za-z]):/.exec(rest);
  return drive ? `${drive[1]!.toLowerCase()}:${rest.slice(3)}` : rest;
}

function unescaped(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/** The URI of a path that no client has named. */
export function uriOf(path: string): string {
  const isDrive = /^[a-z]:\//.test(path);
  if (!isDrive && /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return escaped(path);
  if (path.startsWith("//")) return `file:${escaped(path)}`;
  return isDrive ? `file:///${path[0]}%3A${escaped(path.slice(2))}` : `file://${escaped(path)}`;
}

/** Half a surrogate pair has no escaped form. */
const escaped = (text: string): string =>
  encodeURI(text.replace(/\p{Surrogate}/gu, "\uFFFD")).replace(/[#?]/g, (mark) => (mark === "#" ? "%23" : "%3F"));

/** The folder that a path is in; the path itself when there is nothing above it. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? path : path.slice(0, slash);
}

export function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** P1. */
export class Spelling {
  readonly #uris = new Map<string, string>();

  /** The path of a URI that a client has written. */
  learn(uri: string): string {
    const path = pathOf(uri);
    this.#uris.set(path, uri);
    return path;
  }

  uriOf(path: string): string {
    return this.#uris.get(path) ?? uriOf(path);
  }
}
