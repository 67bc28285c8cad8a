// JavaScript has no such depth: the recursion is a loop over a stack of its own.
export const sizes = { full: 1_000_000, quick: 1_000_000 };

export function run(n) {
  const stack = [];
  for (let i = n; i > 0; i--) stack.push(i);
  let sum = 0;
  while (stack.pop() !== undefined) sum++;
  return sum;
}

export const operations = (n) => n;
