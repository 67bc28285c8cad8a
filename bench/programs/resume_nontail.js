// Plain recursion: the rest of the loop is a call inside the handler's work.
export const sizes = { full: 10_000, quick: 1_000 };

function loop(i, start) {
  if (i === 0) return start;
  const y = loop(i - 1, start);
  return Math.abs(i - 503 * y + 37) % 1009;
}

export function run(n) {
  let result = 0;
  for (let i = 0; i < 1000; i++) result = loop(n, result);
  return result;
}

export const operations = (n) => 1000 * n;
