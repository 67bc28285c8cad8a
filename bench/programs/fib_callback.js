// Every step goes through a function value.
export const sizes = { full: 35, quick: 32 };

function fib(n, next) {
  return n < 2 ? n : next(n - 1, next) + next(n - 2, next);
}

export const run = (n) => fib(n, fib);
export const operations = (n) => 2 * fib(n + 1, fib) - 1;
