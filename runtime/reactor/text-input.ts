// Standard input that is a given text, for tests and for programs that are run without one.

import { type Completions, DriverError, type Handle, READ, type Tag } from "./drivers/driver.ts";

/** A handle that reads a text to its end. */
export function textInput(text: string, completions: Completions): Handle {
  const bytes = Buffer.from(text);
  let at = 0;
  const refuse = (tag: Tag): void => {
    completions.failed(tag, new DriverError("EBADF", "it is not open for that"));
  };
  return {
    port: 0,
    seekable: false,
    read(tag, max) {
      const piece = bytes.subarray(at, at + max);
      at += piece.length;
      completions.completed(tag, piece.length === 0 ? null : piece);
    },
    ready: (tag, events) => ((events & READ) === 0 ? refuse(tag) : completions.completed(tag, READ)),
    write: refuse,
    accept: refuse,
    sync: refuse,
    withdraw: () => undefined,
    close: () => undefined,
  };
}
