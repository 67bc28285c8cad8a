// Programs and their trees, as text: tests/parse/cases/*.txt hold `# name`, the program, `==>`, the tree and the messages.
// `UPDATE=1 npx vitest run tests/parse` writes what is into the files; read the difference before keeping it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseFile } from "../../language/parse/parse.ts";
import { printTree } from "./print-tree.ts";

const directory = join(import.meta.dirname, "cases");

interface Case {
  readonly name: string;
  readonly program: string;
  readonly tree: string;
}

function readCases(text: string): Case[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map((part) => {
      const [head, tree = ""] = part.split(/^==>\n/m) as [string, string?];
      const newline = head.indexOf("\n");
      return { name: head.slice(0, newline), program: head.slice(newline + 1).trim(), tree: tree.trim() };
    });
}

/** The tree of a program, each message above the item it is about. */
function shown(program: string): string {
  const { items } = parseFile("/main.wal", program);
  return items
    .flatMap(({ offset, tree }) => [
      ...tree.errors.map(({ start, end, message }) => {
        const line = program.slice(0, offset + start).split("\n").length;
        return `! ${line}: ${JSON.stringify(tree.text.slice(start, end))} ${message}`;
      }),
      printTree(tree.statements),
    ])
    .filter((line) => line !== "")
    .join("\n");
}

for (const file of readdirSync(directory)) {
  const path = join(directory, file);
  const cases = readCases(readFileSync(path, "utf8"));
  if (process.env.UPDATE !== undefined)
    writeFileSync(path, cases.map(({ name, program }) => `# ${name}\n${program}\n==>\n${shown(program)}\n`).join("\n"));
  describe(file, () => {
    test("holds cases", () => expect(cases.length).toBeGreaterThan(0));
    for (const { name, program, tree } of cases)
      if (process.env.UPDATE === undefined) test(name, () => expect(shown(program)).toBe(tree));
  });
}
