// Whole programs that must parse without a message: tests/parse/samples/*.wal.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const directory = join(import.meta.dirname, "samples");

export const samples: readonly { readonly name: string; readonly text: string }[] = readdirSync(directory).map(
  (name) => ({
    name,
    text: readFileSync(join(directory, name), "utf8"),
  }),
);
