import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Builtin, Receiver } from "../../language/names/builtins.ts";
import { builtins, methodsOf } from "../../language/names/builtins.ts";
import { constants, functions, methods, type TypeName } from "../../runtime/library/index.ts";

const prelude = readFileSync(new URL("../../runtime/library/prelude.wal", import.meta.url), "utf8");
/** Number of parameters of each function of the prelude. */
const written = new Map<string, number>();
for (const [, name, params] of prelude.matchAll(/^fun (\w+)\(([^)]*)\)/gm))
  written.set(name!, params === "" ? 0 : params!.split(",").length);

const RECEIVERS: readonly (readonly [Receiver, TypeName])[] = [
  ["String", "string"],
  ["List", "List"],
  ["Map", "Map"],
  ["Bytes", "Bytes"],
  ["Channel", "Channel"],
  ["Atomic", "Atomic"],
  ["Future", "Future"],
];

describe("the library and the table of built-ins", () => {
  test("every function of the table that this runtime executes is there, with the same arity", () => {
    const missing: string[] = [];
    for (const row of builtins()) {
      if (row.level !== "run" || row.kind === "constant" || row.name === "resume") continue;
      const native = functions.get(row.name);
      if (native !== undefined) expect([row.name, native.min, native.max]).toEqual([row.name, row.min, row.max]);
      else if (written.has(row.name)) expect([row.name, written.get(row.name)]).toEqual([row.name, row.max]);
      else missing.push(row.name);
    }
    expect(missing).toEqual([]);
  });

  test("every function of the library is in the table", () => {
    const known = new Set(builtins().map((row) => row.name));
    const names = [...functions.keys(), ...written.keys()].filter((name) => !name.startsWith("__"));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test("no function is both native and in the prelude", () => {
    expect([...functions.keys()].filter((name) => written.has(name))).toEqual([]);
  });

  test.each(RECEIVERS)("methods of %s agree", (receiver, type) => {
    const table = new Map<string, Builtin>(methodsOf(receiver).map((row) => [row.name, row]));
    const natives = methods.get(type)!;
    const inPrelude = [...written.keys()].filter((name) => name.startsWith(`__${type}_`));
    for (const [name, row] of table) {
      const native = natives.get(name);
      if (native !== undefined) expect([name, native.min, native.max]).toEqual([name, row.min + 1, row.max + 1]);
      else expect([name, written.get(`__${type}_${name}`)]).toEqual([name, row.max + 1]);
    }
    const names = [...natives.keys(), ...inPrelude.map((name) => name.slice(type.length + 3))];
    expect(names.filter((name) => !table.has(name))).toEqual([]);
  });

  test("constants agree", () => {
    const rows = builtins().filter((row) => row.kind === "constant" && row.level === "run");
    expect([...constants]).toEqual(rows.map((row) => [row.name, row.value]));
  });

  test("the prelude's helpers exist", () => {
    for (const [name] of prelude.replaceAll(/\/\/.*/g, "").matchAll(/\b__\w+/g))
      expect(functions.has(name) || written.has(name), name).toBe(true);
  });
});
