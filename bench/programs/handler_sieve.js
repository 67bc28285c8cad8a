// A chain of closures, one for each prime.
export const sizes = { full: 60_000, quick: 10_000 };

let asked = 0;

export function run(n) {
  let isPrime = () => true;
  let sum = 0;
  for (let i = 2; i < n; i++) {
    if (!isPrime(i)) continue;
    sum += i;
    const next = isPrime;
    isPrime = (number) => {
      asked++;
      return number % i === 0 ? false : next(number);
    };
  }
  return sum;
}

/** Handlers passed. */
export function operations(n) {
  asked = 0;
  run(n);
  return asked;
}
