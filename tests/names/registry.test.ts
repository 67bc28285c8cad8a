import { describe, expect, test } from "vitest";
import { builtin, builtins, constantValue, methodsOf } from "../../language/names/builtins.ts";
import type { Registry } from "../../language/names/model.ts";
import { buildRegistry, resolvePath } from "../../language/names/registry.ts";
import { resolveItem } from "../../language/names/resolve.ts";
import { parseFile } from "../../language/parse/parse.ts";
import { readFixture } from "../fixture.ts";

function registryOf(fixture: string): Registry {
  const files = readFixture(fixture).files.map(({ path, text }) => {
    const tree = parseFile(path, text);
    return [path, { tree, names: tree.items.map((item) => resolveItem(item.tree)) }] as const;
  });
  return buildRegistry(new Map(files));
}

function meaning(registry: Registry, file: string, name: string): string {
  const found = registry.meaningOf(file, name);
  switch (found.kind) {
    case "global":
      return `${found.export.role} of ${found.file}`;
    case "module":
      return `module ${found.file}`;
    case "ambiguous":
      return `ambiguous ${found.files.join(" ")}`;
    default:
      return found.kind;
  }
}

describe("what a free name means (G1)", () => {
  const registry = registryOf(`
//- /app/main.wal
import "lib/net" as net;
import "./lib/text.wal";
var own = 1;
var twice = 1;
//- /app/lib/net.wal
fun dial() 1;
fun join(a) a;
var twice = 2;
//- /app/lib/text.wal
fun join(a, b) a + b;
class Text { fun m() 1; }
//- /app/other.wal
const elsewhere = 1;
`);
  test.each([
    ["own", "var of /app/main.wal"],
    ["net", "module /app/lib/net.wal"],
    ["join", "fun of /app/lib/text.wal"],
    ["dial", "fun of /app/lib/net.wal"],
    ["elsewhere", "const of /app/other.wal"],
    ["twice", "var of /app/main.wal"],
    ["math_sqrt", "builtin"],
    ["nothing", "undefined"],
  ])("%s is %s", (name, expected) => expect(meaning(registry, "/app/main.wal", name)).toBe(expected));

  test("elsewhere, without imports", () => {
    expect(meaning(registry, "/app/other.wal", "join")).toBe("ambiguous /app/lib/net.wal /app/lib/text.wal");
    expect(meaning(registry, "/app/other.wal", "net")).toBe("undefined");
    expect(registry.exportOf("/app/lib/net.wal", "dial").kind).toBe("global");
    expect(registry.exportOf("/app/lib/net.wal", "own").kind).toBe("undefined");
  });

  test("a declaration takes the name from a built-in, but not `resume`", () => {
    const own = registryOf("fun map(a) a;\nfun resume(a) a;");
    expect(meaning(own, "/main.wal", "map")).toBe("fun of /main.wal");
    expect(meaning(own, "/main.wal", "resume")).toBe("builtin");
  });
});

test.each([
  ["/a/b.wal", "c", "/a/c"],
  ["/a/b.wal", "./c.wal", "/a/c.wal"],
  ["/a/b.wal", "../c", "/c"],
  ["a.wal", "../c", "../c"],
  ["/a.wal", "/x/y", "/x/y"],
  ["C:\\w\\a.wal", "lib\\b", "C:/w/lib/b"],
])("from %s, %s is %s", (importer, path, expected) => expect(resolvePath(importer, path)).toBe(expected));

describe("built-ins", () => {
  test("events are one bit each", () => {
    const names = ["READ", "WRITE", "ACCEPT", "CONNECT", "TIMER", "SIGNAL", "CUSTOM"];
    expect(names.map((name) => constantValue(`WLD_EVENT_${name}`))).toEqual([1, 2, 4, 8, 16, 32, 64]);
  });

  test("signatures say how many arguments", () => {
    expect(builtin("net_listen")).toMatchObject({ min: 1, max: 3, params: ["port", "host", "session"] });
    expect(builtin("task")).toMatchObject({ min: 1, max: Number.POSITIVE_INFINITY, starts: [0] });
    expect(builtin("net_read")).toMatchObject({ performs: ["IO_READ"], maySuspend: true });
    expect(methodsOf("Atomic").map((method) => method.name)).toEqual(["add", "get", "set", "compare_set"]);
  });

  test("every name is listed once and has a line of help", () => {
    const names = builtins().map((each) => each.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { doc } of builtins()) expect(doc).toMatch(/^[A-Zx].*\.$/);
  });
});
