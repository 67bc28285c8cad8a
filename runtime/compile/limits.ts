// What happens when a program is too deep for the host's stack while it is compiled: an error in our words, never a
// JavaScript one.

/** The program cannot be compiled because it is nested too deeply. */
export class LimitError extends Error {}

/** Runs `work`; a host stack that overflows becomes a LimitError that names `what`. */
export function guarded<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new LimitError(`${what} is nested too deeply to compile; split it up`);
    throw error;
  }
}
