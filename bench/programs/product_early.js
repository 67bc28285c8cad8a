// The same recursion left by an exception.
export const sizes = { full: 100_000, quick: 10_000 };

class Done {
  constructor(value) {
    this.value = value;
  }
}

function product(list) {
  if (list === null) return 0;
  if (list.value === 0) throw new Done(0);
  return list.value * product(list.rest);
}

function runProduct(list) {
  try {
    return product(list);
  } catch (error) {
    if (error instanceof Done) return error.value;
    throw error;
  }
}

export function run(n) {
  let list = null;
  for (let i = 0; i <= 1000; i++) list = { value: i, rest: list };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += runProduct(list);
  return sum;
}

/** Frames dropped. */
export const operations = (n) => 1000 * n;
