// Colours by what they mean; whether there are any is decided here.

import picocolors from "picocolors";

/** Marks a piece of text as what it is. */
export interface Paint {
  readonly isColored: boolean;
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly info: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

export function paint(isColored: boolean): Paint {
  const { red, yellow, cyan, green, bold, dim } = picocolors.createColors(isColored);
  return { isColored, error: red, warning: yellow, info: cyan, good: green, bold, dim };
}

export const plain: Paint = paint(false);

/**
 * Colours on a terminal only. `FORCE_COLOR` set and not "0" asks for them everywhere; `NO_COLOR` set and not empty, or a
 * terminal called "dumb", for none (no-color.org, force-color.org). FORCE_COLOR is heard first.
 */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal } = environment;
  if (force !== undefined && force !== "") return paint(force !== "0");
  if (no !== undefined && no !== "") return plain;
  return paint(stream.isTTY === true && terminal !== "dumb");
}
