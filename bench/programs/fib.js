// Plain recursion.
export const sizes = { full: 35, quick: 32 };

function fib(n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export const run = (n) => fib(n);

/** Calls made: the unit of "per operation". */
export const operations = (n) => 2 * fib(n + 1) - 1;
