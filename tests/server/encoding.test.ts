// A client chooses what characters are counted in (general.positionEncodings). Whatever it is, the same places get the same
// answers: every request is asked in each encoding about a text full of wide characters, and the answers are compared.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineIndex, unitsOf, utf16Of } from "../../language/positions.ts";
import { startServer, type TestServer } from "./fixture.ts";
import { CAPABILITIES, FOLLOW, type Position, REQUESTS, URI } from "./requests.ts";

type Encoding = "utf-8" | "utf-16" | "utf-32";
const ENCODINGS = ["utf-8", "utf-16", "utf-32"] as const;

const TEXT = `/* 😀é */ fun ask(who, why) { /* ééé */ perform "FRÅGA😀" { who: who, why: why } }
/* ü */ handle "FRÅGA😀" { /* 😀😀 */ resume(effect.continuation, "é" + effect.who) }
/// Säger. é
/// example: 😀
///     assert(true);
fun tell(name) { print "😀 " + ask(name, "é"); /* 漢字 */ var unused = "𝒳"; tell("é" + name); }
test "é😀" { assert("é" == ask("😀", nil), "é"); nmae }
/* é */ class Ä😀 { fun go() this }
`;

/** The same place in a line, counted in another encoding. */
function recounted({ line, character }: Position, text: string, from: Encoding, to: Encoding): Position {
  const { starts, ends } = lineIndex(text);
  const whole = text.slice(starts[line], ends[line]);
  return { line, character: unitsOf(whole.slice(0, utf16Of(whole, character, from)), to) };
}

/** An answer with every position in it counted in UTF-16 units. */
function inUtf16(answer: unknown, text: string, from: Encoding): unknown {
  if (Array.isArray(answer)) return answer.map((each) => inUtf16(each, text, from));
  if (typeof answer !== "object" || answer === null) return answer;
  if ("line" in answer && "character" in answer) return recounted(answer as Position, text, from, "utf-16");
  // A result's id is a hash of what was said, places and all.
  const { resultId: _, ...rest } = answer as { resultId?: unknown };
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inUtf16(value, text, from)]));
}

/** Tokens as places and lengths in UTF-16 units, in place of differences. */
function tokensInUtf16({ data }: { readonly data: readonly number[] }, text: string, from: Encoding): unknown[] {
  let line = 0;
  let character = 0;
  return Array.from({ length: data.length / 5 }, (_, i) => {
    const [lines, characters, length, ...kind] = data.slice(5 * i, 5 * i + 5) as [number, number, number, ...number[]];
    character = lines === 0 ? character + characters : characters;
    line += lines;
    const start = recounted({ line, character }, text, from, "utf-16");
    const end = recounted({ line, character: character + length }, text, from, "utf-16");
    return [start.line, start.character, end.character - start.character, ...kind];
  });
}

const begin = (encoding: Encoding): Promise<TestServer> =>
  startServer(TEXT, { capabilities: { ...CAPABILITIES, general: { positionEncodings: [encoding] } } });

/** What a server says about every place of some lines, in UTF-16 units. */
async function everything({ client }: TestServer, text: string, encoding: Encoding): Promise<string[]> {
  const said: string[] = [];
  const words = text.split("\n").flatMap((row, line) =>
    [...row.matchAll(/\b(?:ask|who|perform|tell|go|unused|effect)\b|[😀é]/gu)].map(({ index }) => ({
      line,
      character: index,
    })),
  );
  // A fifth of them, from all lines: asking everything takes long.
  const places = words.filter((_, i) => i % 5 === 0);
  for (const place of places) {
    for (const [method, params] of REQUESTS) {
      if (method.startsWith("walia/")) continue;
      const [at, end] = [place, { ...place, line: place.line + 1 }].map((each) =>
        recounted(each, text, "utf-16", encoding),
      ) as [Position, Position];
      const answer = await client.sendRequest(method, { textDocument: { uri: URI }, ...params(at, end) }).catch(String);
      const first = Array.isArray(answer) ? answer[0] : undefined;
      const resolve = FOLLOW[method];
      const resolved =
        resolve && first && typeof first.command !== "string" ? await client.sendRequest(resolve, first) : null;
      const shown = /semanticTokens\/(full|range)$/.test(method)
        ? tokensInUtf16(answer as { data: number[] }, text, encoding)
        : method.endsWith("delta")
          ? null
          : inUtf16([answer, resolved], text, encoding);
      said.push(`${method} at ${place.line}:${place.character} ${JSON.stringify(shown)}`);
    }
  }
  return said;
}

