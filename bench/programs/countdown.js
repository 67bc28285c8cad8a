// Closures over a local variable, in a loop.
export const sizes = { full: 200_000_000, quick: 20_000_000 };

function countdown(state) {
  for (;;) {
    const i = state.get();
    if (i === 0) return i;
    state.set(i - 1);
  }
}

export function run(n) {
  let state = n;
  return countdown({
    get: () => state,
    set: (value) => {
      state = value;
    },
  });
}

export const operations = (n) => 2 * n;
