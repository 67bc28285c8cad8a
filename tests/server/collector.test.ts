// When the server collects what is young.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { collector, QUIET, youngSpace } from "../../server/collector.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(isHalfFull = true) {
  const space = { collected: 0, isHalfFull: () => isHalfFull, collect: () => void space.collected++ };
  return space;
}

test("it collects when nothing has come for a while, once", async () => {
  const space = watched();
  const message = collector(space);
  message();
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  message();
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  expect(space.collected).toBe(0);
  await vi.advanceTimersByTimeAsync(3);
  expect(space.collected).toBe(1);
  await vi.advanceTimersByTimeAsync(100 * QUIET);
  expect(space.collected).toBe(1);
  message();
  await vi.advanceTimersByTimeAsync(2 * QUIET);
  expect(space.collected).toBe(2);
});

test("it does not when a message came while it was about to", async () => {
  const space = watched();
  const message = collector(space);
  message();
  setTimeout(() => setImmediate(message), QUIET);
  await vi.advanceTimersByTimeAsync(QUIET + 3);
  expect(space.collected).toBe(0);
});

test("it waits for as long again when it was kept waiting", async () => {
  const space = watched();
  collector(space)();
  // Work that takes 30 ms: the clock goes on, and no timer comes.
  const now = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 30);
  await vi.advanceTimersByTimeAsync(QUIET + 3);
  expect(space.collected).toBe(0);
  now.mockRestore();
  await vi.advanceTimersByTimeAsync(2 * QUIET);
  expect(space.collected).toBe(1);
});

test("it does not wait for ever where every timer is late", async () => {
  const space = watched();
  collector(space)();
  let late = performance.now();
  const now = vi.spyOn(performance, "now").mockImplementation(() => {
    late += 30;
    return late;
  });
  await vi.advanceTimersByTimeAsync(3 * QUIET);
  expect(space.collected).toBe(1);
  now.mockRestore();
});

test("it does not while there is much room", async () => {
  const space = watched(false);
  const message = collector(space);
  message();
  await vi.advanceTimersByTimeAsync(3 * QUIET);
  expect(space.collected).toBe(0);
});

test("under Node, a collection makes room", () => {
  const space = youngSpace()!;
  const some: object[][] = [];
  while (!space.isHalfFull()) some.push(Array.from({ length: 100 }, () => ({})));
  some.length = 0;
  space.collect();
  expect(space.isHalfFull()).toBe(false);
});
