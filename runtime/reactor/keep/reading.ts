// Reads records of a `.wld` file for those who look at it and run nothing: the `walia horizon` command, the editor. What the
// records hold is said in scribe.ts.

import type { Value } from "../../engine/values.ts";
import type { Described } from "../descriptors.ts";
import type { OpenMode } from "../drivers/driver.ts";
import { type CodeContext, type Links, Packer } from "../shards/parcel.ts";

/** Knows no code, and shares nothing: enough for records of numbers, strings and bytes. */
const NO_CODE: CodeContext = {
  code: () => undefined,
  classCode: () => undefined,
  traitCode: () => undefined,
  programSegment: () => undefined,
};

const NO_LINKS: Links = {
  goes: () => 0,
  comes: () => {
    throw new Error("something shared, where nothing is");
  },
  settled: () => undefined,
};

/** A virtual descriptor as its record has it, and the offset of a file. */
export type KeptDescriptor = Described & { readonly offset?: number };

/** What is in the record of a descriptor; undefined for one that needs the program's code to be read. */
export function readDescriptor(payload: Uint8Array): KeptDescriptor | undefined {
  let fields: readonly unknown[];
  try {
    fields = new Packer(NO_LINKS, NO_CODE).unpack(payload, 0) as unknown[];
  } catch {
    return undefined;
  }
  const [kind, first, second, third] = fields;
  switch (kind) {
    case "file":
      return { kind, path: String(first), mode: second as OpenMode, offset: Number(third) };
    case "listener":
      return { kind, host: first as string | undefined, port: Number(second), session: undefined };
    case "dialled":
      return { kind, host: String(first), port: Number(second) };
    case "accepted":
      return { kind, listener: Number(first), key: second as Value };
    default:
      return undefined;
  }
}
