// The handlers are closures found on a record that is passed along.
export const sizes = { full: 10_000_000, quick: 3_000_000 };

function withState(start, body) {
  let state = start;
  body({
    get: () => state,
    set: (value) => {
      state = value;
    },
  });
  return state;
}

export const run = (n) =>
  withState(0, (state) => {
    for (let i = 0; i < n; i++) state.set(state.get() + i);
  });

export const operations = (n) => 2 * n;
