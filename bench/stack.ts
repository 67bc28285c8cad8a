// The bytes of a real continuation: programs/session.wal while it sleeps, two frames with four small variables each.

import { join } from "node:path";
import { encodeStack } from "../runtime/codec/encode.ts";
import { setProbe } from "../runtime/engine/machine.ts";
import { benchFolder, loadWalia, runToEnd } from "./program.ts";

/** The largest stack that a value is delivered into: that of the inner frame. */
export async function sessionStack(): Promise<Uint8Array> {
  const program = loadWalia(join(benchFolder, "programs", "session.wal"));
  let largest = new Uint8Array(0);
  setProbe((stack, value) => {
    const bytes = encodeStack(stack, {}, value);
    if (bytes.length > largest.length) largest = new Uint8Array(bytes);
    return { stack, value };
  });
  try {
    await runToEnd(program, {
      args: [],
      print: () => undefined,
      onUnhandledFault: ({ kind, message }) => {
        throw new Error(`${kind}: ${message}`);
      },
    });
  } finally {
    setProbe(null);
  }
  return largest;
}
