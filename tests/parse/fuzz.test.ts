// Programs with random damage: parsing never throws, never hangs, and the laws hold. fast-check prints the seed and the
// path of a failure; `SEED=… npx vitest run tests/parse/fuzz` runs it again.

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseItem } from "../../language/parse/parse.ts";
import { scan } from "../../language/parse/scan.ts";
import { checkLaws } from "./laws.ts";
import { samples } from "./samples.ts";

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const options = { seed, numRuns: Number(process.env.RUNS ?? 40) };

/** A few consecutive items' worth of a sample: small enough to parse many times. */
const excerpt = fc
  .record({ sample: fc.nat(samples.length - 1), from: fc.nat(2000), length: fc.integer({ min: 50, max: 500 }) })
  .map(({ sample, from, length }) => samples[sample]!.text.slice(from, from + length));

type Damage = (text: string, place: number, other: number) => string;

function tokenAt(text: string, place: number): { start: number; end: number } {
  const { tokens } = scan(text);
  return tokens[place % Math.max(1, tokens.length)] ?? { start: 0, end: 0 };
}

const damages: readonly Damage[] = [
  function dropToken(text, place) {
    const { start, end } = tokenAt(text, place);
    return text.slice(0, start) + text.slice(end);
  },
  function doubleToken(text, place) {
    const { start, end } = tokenAt(text, place);
    return `${text.slice(0, end)} ${text.slice(start)}`;
  },
  function moveToken(text, place, other) {
    const { start, end } = tokenAt(text, place);
    const without = text.slice(0, start) + text.slice(end);
    const to = tokenAt(without, other).start;
    return without.slice(0, to) + text.slice(start, end) + without.slice(to);
  },
  function truncate(text, place) {
    return text.slice(0, place % (text.length + 1));
  },
  function insertSign(text, place, other) {
    const at = place % (text.length + 1);
    return text.slice(0, at) + "(){}[]\"'`;,.:=~@#\\/*\n\u{1F600}\0\ud800"[other % 26] + text.slice(at);
  },
];

const versions = fc
  .record({
    text: excerpt,
    steps: fc.array(fc.record({ how: fc.nat(damages.length - 1), place: fc.nat(5000), other: fc.nat(5000) }), {
      minLength: 1,
      maxLength: 5,
    }),
  })
  .map(({ text, steps }) => {
    const all = [text];
    for (const { how, place, other } of steps) all.push(damages[how]!(all.at(-1)!, place, other));
    return all;
  });
const damaged = versions.map((all) => all.at(-1)!);

test(`damaged programs keep the laws (seed ${seed})`, () => {
  fc.assert(
    fc.property(damaged, (text) => void checkLaws(text)),
    { ...options, numRuns: options.numRuns * 4 },
  );
});

test(`random tokens keep the laws (seed ${seed})`, () => {
  const words =
    `var const fun async class trait layout packed union gene test import handle in if else while for match return
    print break perform await unsafe asm fused true nil this super release as at x y "s" 'c' 1 2.5 0x ( ) { } [ ] ; , . ..
    = => == |> ~ ~= < > + - * ! & @ : /// // /* */ <m>`.split(/\s+/);
  const soup = fc.array(fc.constantFrom(...words, "\n", " "), { maxLength: 80 }).map((parts) => parts.join(" "));
  fc.assert(
    fc.property(soup, (text) => void checkLaws(text)),
    { ...options, numRuns: options.numRuns * 4 },
  );
});

test(`random text keeps the laws (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void checkLaws(text)),
    options,
  );
});

// What is read is matched on from what was read before: `elsewhere` has nothing in common with any sample.
test(`a version that is read after another is read as it is afresh (seed ${seed})`, () => {
  const elsewhere = `${"\u{1F600}".repeat(2000)};`;
  fc.assert(
    fc.property(versions, (all) => {
      const inTurn = all.map(parseItem);
      for (const [index, text] of all.entries()) {
        parseItem(elsewhere);
        expect(parseItem(text)).toEqual(inTurn[index]);
      }
    }),
    options,
  );
});
