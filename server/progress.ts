// Says how far reading a folder has come, where the client can show it.

import type { ClientCapabilities, Connection, WorkDoneProgressReporter } from "vscode-languageserver";

/** Folders with fewer files are read before anybody could look. */
const WORTH_SHOWING = 20;

/** A function to call with the state of reading a folder; the first call begins, `done === total` ends. */
export function reporter(
  connection: Connection,
  client: () => ClientCapabilities,
): (folder: string, done: number, total: number) => void {
  const running = new Map<string, Running>();
  return (folder, done, total) => {
    if (!client().window?.workDoneProgress || total < WORTH_SHOWING) return;
    const known = running.get(folder) ?? begin(connection, `Reading ${folder.split("/").at(-1)}`);
    running.set(folder, known);
    if (done === total) {
      running.delete(folder);
      known.end();
    } else known.report(Math.floor((100 * done) / total), `${done} of ${total} files`);
  };
}

interface Running {
  report(percent: number, message: string): void;
  end(): void;
}

/** The client must agree to show progress first; what is said before that counts too. */
function begin(connection: Connection, title: string): Running {
  let ended = false;
  let shown: WorkDoneProgressReporter | null = null;
  let percent = 0;
  void connection.window.createWorkDoneProgress().then(
    (made) => {
      made.begin(title, percent);
      if (ended) made.done();
      else shown = made;
    },
    // A client that cannot show it after all misses nothing else.
    () => undefined,
  );
  return {
    report: (next, message) => {
      if (next === percent) return;
      percent = next;
      shown?.report(next, message);
    },
    end: () => {
      ended = true;
      shown?.done();
    },
  };
}
