// When the server collects what is not used any more.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { collector, heapOfV8, PAUSE, QUIET } from "../../server/collector.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(isHalfFull = true, hasGrown = false) {
  const heap = {
    collected: 0,
    collectedAll: 0,
    isHalfFull: () => isHalfFull,
    collectYoung: () => void heap.collected++,
    hasGrown: () => hasGrown,
    collectAll: () => void heap.collectedAll++,
  };
  return heap;
}

test("it collects when nothing has come for a while, once", async () => {
  const heap = watched();
  const message = collector(heap);
  message();
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  message();
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  expect(heap.collected).toBe(0);
  await vi.advanceTimersByTimeAsync(3);
  expect(heap.collected).toBe(1);
  await vi.advanceTimersByTimeAsync(100 * QUIET);
  expect(heap.collected).toBe(1);
  message();
  await vi.advanceTimersByTimeAsync(2 * QUIET);
  expect(heap.collected).toBe(2);
});

test("it does not when a message came while it was about to", async () => {
  const heap = watched();
  const message = collector(heap);
  message();
  setTimeout(() => setImmediate(message), QUIET);
  await vi.advanceTimersByTimeAsync(QUIET + 3);
  expect(heap.collected).toBe(0);
});

test("it waits for as long again when it was kept waiting", async () => {
  const heap = watched();
  collector(heap)();
  // Work that takes 30 ms: the clock goes on, and no timer comes.
  const now = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 30);
  await vi.advanceTimersByTimeAsync(QUIET + 3);
  expect(heap.collected).toBe(0);
  now.mockRestore();
  await vi.advanceTimersByTimeAsync(2 * QUIET);
  expect(heap.collected).toBe(1);
});

test("it does not wait for ever where every timer is late", async () => {
  const heap = watched();
  collector(heap)();
  let late = performance.now();
  const now = vi.spyOn(performance, "now").mockImplementation(() => {
    late += 30;
    return late;
  });
  await vi.advanceTimersByTimeAsync(3 * QUIET);
  expect(heap.collected).toBe(1);
  now.mockRestore();
});

test("it does not while there is much room", async () => {
  const heap = watched(false);
  const message = collector(heap);
  message();
  await vi.advanceTimersByTimeAsync(3 * QUIET);
  expect(heap.collected).toBe(0);
});

test("everything is collected in a longer pause, once, when there is more of it", async () => {
  const heap = watched(false, true);
  const message = collector(heap);
  message();
  await vi.advanceTimersByTimeAsync(PAUSE - 1);
  message();
  await vi.advanceTimersByTimeAsync(PAUSE - 1);
  expect(heap.collectedAll).toBe(0);
  await vi.advanceTimersByTimeAsync(3);
  expect(heap.collectedAll).toBe(1);
  await vi.advanceTimersByTimeAsync(10 * PAUSE);
  expect(heap.collectedAll).toBe(1);

  const same = watched(false, false);
  collector(same)();
  await vi.advanceTimersByTimeAsync(2 * PAUSE);
  expect(same.collectedAll).toBe(0);
});

test("under Node, a collection makes room", () => {
  const heap = heapOfV8()!;
  const some: object[][] = [];
  while (!heap.isHalfFull()) some.push(Array.from({ length: 100 }, () => ({})));
  some.length = 0;
  heap.collectYoung();
  expect(heap.isHalfFull()).toBe(false);
});

test("under Node, what was alive when everything was collected is no growth", () => {
  const heap = heapOfV8()!;
  heap.collectAll();
  const some: object[] = [];
  while (!heap.hasGrown()) for (let i = 0; i < 1000; i++) some.push({ i });
  heap.collectAll();
  expect(heap.hasGrown()).toBe(false);
  expect(some.length).toBeGreaterThan(0);
});
