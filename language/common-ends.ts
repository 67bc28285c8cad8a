// What two versions of a text share, for those who read again only what is between.

/** How many characters two texts have in common at their start, and behind that at their end. */
export function commonEnds(a: string, b: string): { prefix: number; suffix: number } {
  const shorter = Math.min(a.length, b.length);
  const prefix = mostThat(shorter, (from, to) => a.slice(from, to) === b.slice(from, to));
  const suffix = mostThat(
    shorter - prefix,
    (from, to) => a.slice(a.length - to, a.length - from) === b.slice(b.length - to, b.length - from),
  );
  return { prefix, suffix };
}

/** How far something holds: by halves, since to compare two long pieces is one operation. */
function mostThat(limit: number, holds: (from: number, to: number) => boolean): number {
  let known = 0;
  let most = limit;
  while (known < most) {
    const middle = (known + most + 1) >> 1;
    if (holds(known, middle)) known = middle;
    else most = middle - 1;
  }
  return known;
}
