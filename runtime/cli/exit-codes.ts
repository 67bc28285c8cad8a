// How the command ends, for scripts. The numbers above 63 are those of sysexits.h.

export const ExitCode = {
  Fine: 0,
  /** `walia test`: a test failed. */
  TestFailed: 1,
  /** `walia fmt --check`: a file is not formatted. */
  NotFormatted: 1,
  /** `walia horizon verify`, `doctor`, `diff`: there is something to tell. */
  Found: 1,
  /** The command line makes no sense. */
  Usage: 64,
  /** The program has errors. */
  NotChecked: 65,
  /** A fault that nobody handled; or a mistake of our own. */
  Fault: 70,
  /** A file that is not there or cannot be read. */
  FileTrouble: 74,
  /** Nobody reads what is printed any more: 128 and the number of SIGPIPE, as a program that the signal ends. */
  BrokenPipe: 141,
} as const;
