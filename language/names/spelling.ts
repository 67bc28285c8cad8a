// "Did you mean": the known name nearest to a wrong one, if any is near enough.
//
// N1. Names may differ by one letter in three, and never by more than two.
// N2. A workspace has thousands of names, and half of a program may be wrong while it is being written. So names stand by their
//     length beside the letters they have, and most are ruled out by these.

export interface Nearest {
  readonly name: string;
  /** How many letters differ; less than one when only their case does. */
  readonly distance: number;
}

/** Names of one length. */
interface Group {
  readonly names: string[];
  readonly letters: number[];
}

export class Spellings {
  readonly #byLength = new Map<number, Group>();
  /** What was found: while one name is typed, the others that are wrong are asked for again and again. */
  readonly #known = new Map<string, Nearest | undefined>();

  constructor(names: Iterable<string>) {
    for (const name of names) {
      let group = this.#byLength.get(name.length);
      if (group === undefined) {
        group = { names: [], letters: [] };
        this.#byLength.set(name.length, group);
      }
      group.names.push(name);
      group.letters.push(lettersOf(name));
    }
  }

  /** The nearest of the names that are not `name` itself; of several the first, those of the same length before others. */
  nearest(name: string): Nearest | undefined {
    if (this.#known.has(name)) return this.#known.get(name);
    if (this.#known.size === MOST_KNOWN) this.#known.clear();
    const found = this.#find(name);
    this.#known.set(name, found);
    return found;
  }

  #find(name: string): Nearest | undefined {
    const limit = Math.min(2, Math.floor(name.length / 3));
    const letters = lettersOf(name);
    let found: Nearest | undefined;
    const look = ({ names, letters: others }: Group): void => {
      const small = names[0]!.length === name.length ? name.toLowerCase() : null;
      for (let i = 0; i < names.length; i++) {
        const other = others[i]!;
        if (areApart(letters, other)) continue;
        const candidate = names[i]!;
        if (candidate === name) continue;
        const isCase = letters === other && candidate.toLowerCase() === small;
        // Nearer than one letter is only the same name in another case.
        if (!isCase && found !== undefined && found.distance <= 1) continue;
        const distance = isCase ? 0.5 : editDistance(name, candidate);
        if (distance < (found?.distance ?? limit + 1)) found = { name: candidate, distance };
      }
    };
    for (let by = 0; by <= limit; by++) {
      for (const length of by === 0 ? [name.length] : [name.length - by, name.length + by]) {
        const group = this.#byLength.get(length);
        if (group !== undefined) look(group);
      }
    }
    return found;
  }
}

/** The candidate that was perhaps meant (N1). */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  return new Spellings(candidates).nearest(name)?.name;
}

const MOST_KNOWN = 1000;

/** Whether names with these letters differ too much: each letter that only one has must be inserted, removed or changed. */
const areApart = (a: number, b: number): boolean => isMoreThanTwo(a & ~b) || isMoreThanTwo(b & ~a);

/** Whether more than two bits are set: whether one is left when the lowest two are gone. */
function isMoreThanTwo(bits: number): boolean {
  const withoutOne = bits & (bits - 1);
  return (withoutOne & (withoutOne - 1)) !== 0;
}

/** Which letters a name has, in either case, as bits; a few share one. */
function lettersOf(name: string): number {
  let bits = 0;
  for (let i = 0; i < name.length; i++) bits |= 1 << (name.charCodeAt(i) & 31);
  return bits;
}

/** Letters to insert, remove, replace or swap with their neighbour; Infinity when there are surely too many. */
function editDistance(first: string, second: string): number {
  const shorter = Math.min(first.length, second.length);
  let start = 0;
  while (start < shorter && first.charCodeAt(start) === second.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < shorter - start &&
    first.charCodeAt(first.length - 1 - end) === second.charCodeAt(second.length - 1 - end)
  )
    end++;
  const a = first.slice(start, first.length - end);
  const b = second.slice(start, second.length - end);
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  if (areApart(lettersOf(a), lettersOf(b))) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
