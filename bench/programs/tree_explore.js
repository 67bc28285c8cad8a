// Both ways are taken by recursion, which gets the rest of the path as a callback.
export const sizes = { full: 16, quick: 12 };

const make = (depth) => {
  if (depth === 0) return null;
  const half = make(depth - 1);
  return { left: half, value: depth, right: half };
};

const operator = (x, y) => Math.abs(x - 503 * y + 37) % 1009;

export function run(n) {
  const tree = make(n);
  let state = 0;

  function explore(node, rest) {
    if (node === null) return rest(state);
    const go = (next) => {
      state = operator(state, node.value);
      return explore(next, (value) => rest(operator(node.value, value)));
    };
    const found = go(node.left);
    for (const path of go(node.right)) found.push(path);
    return found;
  }

  for (let i = 0; i < 10; i++) state = explore(tree, (value) => [value]).reduce((a, b) => Math.max(a, b), 0);
  return state;
}

/** Resumptions. */
export const operations = (n) => 10 * 2 * (2 ** n - 1);
