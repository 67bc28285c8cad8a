// "Did you mean": the known name nearest to a wrong one, if any is near enough.

/** By how many letters what is meant may differ from a name: one in three, and never more than two. */
export const nearness = (name: string): number => Math.min(2, Math.floor(name.length / 3));

/** The candidate that differs by the fewest letters, and near enough. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = nearness(name);
  const small = name.toLowerCase();
  const letters = lettersOf(name);
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > limit) continue;
    const isSpelled = candidate.length === name.length && candidate.toLowerCase() === small;
    // Each letter that only one of the two has must be inserted, removed or changed.
    const others = lettersOf(candidate);
    if (!isSpelled && Math.max(bitsIn(letters & ~others), bitsIn(others & ~letters)) > limit) continue;
    const distance = isSpelled ? 0.5 : editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Which letters a name has, as bits; a few share one. */
function lettersOf(name: string): number {
  let bits = 0;
  for (let i = 0; i < name.length; i++) bits |= 1 << (name.charCodeAt(i) & 31);
  return bits;
}

function bitsIn(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Letters to insert, remove, replace or swap with their neighbour. */
function editDistance(a: string, b: string): number {
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
