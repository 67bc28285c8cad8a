// Standard input and output as a connection uses them: each message leaves in one piece. The library writes the header of a
// message and its body one after the other; between the two the client would be woken in vain, and could take the processor.

import { Console } from "node:console";
import { Writable } from "node:stream";

export function standardStreams(): { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream } {
  const { stdin, stdout, stderr } = process;
  // What a module may print must not come between messages.
  globalThis.console = new Console(stderr, stderr);
  // Who writes is told by the callback.
  stdout.on("error", () => undefined);
  return { input: stdin, output: joiningPairs(stdout) };
}

/** A stream of which every two pieces, a header and a body, go to `out` as one. */
export function joiningPairs(out: NodeJS.WritableStream): Writable {
  let header: Buffer | null = null;
  return new Writable({
    write(piece: Buffer, _encoding, done) {
      if (header === null) {
        header = piece;
        done();
        return;
      }
      const message = Buffer.concat([header, piece]);
      header = null;
      out.write(message, done);
    },
  });
}
