// The record "format" in the table `meta`: that this is a file of ours, and which release's.

/** The form of tables, keys and records that this release writes. */
export const FORMAT = 1;
export const FORMAT_KEY = "format";
export const OWNER_KEY = "owner";

export interface Format {
  readonly format: number;
  /** The release that made the file. */
  readonly by: string;
}

export const encodeFormat = (by: string): Uint8Array =>
  Buffer.from(JSON.stringify({ walia: "state", format: FORMAT, by }));

/** Undefined when the record is none of ours. */
export function decodeFormat(payload: Uint8Array): Format | undefined {
  try {
    const { walia, format, by } = JSON.parse(Buffer.from(payload).toString("utf8"));
    return walia === "state" && Number.isSafeInteger(format) ? { format, by: String(by) } : undefined;
  } catch {
    return undefined;
  }
}

export const isKnownFormat = ({ format }: Format): boolean => format === FORMAT;