describe("whatever a client counts in", () => {
  test("it is told, and gets the same answers", async () => {
    const answers = await Promise.all(
      ENCODINGS.map(async (encoding) => {
        const server = await begin(encoding);
        expect(server.capabilities.positionEncoding).toBe(encoding);
        await server.complete();
        const said = await everything(server, TEXT, encoding);
        expect(server.errors).toEqual([]);
        await server.stop();
        return said;
      }),
    );
    const [utf8, utf16, utf32] = answers as [string[], string[], string[]];
    expect(utf16.filter((line) => line.includes('"line":')).length).toBeGreaterThan(50);
    // The first that is other is enough to know.
    for (const other of [utf8, utf32]) {
      const i = utf16.findIndex((line, at) => other[at] !== line);
      expect(other[i]).toBe(utf16[i]);
    }
  });

  test("its edits arrive at the same places", async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    const servers = await Promise.all(ENCODINGS.map(begin));
    const edit = fc.record({ at: fc.nat(), remove: fc.nat(12), insert: fc.constantFrom("é", "😀\n", "x", "", "漢 ") });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        for (const server of servers) await server.change("/main.wal", [{ text: TEXT }]);
        let text = TEXT;
        const changes = ENCODINGS.map(() => [] as { range: object; text: string }[]);
        for (const { at, remove, insert } of edits) {
          // A change is of whole characters.
          const whole = [...text];
          const start = at % (whole.length + 1);
          const before = whole.slice(0, start).join("");
          const gone = whole.slice(start, start + remove).join("");
          for (const [i, encoding] of ENCODINGS.entries()) {
            const place = (end: string): Position => {
              const line = end.split("\n").length - 1;
              return recounted({ line, character: end.length - end.lastIndexOf("\n") - 1 }, text, "utf-16", encoding);
            };
            changes[i]!.push({ range: { start: place(before), end: place(before + gone) }, text: insert });
          }
          text = before + insert + whole.slice(start + remove).join("");
        }
        const symbols = await Promise.all(
          servers.map(async (server, i) => {
            await server.change("/main.wal", changes[i] as never);
            const found = await server.client.sendRequest("textDocument/documentSymbol", {
              textDocument: { uri: URI },
            });
            return inUtf16(found, text, ENCODINGS[i]!);
          }),
        );
        expect(symbols[0]).toEqual(symbols[1]);
        expect(symbols[2]).toEqual(symbols[1]);
      }),
      { seed, numRuns: 12, verbose: true },
    );
    for (const server of servers) await server.stop();
  });

  test.each([
    [[], "utf-16"],
    [["utf-32", "utf-8"], "utf-32"],
    [["utf-7", "utf-8"], "utf-8"],
    [undefined, "utf-16"],
  ])("of %j it is offered %s", async (offered, chosen) => {
    const server = await startServer("", {
      capabilities: offered === undefined ? {} : { general: { positionEncodings: offered } },
    });
    expect(server.capabilities.positionEncoding).toBe(chosen);
    await server.stop();
  });

  test("the places of a walia.json are counted so, too", async () => {
    const server = await begin("utf-8");
    const uri = "file:///app/walia.json";
    const text = '{ "ports": { "0x80": "fifo:/é/😀" } }';
    await server.client.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "json", version: 1, text },
    });
    const [link] = await server.client.sendRequest<{ range: { start: Position; end: Position } }[]>(
      "textDocument/documentLink",
      { textDocument: { uri } },
    );
    const place = Buffer.from(text).subarray(link!.range.start.character, link!.range.end.character);
    expect(place.toString()).toBe("/é/😀");
    await server.stop();
  });
});

test("units of an encoding and UTF-16 units go both ways, and a place inside a character is its beginning", () => {
  const text = "aé漢😀\ud800b";
  expect(ENCODINGS.map((encoding) => unitsOf(text, encoding))).toEqual([1 + 2 + 3 + 4 + 3 + 1, 7, 6]);
  for (const encoding of ENCODINGS)
    for (const at of [0, 1, 2, 3, 5, 6, 7])
      expect(utf16Of(text, unitsOf(text.slice(0, at), encoding), encoding)).toBe(at);
  expect([utf16Of(text, 2, "utf-8"), utf16Of(text, 8, "utf-8"), utf16Of(text, 99, "utf-8")]).toEqual([1, 3, 7]);
});
