// The same recursion with the same untaken branch.
export const sizes = { full: 35, quick: 32 };

let negative = 0;

function fib(n) {
  if (n < 0) return negative++;
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

export const run = (n) => fib(n);
export const operations = (n) => 2 * fib(n + 1) - 1;
