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
