// Programs to try laws on: the examples, and the benchmark's.

import { readdirSync, readFileSync } from "node:fs";

/** Name and text of every .wal file of the examples and the benchmark. */
export const programs: readonly (readonly [name: string, text: string])[] = ["../../examples/", "../../bench/programs/"]
  .map((folder) => new URL(folder, import.meta.url))
  .flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".wal"))
      .map((name) => [name, readFileSync(new URL(name, folder), "utf8")] as const),
  );
