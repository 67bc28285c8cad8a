// The producer calls a callback.
export const sizes = { full: 40_000_000, quick: 10_000_000 };

function range(from, to, emit) {
  for (let i = from; i <= to; i++) emit(i);
}

export function run(n) {
  let sum = 0;
  range(0, n, (value) => {
    sum += value;
  });
  return sum;
}

export const operations = (n) => n + 1;
