// Which entry of a new sequence is a given entry of an old one. Entries are known by numbers (outline.ts). Nothing is guessed:
//
// A1. *Anchors* are numbers that stand once in each sequence. An entry that is one has been found.
// A2. An entry whose number stands several times is looked for between the anchors around it. There the number must stand equally
//     often in both sequences; then first is first, second is second.
// A3. Whatever was before a place must not be after it now, and the other way round: a task would do it twice, or never.

export type Aligned =
  | { readonly kind: "at"; readonly index: number }
  | { readonly kind: "gone" }
  /** It stands there more or less often than before, and none of them is certain (A2). */
  | { readonly kind: "unclear"; readonly before: number; readonly now: number }
  /** Some other entry has changed sides (A3). */
  | { readonly kind: "crossed" };

/** Finds the entry number `index` of the old sequence by A1 and A2. */
export function align(
  before: readonly number[],
  now: readonly number[],
  index: number,
): Exclude<Aligned, { kind: "crossed" }> {
  const number = before[index]!;
  const anchors = anchorsOf(before, now);
  const own = anchors.find(([at]) => at === index);
  if (own !== undefined) return { kind: "at", index: own[1] };
  if (!now.includes(number)) return { kind: "gone" };
  const { from, to, nowFrom, nowTo } = between(anchors, index, before.length, now.length);
  const places = indexesOf(before, number, from, to);
  const nowPlaces = indexesOf(now, number, nowFrom, nowTo);
  if (places.length !== nowPlaces.length) {
    return { kind: "unclear", before: count(before, number), now: count(now, number) };
  }
  return { kind: "at", index: nowPlaces[places.indexOf(index)]! };
}

/** What stands before a place, and what stands after it. */
export interface Sides {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A number that has gone from one side to the other (A3): counted, because it may stand there several times. */
export function crossing(then: Sides, now: Sides): { readonly number: number; readonly isAfter: boolean } | undefined {
  const [before, nowBefore, after, nowAfter] = [then.before, now.before, then.after, now.after].map(counted);
  const of = (counts: ReadonlyMap<number, number> | undefined, number: number): number => counts?.get(number) ?? 0;
  for (const number of new Set([...then.before, ...then.after])) {
    const [less, more] = [of(nowBefore, number) - of(before, number), of(nowAfter, number) - of(after, number)];
    if (less < 0 && more > 0) return { number, isAfter: true };
    if (less > 0 && more < 0) return { number, isAfter: false };
  }
  return undefined;
}

function counted(numbers: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}

/**
 * The same for entries that may themselves have been changed: what is not found by its number `exact` is found by the looser one
 * when that stands once between the anchors, in both sequences, among what has no counterpart.
 */
export function alignLoosely(
  before: readonly { readonly exact: number; readonly loose: number }[],
  now: readonly { readonly exact: number; readonly loose: number }[],
  index: number,
): Aligned {
  const exactBefore = before.map(({ exact }) => exact);
  const exactNow = now.map(({ exact }) => exact);
  const exact = align(exactBefore, exactNow, index);
  if (exact.kind !== "gone") return exact;
  const { loose } = before[index]!;
  const anchors = anchorsOf(exactBefore, exactNow);
  const { from, to, nowFrom, nowTo } = between(anchors, index, before.length, now.length);
  const isChanged = (other: readonly number[], entry: { exact: number; loose: number }): boolean =>
    entry.loose === loose && !other.includes(entry.exact);
  const places = range(from, to).filter((i) => isChanged(exactNow, before[i]!));
  const nowPlaces = range(nowFrom, nowTo).filter((i) => isChanged(exactBefore, now[i]!));
  if (nowPlaces.length === 0) return { kind: "gone" };
  if (places.length !== 1 || nowPlaces.length !== 1)
    return { kind: "unclear", before: places.length, now: nowPlaces.length };
  return uncrossed(anchors, index, nowPlaces[0]!);
}

type Anchor = readonly [before: number, now: number];

/** A1, in the old order. */
function anchorsOf(before: readonly number[], now: readonly number[]): Anchor[] {
  const places = singles(before);
  const nowPlaces = singles(now);
  const anchors: Anchor[] = [];
  for (const [number, at] of places) {
    const nowAt = nowPlaces.get(number);
    if (at >= 0 && nowAt !== undefined && nowAt >= 0) anchors.push([at, nowAt]);
  }
  return anchors;
}

/** Where each number stands, or -1 when in several places; in the order of the first places. */
function singles(sequence: readonly number[]): Map<number, number> {
  const places = new Map<number, number>();
  sequence.forEach((number, i) => void places.set(number, places.has(number) ? -1 : i));
  return places;
}

/** The stretch of both sequences between the anchors next to `index`. */
function between(anchors: readonly Anchor[], index: number, length: number, nowLength: number) {
  const last = anchors.filter(([at]) => at < index).at(-1);
  const next = anchors.find(([at]) => at > index);
  return {
    from: last === undefined ? 0 : last[0] + 1,
    to: next === undefined ? length : next[0],
    nowFrom: last === undefined ? 0 : last[1] + 1,
    nowTo: next === undefined ? nowLength : next[1],
  };
}

/** A3 */
function uncrossed(anchors: readonly Anchor[], index: number, now: number): Aligned {
  for (const [at, nowAt] of anchors) if (at < index !== nowAt < now) return { kind: "crossed" };
  return { kind: "at", index: now };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

const indexesOf = (sequence: readonly number[], number: number, from: number, to: number): number[] =>
  range(from, to).filter((i) => sequence[i] === number);

const count = (sequence: readonly number[], number: number): number =>
  sequence.filter((each) => each === number).length;
