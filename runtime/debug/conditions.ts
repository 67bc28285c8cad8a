// What a breakpoint may carry besides its place: how often it is passed before it stops, and a message instead of a stop.

/** Says of a number of hits whether it stops there. */
export type HitCondition = (hits: number) => boolean;

/** `5`, `= 5`, `>= 5`, `> 5`, `<= 5`, `< 5`, `% 5`; a number alone is the hit at which it stops. Undefined: none of these. */
export function hitCondition(text: string): HitCondition | undefined {
  const [, operator = "==", digits] = /^\s*(==?|>=|>|<=|<|%)?\s*(\d{1,15})\s*$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const count = Number(digits);
  switch (operator) {
    case ">=":
      return (hits) => hits >= count;
    case ">":
      return (hits) => hits > count;
    case "<=":
      return (hits) => hits <= count;
    case "<":
      return (hits) => hits < count;
    case "%":
      return count === 0 ? undefined : (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}

/** A piece of a log message: text, or an expression whose value stands there. */
export type LogPiece = { readonly text: string } | { readonly expression: string };

/** `"x is {x}"`; braces inside the expression are matched, `\{` is a brace of the text. */
export function logMessage(text: string): LogPiece[] {
  const pieces: LogPiece[] = [];
  let plain = "";
  for (let at = 0; at < text.length; at++) {
    const end = text[at] === "{" ? closingBrace(text, at) : -1;
    if (text[at] === "\\" && (text[at + 1] === "{" || text[at + 1] === "}")) plain += text[++at];
    else if (end < 0) plain += text[at];
    else {
      if (plain !== "") pieces.push({ text: plain });
      plain = "";
      pieces.push({ expression: text.slice(at + 1, end) });
      at = end;
    }
  }
  if (plain !== "") pieces.push({ text: plain });
  return pieces;
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}
