import { describe, expect, test } from "vitest";
import type { CallHierarchyItem, TypeHierarchyItem } from "vscode-languageserver";
import { startServer } from "./fixture.ts";

/** The names above or below the item at `$0`, each with its detail and how many places it is called from. */
async function calls(text: string, direction: "incoming" | "outgoing"): Promise<string[]> {
  const server = await startServer(text);
  const items = await server.client.sendRequest<CallHierarchyItem[] | null>(
    "textDocument/prepareCallHierarchy",
    server.cursor,
  );
  const found: string[] = [];
  for (const item of items ?? []) {
    const edges = await server.client.sendRequest<
      { from?: CallHierarchyItem; to?: CallHierarchyItem; fromRanges: [] }[]
    >(`callHierarchy/${direction}Calls`, { item });
    for (const { from, to, fromRanges } of edges) {
      const { name, detail } = (from ?? to)!;
      found.push(`${name} (${detail?.replaceAll("/main", "main")}) ×${fromRanges.length}`);
    }
  }
  expect(server.errors).toEqual([]);
  await server.stop();
  return found;
}

const PROGRAM = `
fun ask() perform "ASK";
fun twice() { ask(); ask() }
class A { fun init() { twice() } fun go() this.help(); fun help() 1; }
fun near() {
  handle "ASK" { helper() }
  twice()
}
fun helper() 1;
near();
A().go();
`;
const at = (name: string): string => PROGRAM.replace(name, `${name.slice(0, -1)}$0${name.slice(-1)}`);

describe("calls", () => {
  test.each([
    ["of a function are its callers", "fun ask", "incoming", ["twice () ×2"]],
    ["come from methods and from the program", "fun twice", "incoming", ["init (A) ×1", "near () ×1"]],
    ["of init are those of the class", "fun init", "incoming", ["A().go() (main.wal) ×1"]],
    ["of a method by a known object", "fun help", "incoming", ["go (A) ×1"]],
    ["go to functions", "fun near", "outgoing", ["helper () ×1", "twice () ×1"]],
    [
      "go from a perform to its handlers, and to where there is none",
      'perform "ASK',
      "outgoing",
      [
        'handle "ASK" (near, through twice (main.wal:2), near (main.wal:6)) ×1',
        'nobody handles "ASK" (the program, through twice (main.wal:2), init (main.wal:3), the program (main.wal:10)) ×1',
      ],
    ],
    ["go to the handlers of what a function performs", "fun ask", "outgoing", null],
    [
      "of a handler are the functions that perform",
      'handle "ASK',
      "incoming",
      ["ask (through twice (main.wal:2), near (main.wal:6)) ×1"],
    ],
    ["of a clause go on from it", 'handle "ASK', "outgoing", ["helper () ×1"]],
  ] as const)("%s", async (_, name, direction, expected) => {
    const found = await calls(at(name), direction);
    if (expected) expect(found).toEqual(expected);
    else expect(found[0]).toContain('handle "ASK"');
  });
});

test("types are above and below a class", async () => {
  const server = await startServer("trait T {}\nclass A with T {}\nclass B$0 < A {}\nclass C < B {}\nclass D {}");
  const [item] = await server.client.sendRequest<TypeHierarchyItem[]>(
    "textDocument/prepareTypeHierarchy",
    server.cursor,
  );
  const names = async (method: string, of: unknown): Promise<string[]> =>
    (await server.client.sendRequest<TypeHierarchyItem[]>(method, { item: of })).map(({ name }) => name);
  expect(await names("typeHierarchy/supertypes", item)).toEqual(["A"]);
  expect(await names("typeHierarchy/subtypes", item)).toEqual(["C"]);
  const [above] = await server.client.sendRequest<TypeHierarchyItem[]>("typeHierarchy/supertypes", { item });
  expect(await names("typeHierarchy/supertypes", above)).toEqual(["T"]);
  await server.stop();
});
