// The sources of hardware ports in a walia.json, found in its text: also one that is half written is read as far as it goes.

import type { Span } from "../ast.ts";

export interface PortSource {
  readonly kind: string;
  readonly path: string;
  /** Of the path in the text. */
  readonly span: Span;
}

const SOURCE = /"0[xX][0-9a-fA-F]+"\s*:\s*"(fifo|file|unix|gpio):((?:[^"\\\n]|\\.)*)"/g;

export function portSources(text: string): PortSource[] {
  return [...text.matchAll(SOURCE)].map((match) => {
    const [whole, kind, path] = match as unknown as [string, string, string];
    const end = match.index + whole.length - 1;
    return { kind, path: unescaped(path), span: { start: end - path.length, end } };
  });
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
