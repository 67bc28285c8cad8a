// The words that cannot be names; syntaxes/walia.ohm has them as `keyword`.

export const KEYWORDS: ReadonlySet<string> = new Set(
  `var const fun async await return if else while for in break continue match handle perform unsafe class trait with this super
  test import as true false nil and or print layout packed union asm release gene fused`.split(/\s+/),
);
