// How the display looks: tones and glyphs by what they mean, rows of toned text cut to a width, and numbers for people. All
// that the tones tell, the glyphs tell too: it reads without colours.

import picocolors from "picocolors";

export type Tone = "plain" | "dim" | "strong" | "title" | "event" | "busy" | "steal" | "warning";

export type Span = readonly [text: string, tone?: Tone | undefined];

export interface Glyphs {
  /** From low to full. */
  readonly levels: string;
  readonly idle: string;
  /** Events were reaped, in next to no time. */
  readonly event: string;
  readonly stolen: string;
  /** A shard's lamp. */
  readonly on: string;
  readonly off: string;
  readonly bar: string;
  readonly line: string;
  readonly cut: string;
}

export const UNICODE: Glyphs = {
  ...{ levels: "▁▂▃▄▅▆▇█", idle: "·", event: "•", stolen: "◆", on: "●", off: "○" },
  ...{ bar: "▇", line: "─", cut: "…" },
};

export const ASCII: Glyphs = {
  ...{ levels: "_-~=+*%#", idle: ".", event: "'", stolen: "S", on: "@", off: "o" },
  ...{ bar: "=", line: "-", cut: "~" },
};

/** The glyphs that a terminal with these variables shows (POSIX: LC_ALL, then LC_CTYPE, then LANG). */
export function glyphsFor(environment: Readonly<Record<string, string | undefined>>): Glyphs {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  return /^(C|POSIX)?$|8859|ascii/i.test(locale) && process.platform !== "win32" ? ASCII : UNICODE;
}

/** Toned text as the terminal gets it. */
export type Ink = (spans: readonly Span[]) => string;

export function ink(isColored: boolean): Ink {
  const { dim, bold, inverse, green, magenta, yellow, cyanBright } = picocolors.createColors(isColored);
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    ...{ plain: (text) => text, dim, strong: bold, title: (text) => inverse(bold(text)) },
    ...{ event: cyanBright, busy: green, steal: (text) => bold(magenta(text)), warning: yellow },
  };
  return (spans) => spans.map(([text, tone = "plain"]) => (text === "" ? "" : tones[tone](text))).join("");
}

export const lengthOf = (spans: readonly Span[]): number => spans.reduce((length, [text]) => length + text.length, 0);

/** A row of exactly `width` columns or fewer, `right` at its right end; `left` gives way. Each character is a column. */
export function row(width: number, left: readonly Span[], right: readonly Span[] = []): Span[] {
  const room = width - lengthOf(right);
  if (right.length > 0 && room < 8) return cut(left, width);
  const start = cut(left, right.length > 0 ? room - 1 : width);
  return right.length === 0 ? start : [...start, [" ".repeat(room - lengthOf(start))], ...right];
}

/** As many of these pieces as there is room for; the rest is left out as a whole. */
export function fitting(width: number, pieces: readonly (readonly Span[])[]): Span[] {
  const kept: Span[] = [];
  let room = width;
  for (const piece of pieces) {
    room -= lengthOf(piece);
    if (room < 0) break;
    kept.push(...piece);
  }
  return kept;
}

function cut(spans: readonly Span[], width: number): Span[] {
  const kept: Span[] = [];
  let room = Math.max(0, width);
  for (const [text, tone] of spans) {
    if (room === 0) break;
    kept.push([text.slice(0, room), tone]);
    room -= Math.min(room, text.length);
  }
  return kept;
}

/** The glyph of a share from 0 to 1. */
export function level(glyphs: Glyphs, share: number): string {
  const { levels } = glyphs;
  return levels[Math.min(levels.length - 1, Math.max(0, Math.ceil(share * levels.length) - 1))]!;
}

/** A graph `rows` high of the last `width` values, top row first; `most` fills it. */
export function graph(
  glyphs: Glyphs,
  values: readonly number[],
  most: number,
  { width, rows }: { readonly width: number; readonly rows: number },
): string[] {
  const shown = values.slice(-width);
  const blank = " ".repeat(Math.max(0, width - shown.length));
  return Array.from({ length: rows }, (_, i) => {
    const below = rows - 1 - i;
    const glyphOf = (value: number): string => {
      const height = most > 0 ? (value / most) * rows - below : 0;
      if (height <= 0) return below === 0 && value > 0 ? glyphs.levels[0]! : " ";
      return level(glyphs, Math.min(1, height));
    };
    return blank + shown.map(glyphOf).join("");
  });
}

/** Three digits and a unit: 999, 1.23 k, 45.6 M. */
export function short(value: number): string {
  const units = ["", " k", " M", " G", " T"];
  let scaled = value;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits =
    unit === 0 ? (scaled < 10 && scaled !== Math.round(scaled) ? 1 : 0) : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return `${scaled.toFixed(digits)}${units[unit]}`;
}

/** A count to the last one, as long as that is readable: 12,345. */
export function count(value: number): string {
  return value < 1e6 ? Math.round(value).toLocaleString("en-US") : short(value);
}

/** 0:07, 12:34, 1:02:03. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
