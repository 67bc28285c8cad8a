// How much of the host's stack compiled code may use.
//
// The engine counts depth in estimated bytes and clears the host stack when it reaches the limit (machine.ts, M6), so the
// limit must be well below the real size: a frame of unoptimised code is larger than the estimate says, and built-in
// functions need room of their own.

/** Size of the host's stack in bytes: `--stack-size` in KiB when Node was started with it, else V8's default of 984 KiB. */
function hostStack(): number {
  const option =
    typeof process === "undefined" ? undefined : process.execArgv.find((arg) => /^--stack[-_]size=\d+$/.test(arg));
  return (option === undefined ? 984 : Number(option.split("=")[1])) * 1024;
}

/** Depth, in bytes, at which entered code saves itself and unwinds. */
export const STACK_LIMIT: number = Math.floor(hostStack() * 0.4);

/**
 * In its only word, what entered code compares its depth with: STACK_LIMIT, or NO_ROOM while another thread wants the task that
 * runs to say at its next call whether it has had its share.
 */
export const room = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
room[0] = STACK_LIMIT;

/** Less than any depth. */
export const NO_ROOM = -1;
