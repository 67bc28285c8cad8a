// What keeps a command from doing its work, as exceptions that end it: main.ts prints them and knows their exit codes.

/** The text at a path; undefined when there is no file. Throws FileTrouble for one that cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** A file that is named and cannot be used. */
export class FileTrouble extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

/** The command line makes no sense; `command` has help about it. */
export class UsageError extends Error {
  constructor(
    readonly command: string,
    message: string,
  ) {
    super(message);
  }
}
