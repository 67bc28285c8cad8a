// The house is kept in order: who may import whom (docs/architecture.md), and what every source file owes its reader.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/**
 * The parts of the house, innermost folder first, and which parts each may import besides itself. Imports of types count: to
 * know a type is to know the part. Everybody may use npm packages; `language` and drivers are bound further below.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // The compiled grammar.
  syntaxes: [],
  language: ["syntaxes"],
  // What is kept between runs: needs Node, so `language` has no part in it.
  cache: ["language"],
  server: ["language", "cache"],
  // The words of a protocol, and nothing that runs.
  "runtime/inspector": [],
  // It talks to the server and to programs by protocols only.
  client: ["runtime/inspector"],
  "runtime/engine": [],
  "runtime/library": ["runtime/engine"],
  // The codec writes values and frames: it knows what they are, which is the engine's business.
  "runtime/codec": ["runtime/engine"],
  "runtime/compile": ["language", "runtime/engine"],
  "runtime/nexus": [],
  // Stores bytes: what they mean is the reactor's and the codec's business.
  "runtime/horizon": [],
  "runtime/reactor/drivers": [],
  "runtime/reactor": ["runtime/engine", "runtime/codec", "runtime/nexus", "runtime/horizon", "runtime/reactor/drivers"],
  // Compares versions of a program, and reads and writes what is kept of its tasks.
  "runtime/upgrade": [
    "language",
    "runtime/compile",
    "runtime/engine",
    "runtime/codec",
    "runtime/horizon",
    "runtime/reactor",
  ],
  // Stops programs and looks into them; the command brings the program.
  "runtime/debug": ["language", "runtime/compile", "runtime/engine", "runtime/reactor", "runtime/reactor/drivers"],
  "runtime/cli": [
    "language",
    "cache",
    // Only to know what the server wants of the runtime (server/tools.ts).
    "server",
    "runtime/compile",
    "runtime/debug",
    "runtime/engine",
    "runtime/horizon",
    "runtime/inspector",
    "runtime/library",
    "runtime/nexus",
    "runtime/reactor",
    "runtime/reactor/drivers",
    "runtime/upgrade",
  ],
  bench: [
    "language",
    "runtime/codec",
    "runtime/compile",
    "runtime/debug",
    "runtime/engine",
    "runtime/horizon",
    "runtime/library",
    "runtime/reactor",
    "runtime/reactor/drivers",
    "runtime/cli",
  ],
};

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = [
  "language",
  "cache",
  "runtime",
  "server",
  "client",
  "bench",
  "tests",
  "scripts",
  "bin",
]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  )
  .filter((path) => /\.(ts|mjs|js|wal)$/.test(path) && !path.includes("node_modules") && !path.includes("programs/"))
  .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(join(root, path), "utf8") }));

function partOf(path: string): string | undefined {
  const parts = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);
  return parts.find((part) => path === part || path.startsWith(`${part}/`));
}

/** Everything that a file imports, also for its types and on demand. */
function importsOf({ text }: Source): string[] {
  const statements = text.matchAll(/^(?:import|export)\s(?:[^;"'()=]*?\bfrom\s+)?"([^"\n]+)"/gm);
  const calls = text.matchAll(/\bimport\(\s*["']([^"'\n]+)["']\s*\)/g);
  return [...statements, ...calls].map((match) => match[1]!);
}

describe("imports", () => {
  const imports = sources
    .filter(({ path }) => partOf(path) !== undefined && path.endsWith(".ts"))
    .flatMap((source) => importsOf(source).map((target) => ({ source, target })));

  test("are found", () => {
    expect(imports.length).toBeGreaterThan(300);
  });

  test("go where the map allows", () => {
    const wrong = imports.flatMap(({ source: { path }, target }) => {
      if (!target.startsWith(".")) return [];
      const from = partOf(path)!;
      const to = partOf(relative(root, resolve(root, dirname(path), target)).replaceAll("\\", "/"));
      const isAllowed = to !== undefined && (to === from || MAY_IMPORT[from]!.includes(to));
      return isAllowed ? [] : [`${path} imports ${target}`];
    });
    expect(wrong).toEqual([]);
  });

  test("of language need no Node: it also runs in a browser", () => {
    const wrong = imports.filter(
      ({ source, target }) => source.path.startsWith("language/") && target.startsWith("node:"),
    );
    expect(wrong.map(({ source }) => source.path)).toEqual([]);
  });

  test("have no circle between the parts", () => {
    const reach = (part: string, seen: readonly string[]): void => {
      expect(seen, [...seen, part].join(" > ")).not.toContain(part);
      for (const next of MAY_IMPORT[part]!) reach(next, [...seen, part]);
    };
    for (const part of Object.keys(MAY_IMPORT)) reach(part, []);
  });
});

describe("files", () => {
  // A test's own name and the sentences in it say what it is about.
  test("open with a comment", () => {
    const silent = sources.filter(
      ({ path, text }) => !path.endsWith(".test.ts") && !/^(#![^\n]*\n)?\s*\/[/*]/.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("are not longer than 700 lines, unless their head says why", () => {
    const long = sources.filter(({ text }) => {
      const head = /^(?:#![^\n]*\n)?((?:\/\/[^\n]*\n)*)/.exec(text)?.[1] ?? "";
      return text.split("\n").length > 700 && !/\bone file\b|\blong\b/.test(head);
    });
    expect(long.map(({ path, text }) => `${path}: ${text.split("\n").length}`)).toEqual([]);
  });

  test("leave no work for later", () => {
    const mark = new RegExp(["TO" + "DO", "FIX" + "ME", "XX" + "X"].map((word) => `\\b${word}\\b`).join("|"));
    expect(sources.filter(({ text }) => mark.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

// A registry that lacks a package for some other machine makes npm write a lock file that it then refuses to install from.
test("the lock file has every package it speaks of, also those for other machines", () => {
  const { packages }: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  );
  const spokenOf = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  const missing = spokenOf.filter(
    (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
  );
  expect(missing).toEqual([]);
});
