// Standard input that is a file: which one, and where the process reads on in it. Node has no seek; reading on is the way forward, and a
// program that was killed is behind where it was, because the next run begins at the front.

import { fstatSync, readFileSync, readSync } from "node:fs";

/** A file, and a place in it. */
export interface InputPlace {
  /** Tells files of this machine apart. */
  readonly file: string;
  readonly at: number;
}

const INPUT = 0;
const CHUNK = 1024 * 1024;

/** Where this process reads on; null when its standard input is no file, or is closed. */
export function inputPlace(): InputPlace | null {
  try {
    const stat = fstatSync(INPUT);
    return stat.isFile() ? { file: `${stat.dev}:${stat.ino}`, at: offset() } : null;
  } catch {
    return null;
  }
}

/** Where the system is in the file: other processes may have read of it before. Where nobody tells, it is taken to be at the front. */
function offset(): number {
  try {
    return Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${INPUT}`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Reads on to that place, and says where the process is then; null when this is not the file. */
export function skipInput({ file, at: wanted }: InputPlace): InputPlace | null {
  const place = inputPlace();
  if (place === null || place.file !== file) return null;
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  let { at } = place;
  while (at < wanted) {
    const read = readSync(INPUT, buffer, 0, Math.min(wanted - at, CHUNK), null);
    if (read === 0) break;
    at += read;
  }
  return { file, at };
}
