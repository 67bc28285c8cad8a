// The editor's grammar (syntaxes/*.tmLanguage.json): cases that say the scopes beside the code, and what must hold of every
// program: it agrees with the parser about what is a comment, a string and a keyword.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRegistryFromGrammars } from "vscode-tmgrammar-test/dist/common/index.js";
import { parseFile } from "../../language/parse/parse.ts";
import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import { samples } from "../parse/samples.ts";

const root = join(import.meta.dirname, "../..");
const grammar = join(root, "syntaxes/walia.tmLanguage.json");
const coreGrammar = join(root, "syntaxes/core.tmLanguage.json");
const cases = join(import.meta.dirname, "cases");

test.each(readdirSync(cases))("%s has the scopes that stand below its lines", (name) => {
  const program = join(root, "node_modules/vscode-tmgrammar-test/dist/unit.js");
  const { status, stdout } = spawnSync(
    process.execPath,
    [program, "-g", grammar, "-g", coreGrammar, join(cases, name)],
    {
      encoding: "utf8",
    },
  );
  expect(stdout).toContain("run successfuly");
  expect(status).toBe(0);
});

/** A Markdown that knows nothing but what is injected into it. */
const markdown = { scopeName: "text.html.markdown", patterns: [] };

const registry = createRegistryFromGrammars([
  {
    grammar: { scopeName: "source.walia", path: grammar },
    content: readFileSync(grammar, "utf8"),
  },
  {
    grammar: { scopeName: "text.html.markdown", path: "markdown.json" },
    content: JSON.stringify(markdown),
  },
  {
    grammar: {
      scopeName: "markdown.walia.codeblock",
      path: join(root, "syntaxes/markdown.tmLanguage.json"),
      injectTo: ["text.html.markdown"],
    },
    content: readFileSync(join(root, "syntaxes/markdown.tmLanguage.json"), "utf8"),
  },
]);

interface Scoped {
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly scopes: string;
}

/** Every token of a text; lines and columns from 1. */
async function tokensOf(scopeName: string, text: string): Promise<Scoped[]> {
  const loaded = (await registry.loadGrammar(scopeName))!;
  let state: Parameters<typeof loaded.tokenizeLine>[1] = null;
  return text.split("\n").flatMap((content, i) => {
    const { tokens, ruleStack } = loaded.tokenizeLine(content, state);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      line: i + 1,
      column: startIndex + 1,
      text: content.slice(startIndex, endIndex),
      scopes: scopes.join(" "),
    }));
  });
}

const examples = readdirSync(join(root, "examples"))
  .filter((name) => name.endsWith(".wal"))
  .map((name) => ({ name, text: readFileSync(join(root, "examples", name), "utf8") }));
const programs = [...examples, ...samples];

test.each(programs)("$name: comments are where the parser sees them", async ({ text }) => {
  const index = lineIndex(text);
  const begins = parseFile("a.wal", text).items.flatMap(({ offset: at, tree }) =>
    tree.comments.map(({ start }) => toLineColumn(index, offset(at + start))),
  );
  const tokens = await tokensOf("source.walia", text);
  const places = (found: readonly { line: number; column: number }[]): string[] =>
    found.map(({ line, column }) => `${line}:${column}`);
  const marks = tokens.filter(
    ({ text: token, scopes }) => scopes.includes("punctuation.definition.comment") && token !== "*/",
  );
  expect(places(marks)).toEqual(places(begins));
});

const KEYWORDS = new Set(
  `var const fun async await return if else while for in break continue match handle perform unsafe class trait with super
   import as true false nil and or print layout packed union asm release gene fused`.split(/\s+/),
);

test.each(programs)("$name: keywords look like keywords, and nothing is illegal", async ({ text }) => {
  const wrong = (await tokensOf("source.walia", text)).filter(({ text: token, scopes }) => {
    if (scopes.includes("invalid")) return true;
    const isWord = !/comment|string|property|entity\.name/.test(scopes);
    return (
      isWord && KEYWORDS.has(token.trim()) && !/keyword|storage|constant\.language|variable\.language/.test(scopes)
    );
  });
  expect(wrong).toEqual([]);
});

test("a walia fence in Markdown is coloured as Walia, and ends where it ends", async () => {
  const text = ["# Title", "", "```walia", "fun f() 1;", "```", "fun f() 1;"].join("\n");
  const tokens = await tokensOf("text.html.markdown", text);
  const words = tokens.filter(({ text: word }) => word === "fun" || word.startsWith("fun "));
  expect(
    words.map(({ line, scopes }) => [
      line,
      scopes.includes("source.walia") || scopes.includes("storage.type.function.walia"),
    ]),
  ).toEqual([
    [4, true],
    [6, false],
  ]);
});
