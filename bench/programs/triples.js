// Every choice gets the rest of the search as a callback.
export const sizes = { full: 300, quick: 100 };

let flips = 0;

function choice(n, rest) {
  let result = 0;
  for (let i = n; i >= 1; i--) {
    flips++;
    result = (result + rest(i)) % 1000000007;
  }
  return result;
}

const hash = (i, j, k) => (53 * i + 2809 * j + 148877 * k) % 1000000007;

export const run = (n) =>
  choice(n, (i) => choice(i - 1, (j) => choice(j - 1, (k) => (i + j + k === n ? hash(i, j, k) : 0))));

/** Resumptions: two a flip. */
export function operations(n) {
  flips = 0;
  run(n);
  return 2 * flips;
}
