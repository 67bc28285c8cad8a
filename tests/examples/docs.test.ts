// The samples of README.md and docs/language.md: every ```walia block has no errors, and one with lines that end in
// `// -> text` prints exactly those texts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import { check } from "../../runtime/cli/frontend.ts";
import { runWalia } from "../run.ts";
import { root } from "./command.ts";

interface Sample {
  readonly text: string;
  /** Line of the first line in its page, counted from 1. */
  readonly line: number;
  readonly expected: readonly string[];
}

function samplesOf(page: string): Sample[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```walia\n(.*?)^```$/gms)].map((match) => ({
    text: match[1]!,
    line: text.slice(0, match.index).split("\n").length + 1,
    expected: [...match[1]!.matchAll(/\/\/ -> (.*)$/gm)].map((arrow) => arrow[1]!),
  }));
}

for (const page of ["README.md", "docs/language.md"])
  for (const { text, line, expected } of samplesOf(page))
    test(`${page}:${line} ${expected.length > 0 ? "prints what it says" : "has no errors"}`, async () => {
      if (expected.length > 0) {
        const ran = await runWalia(text);
        expect(ran).toEqual({ output: expected.map((line) => `${line}\n`).join(""), faults: "", exitCode: 0 });
        return;
      }
      const { diagnostics } = check([parseFile("/sample.wal", text, memoryCache())]);
      expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
    });
