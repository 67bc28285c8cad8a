// Which rows of a long list are on the screen. All rows are as high as each other, and only those in sight are drawn.
//
// R1. Browsers cannot show an element of any height. A list that would be taller is drawn on a shorter one, and scrolls further
//     than the bar is moved.

/** Pixels. */
export const ROW = 22;
/** R1: Chromium's own limit is a little more than twice that. */
const TALLEST = 15_000_000;

export interface Port {
  /** Rows of the list. */
  readonly total: number;
  /** Pixels of it that are in sight. */
  readonly height: number;
}

/** Pixels of the element that is scrolled. */
export const heightOf = ({ total }: Port): number => Math.min(total * ROW, TALLEST);

/** The row at the upper edge, with its part that is out of sight. */
export function rowAt(port: Port, scrollTop: number): number {
  return (scrollTop * scale(port)) / ROW;
}

/** Where to scroll so that a row is at the upper edge. */
export function scrollTopOf(port: Port, row: number): number {
  return (row * ROW) / scale(port);
}

/** Where to scroll so that a row is in sight, and no further than that. */
export function scrollTopToSee(port: Port, scrollTop: number, row: number): number {
  const first = rowAt(port, scrollTop);
  const fit = port.height / ROW;
  if (row < first) return scrollTopOf(port, row);
  return row + 1 > first + fit ? scrollTopOf(port, row + 1 - fit) : scrollTop;
}

function scale(port: Port): number {
  const all = port.total * ROW;
  return all <= TALLEST ? 1 : (all - port.height) / (TALLEST - port.height);
}
