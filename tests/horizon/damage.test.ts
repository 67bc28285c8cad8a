// Damage of every kind: it is named, never believed, and what it has not reached stays readable. LMDB itself dies of most of
// it; a test process that ends by a signal has failed.

import { closeSync, copyFileSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put } from "../../runtime/horizon/change.ts";
import { checkFile, payloadOf } from "../../runtime/horizon/check.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { damageText, HorizonError } from "../../runtime/horizon/trouble.ts";
import { bytes, type Content, folder, makeFile, nameOf, randomFrom } from "./fixture.ts";

interface Verdict {
  /** Records that were read and are what was written. */
  readonly sound: number;
  /** Nothing was said to be wrong. */
  readonly trusted: boolean;
  readonly said: string;
}

/** Reads a file and compares every record with what was written; a wrong one, or a missing one of which nothing is said, throws. */
function judge(path: string, content: Content, what: string): Verdict {
  let sound = 0;
  let said: string[];
  try {
    const { damage } = checkFile(path, (table, key, payload) => {
      if (table === Table.Meta) return;
      expect(Buffer.from(payloadOf(payload)).toString("hex"), what).toBe(content.get(nameOf(table, key)));
      sound++;
    });
    said = damage.map(damageText);
  } catch (error) {
    if (!(error instanceof HorizonError)) throw error;
    said = [error.message];
  }
  if (said.length === 0) expect(sound, `${what}: records are missing and nobody says so`).toBe(content.size);
  for (const line of said) expect(line).not.toMatch(/undefined|NaN|\[object/);
  return { sound, trusted: said.length === 0, said: said.join("\n") };
}

/** What is trusted can be opened and written to, and what is not is refused. */
async function useOrRefuse(path: string, trusted: boolean, what: string): Promise<void> {
  const opened = await Store.open(path, { by: "test" }).catch((error: unknown) => error);
  if (opened instanceof Store) {
    expect(trusted, `${what} was opened`).toBe(true);
    for (let n = 0; n < 5; n++) opened.commit([put(Table.Tasks, 5000 + n, bytes(200, n))]);
    await opened.close();
    expect(checkFile(path).damage, what).toEqual([]);
  } else expect(opened, what).toBeInstanceOf(HorizonError);
}

async function original(): Promise<{ path: string; content: Content; size: number; copy: (n: number) => string }> {
  const home = folder();
  const path = join(home, "a.wld");
  const content = await makeFile(path, 200);
  const copy = (n: number): string => {
    const to = join(home, `copy${n}.wld`);
    copyFileSync(path, to);
    return to;
  };
  return { path, content, size: readFileSync(path).length, copy };
}

describe("a damaged file", () => {
  test("untouched, is sound", async () => {
    const { path, content } = await original();
    expect(judge(path, content, "untouched")).toMatchObject({ trusted: true, sound: content.size });
  });

  test("cut at every page, is refused, or lost nothing", { timeout: 300_000 }, async () => {
    const { content, size, copy } = await original();
    const to = copy(0);
    let refused = 0;
    for (let length = size - 4096; length >= 0; length -= 4096) {
      truncateSync(to, length);
      const { trusted, said } = judge(to, content, `cut to ${length} bytes`);
      if (!trusted) expect(said).toMatch(/cut off|empty|no file that holds/);
      if (!trusted) refused++;
    }
    expect(refused).toBeGreaterThan(size / 4096 / 2);
  });

  test("with a bit turned anywhere, 1,000 times, is named, or lost nothing", { timeout: 300_000 }, async () => {
    const { path, content, size } = await original();
    const image = readFileSync(path);
    const seed = Date.now();
    const random = randomFrom(seed);
    const to = join(path, "..", "flipped.wld");
    let named = 0;
    for (let n = 0; n < 1000; n++) {
      const at = Math.floor(random() * size);
      const bit = 1 << Math.floor(random() * 8);
      image[at]! ^= bit;
      writeFileSync(to, image);
      const what = `seed ${seed}, flip ${n}: byte ${at}, bit ${bit}`;
      const { trusted, sound } = judge(to, content, what);
      if (!trusted) named++;
      // One bit in the middle of the tree takes a part of the records along, not all of them.
      if (!trusted && at > 8 * 4096) expect(sound, what).toBeGreaterThan(0);
      if (n % 10 === 0) await useOrRefuse(to, trusted, what);
      image[at]! ^= bit;
    }
    expect(named).toBeGreaterThan(100);
  });

  test("with any page zeroed, or swapped for another, is named, or lost nothing", { timeout: 300_000 }, async () => {
    const { path, content, size } = await original();
    const image = readFileSync(path);
    const pages = size / 4096;
    const seed = Date.now();
    const random = randomFrom(seed);
    const to = join(path, "..", "zeroed.wld");
    for (let page = 0; page < pages; page++) {
      for (const how of ["zeroed", "swapped"]) {
        const damaged = Buffer.from(image);
        const other = Math.floor(random() * pages);
        if (how === "zeroed") damaged.fill(0, page * 4096, (page + 1) * 4096);
        else image.copy(damaged, page * 4096, other * 4096, (other + 1) * 4096);
        writeFileSync(to, damaged);
        const what = `seed ${seed}: page ${page} ${how} (${other})`;
        const { trusted } = judge(to, content, what);
        if (page % 4 === 0) await useOrRefuse(to, trusted, what);
      }
    }
  });

  test("filled with noise from any page on, is named", async () => {
    const { path, content, size } = await original();
    const seed = Date.now();
    const random = randomFrom(seed);
    const to = join(path, "..", "noise.wld");
    for (let page = 0; page < size / 4096; page += 3) {
      copyFileSync(path, to);
      const file = openSync(to, "r+");
      const noise = Buffer.from(Array.from({ length: 4096 }, () => Math.floor(random() * 256)));
      writeSync(file, noise, 0, noise.length, page * 4096);
      closeSync(file);
      judge(to, content, `seed ${seed}: noise on page ${page}`);
    }
  });

  // The last write of a file that was closed only says that nobody has it, so nothing is lost when that one is hidden.
  test("whose last write has another number, is named, or lost nothing", { timeout: 300_000 }, async () => {
    const { path, content } = await original();
    const image = readFileSync(path);
    const transactions = [0, 1].map((meta) => image.readUInt32LE(meta * 4096 + 24 + 128));
    const newest = transactions[0]! > transactions[1]! ? 0 : 1;
    const last = transactions[newest]!;
    const verdicts = [last - 2, last + 2, last + 1, last - 1, 0, 1].map((number) => {
      const changed = Buffer.from(image);
      changed.writeUInt32LE(number, newest * 4096 + 24 + 128);
      const to = join(path, "..", "older.wld");
      writeFileSync(to, changed);
      return judge(to, content, `transaction ${number}`).trusted;
    });
    expect(verdicts).toEqual([true, false, false, false, false, false]);
  });
});
