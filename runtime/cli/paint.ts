// Colours for a terminal, by what they mean. Everything else of the command line writes text through this.

/** Marks a piece of text as what it is. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly info: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const same = (text: string): string => text;

export const plain: Paint = { error: same, warning: same, info: same, good: same, bold: same, dim: same };

const style =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

export const colored: Paint = {
  error: style(31, 39),
  warning: style(33, 39),
  info: style(36, 39),
  good: style(32, 39),
  bold: style(1, 22),
  dim: style(2, 22),
};

/**
 * Colours on a terminal only. `FORCE_COLOR` set and not "0" asks for them everywhere; `NO_COLOR` set and not empty, or a
 * terminal called "dumb", for none (no-color.org, force-color.org). FORCE_COLOR is heard first.
 */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal } = environment;
  if (force !== undefined && force !== "") return force === "0" ? plain : colored;
  if (no !== undefined && no !== "") return plain;
  return stream.isTTY === true && terminal !== "dumb" ? colored : plain;
}
