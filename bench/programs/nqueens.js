// The search written as recursion over columns.
export const sizes = { full: 12, quick: 10 };

function isSafe(queen, distance, placed) {
  for (let p = placed, d = distance; p !== null; p = p.rest, d++)
    if (queen === p.row || queen === p.row + d || queen === p.row - d) return false;
  return true;
}

let picks = 0;

function place(size, column, placed) {
  if (column === 0) return 1;
  let solutions = 0;
  for (let row = 1; row <= size; row++) {
    picks++;
    if (isSafe(row, 1, placed)) solutions += place(size, column - 1, { row, rest: placed });
  }
  return solutions;
}

export const run = (n) => place(n, n, null);

/** Resumptions. */
export function operations(n) {
  picks = 0;
  run(n);
  return picks;
}
