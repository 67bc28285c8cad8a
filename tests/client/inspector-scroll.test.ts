// Which rows of the panel's list are in sight, and where to scroll to see another: also where the list is taller than a browser can show.

import { describe, expect, test } from "vitest";
import { heightOf, ROW, rowAt, scrollTopOf, scrollTopToSee } from "../../client/inspector/page/scroll.ts";

describe.each([0, 1, 5, 1000, 681_818, 1_000_000, 30_000_000])("of %i rows", (total) => {
  const port = { total, height: 10.5 * ROW };
  const most = Math.max(0, heightOf(port) - port.height);

  test("the first is at the top, and the last at the bottom", () => {
    expect(rowAt(port, 0)).toBe(0);
    if (most > 0) expect(rowAt(port, most) + port.height / ROW).toBeCloseTo(total, 3);
    expect(heightOf(port)).toBeLessThan(16_000_000);
  });

  test("each can be scrolled to", () => {
    for (const row of [0, 1, 7, total / 2, total - 11].map(Math.floor).filter((each) => each >= 0))
      expect(rowAt(port, scrollTopOf(port, row))).toBeCloseTo(row, 3);
  });

  test("one that is not in sight comes into sight at the nearer edge", () => {
    const from = Math.floor(total / 2);
    const at = scrollTopOf(port, from);
    const seen = (row: number): number => rowAt(port, scrollTopToSee(port, at, row));
    for (const row of [from, from + 9]) expect(scrollTopToSee(port, at, row)).toBe(at);
    expect(seen(from - 1)).toBeCloseTo(from - 1, 3);
    expect(seen(from + 20)).toBeCloseTo(from + 21 - 10.5, 3);
  });
});
