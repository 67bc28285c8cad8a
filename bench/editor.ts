// The language server, driven over stdio as an editor does:
//
//   npm run bench:editor              everything, in a minute or two
//   npm run bench:editor -- --quick   smaller texts
//
// Typing: a statement is typed into the middle of a long file and taken out again, one character at a time; after each one the
// diagnostics of the file are pulled, and the time until they come is taken. It is done at two paces: a key every 33 ms, as when it
// is held down, and each key as soon as the answer to the one before has come, which nobody types. The same is done to TypeScript's own language server
// (`tsc --lsp`) on a generated file of as many lines, in the same run and by turns, so that both see the same machine.
// Opening: a folder of 100,000 lines, with an empty cache (cold) and again (warm).
//
// What is measured includes the pipes and the JSON of both processes. bench/README.md has the results.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  createMessageConnection,
  type MessageConnection,
  type Position,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { generate } from "./check.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const isQuick = process.argv.includes("--quick");
const LINES = isQuick ? 1_000 : 5_000;
const FILES = isQuick ? 40 : 199;
const ALL_LINES = isQuick ? 10_000 : 100_000;
const ROUNDS = isQuick ? 2 : 4;

/** A server and a document in it. */
interface Session {
  readonly process: ChildProcess;
  readonly client: MessageConnection;
  readonly uri: string;
  text: string;
  version: number;
}

async function start(command: readonly string[], folder: string, file: string, env: object = {}): Promise<Session> {
  const child = spawn(process.execPath, [...command], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const client = createMessageConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!));
  client.onRequest("client/registerCapability", () => null);
  client.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => null));
  client.listen();
  const uri = pathToFileURL(folder).href;
  await client.sendRequest("initialize", {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: "bench" }],
    // As VS Code: what a code action changes is asked for when one is chosen.
    capabilities: {
      textDocument: { diagnostic: {}, codeAction: { dataSupport: true, resolveSupport: { properties: ["edit"] } } },
    },
  });
  await client.sendNotification("initialized", {});
  const path = join(folder, file);
  const session = {
    process: child,
    client,
    uri: pathToFileURL(path).href,
    text: readFileSync(path, "utf8"),
    version: 1,
  };
  const languageId = file.endsWith(".ts") ? "typescript" : "walia";
  const textDocument = { uri: session.uri, languageId, version: 1, text: session.text };
  await client.sendNotification("textDocument/didOpen", { textDocument });
  return session;
}

async function stop({ client, process: child }: Session): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await client.sendRequest("shutdown");
  await client.sendNotification("exit");
  await ended;
  client.dispose();
}

// ---- typing ----

/** Replaces `remove` characters at an offset; the time until the diagnostics of the new text are there, in milliseconds. */
async function keystroke(session: Session, at: number, remove: number, insert: string): Promise<number> {
  const { client, uri, text } = session;
  const position = (offset: number) => {
    const lines = text.slice(0, offset).split("\n");
    return { line: lines.length - 1, character: lines.at(-1)!.length };
  };
  const range = { start: position(at), end: position(at + remove) };
  session.text = text.slice(0, at) + insert + text.slice(at + remove);
  session.version++;
  const textDocument = { uri, version: session.version };
  const began = performance.now();
  await client.sendNotification("textDocument/didChange", { textDocument, contentChanges: [{ range, text: insert }] });
  await client.sendRequest("textDocument/diagnostic", { textDocument: { uri } });
  return performance.now() - began;
}

/** How the keys follow each other: one as soon as the answer to the one before has come, or in step, `every` so many milliseconds. */
interface Pace {
  readonly name: string;
  readonly every: number;
}
/** A key that is held down repeats so fast; nobody types faster. */
const HELD: Pace = { name: "a key every 33 ms", every: 33 };
const AT_ONCE: Pace = { name: "the next key at once", every: 0 };
const PACES = [HELD, AT_ONCE];

/** Runs actions at a pace. */
async function paced(actions: readonly (() => Promise<void>)[], { every }: Pace): Promise<void> {
  for (const action of actions) {
    const next = performance.now() + every;
    await action();
    const left = next - performance.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }
}

/** Types a text behind the `marker` that is nearest to the middle, and takes it out again. */
async function type(session: Session, marker: string, typed: string, pace: Pace): Promise<number[]> {
  const at = session.text.indexOf(marker, session.text.length / 2) + marker.length;
  const times: number[] = [];
  const key = (offset: number, remove: number, insert: string) => async () =>
    void times.push(await keystroke(session, at + offset, remove, insert));
  const keys = Array.from(typed, (character, i) => key(i, 0, character));
  const back = Array.from(typed, (_, i) => key(i, 1, "")).reverse();
  await paced([...keys, ...back], pace);
  return times;
}

async function timed(times: number, action: (n: number) => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    await action(n);
    all.push(performance.now() - began);
  }
  return all;
}

function show(what: string, times: readonly number[], target = ""): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(1);
  console.log(`| ${what} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${sorted.length} | ${target} |`);
}

// ---- workspaces ----

/** A folder with a long file and many short ones; all one program. */
function makeFolder(lines: number, files: number, linesEach: number): string {
  const folder = mkdtempSync(join(tmpdir(), "walia-editor-"));
  writeFileSync(join(folder, "main.wal"), generate(lines));
  let next = Math.ceil(lines / 24) + 1;
  for (let file = 0; file < files; file++) {
    const part = join(folder, `part${file % 10}`);
    mkdirSync(part, { recursive: true });
    const text = generate(linesEach, next);
    writeFileSync(join(part, `file${file}.wal`), text);
    next += text.split("\nclass ").length;
  }
  return folder;
}

/** As many lines of TypeScript of the same kind. */
function generateTypeScript(lines: number): string {
  const out: string[] = ["export interface Entry { kind: string; amount: number }", ""];
  for (let i = 0; out.length < lines; i++)
    out.push(
      `/** Account number ${i}. */`,
      `export class Account${i} {`,
      `  balance = ${i};`,
      "  constructor(readonly owner: string) {}",
      "  deposit(amount: number): number {",
      `    if (amount <= 0) throw new Error("amount ${i}");`,
      "    this.balance = this.balance + amount;",
      "    return this.balance;",
      "  }",
      "}",
      "",
      `export function statement_${i}(account: Account${i}, entries: Entry[]) {`,
      "  let total = 0;",
      "  for (const entry of entries) {",
      "    switch (entry.kind) {",
      '      case "in": total += account.deposit(entry.amount); break;',
      '      case "out": total -= entry.amount; break;',
      "    }",
      "  }",
      `  return [account.owner, total * ${i + 1}, String(entries.map((e) => e.amount).reduce((a, b) => a + b, 0))];`,
      "}",
      "",
      ...(i === 0
        ? []
        : [
            `export const report_${i} = (all: Entry[]) => statement_${i - 1}(new Account${i - 1}("owner ${i}"), all);`,
            "",
          ]),
    );
  return `${out.join("\n")}\n`;
}

// ---- the parts ----

async function benchTyping(cache: string): Promise<void> {
  const folder = makeFolder(LINES, FILES, 100);
  const typeScript = mkdtempSync(join(tmpdir(), "walia-editor-"));
  writeFileSync(join(typeScript, "main.ts"), generateTypeScript(LINES));
  writeFileSync(join(typeScript, "tsconfig.json"), '{ "compilerOptions": { "strict": true }, "files": ["main.ts"] }');
  const walia = await start(["--stack-size=3900", join(root, "dist/server.js"), "--stdio"], folder, "main.wal", {
    WALIA_CACHE: cache,
  });
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "lib/tsc.js");
  const other = await start([tsc, "--lsp", "--stdio"], typeScript, "main.ts");
  try {
    while (!(await walia.client.sendRequest("walia/isComplete")))
      await new Promise((resolve) => setTimeout(resolve, 50));
    await walia.client.sendRequest("textDocument/diagnostic", { textDocument: { uri: walia.uri } });
    for (const pace of PACES) {
      const ours: number[] = [];
      const theirs: number[] = [];
      // The first round warms both up.
      for (let round = 0; round <= ROUNDS; round++) {
        const a = await type(
          walia,
          "var total = 0;\n",
          '    var extra = perform "REFUSE" { why: entries.map(e => e.kind) };\n',
          pace,
        );
        const b = await type(
          other,
          "let total = 0;\n",
          "  const extra = account.deposit(entries.map((e) => e.amount).length);\n",
          pace,
        );
        if (round === 0) continue;
        ours.push(...a);
        theirs.push(...b);
      }
      show(`keystroke to diagnostics, ${pace.name}`, ours, "p95 ≤ 10 ms");
      show(`the same, TypeScript's server, one file, ${pace.name}`, theirs);
    }

    const textDocument = { uri: walia.uri };
    const places = Array.from({ length: 100 }, (_, n) =>
      walia.text.indexOf("account.deposit", (n * walia.text.length) / 110),
    );
    const positionOf = (offset: number) => {
      const lines = walia.text.slice(0, offset).split("\n");
      return { line: lines.length - 1, character: lines.at(-1)!.length };
    };
    for (const method of ["completion", "hover", "definition"]) {
      const ask = (n: number) =>
        walia.client.sendRequest(`textDocument/${method}`, { textDocument, position: positionOf(places[n]! + 9) });
      await timed(3, ask);
      show(method, await timed(places.length, ask), "p95 ≤ 10 ms");
    }
    await benchOthers(walia, positionOf, places);
    const tokens = (): Promise<{ resultId: string }> =>
      walia.client.sendRequest("textDocument/semanticTokens/full", { textDocument });
    show("semantic tokens, full", await timed(20, tokens), "≤ 60 ms");
    for (const pace of PACES)
      show(`semantic tokens, delta after an edit, ${pace.name}`, await benchDeltas(walia, pace), "p95 ≤ 10 ms");
  } finally {
    await stop(walia);
    await stop(other);
    for (const each of [folder, typeScript]) rmSync(each, { recursive: true });
  }
}

/** A letter comes and goes; the time that the tokens take after its diagnostics have come. */
async function benchDeltas(session: Session, pace: Pace): Promise<number[]> {
  const { client, uri } = session;
  const textDocument = { uri };
  type Tokens = { resultId: string };
  let { resultId } = await client.sendRequest<Tokens>("textDocument/semanticTokens/full", { textDocument });
  const times: number[] = [];
  const at = session.text.indexOf("var total = 0;", session.text.length / 2) + 4;
  const key = (remove: number, insert: string) => async () => {
    await keystroke(session, at, remove, insert);
    const began = performance.now();
    const params = { textDocument, previousResultId: resultId };
    ({ resultId } = await client.sendRequest<Tokens>("textDocument/semanticTokens/full/delta", params));
    times.push(performance.now() - began);
  };
  await paced(Array.from({ length: 60 }, () => [key(0, "x"), key(1, "")]).flat(), pace);
  return times;
}

/** What an editor asks for at the cursor, in what it shows, and of the whole file. */
async function benchOthers(
  { client, uri, text }: Session,
  positionOf: (offset: number) => Position,
  places: readonly number[],
): Promise<void> {
  const textDocument = { uri };
  const at = (n: number) => ({ textDocument, position: positionOf(places[n]! + 9) });
  const functionAt = (n: number) => text.indexOf("fun statement_", places[n]! - 400) + "fun ".length;
  // As many lines as a window shows.
  const shown = (n: number) => {
    const { line } = positionOf(places[n]!);
    return { textDocument, range: { start: { line, character: 0 }, end: { line: line + 60, character: 0 } } };
  };
  const chosen = (n: number) => {
    const { position } = at(n);
    return { textDocument, range: { start: position, end: position }, context: { diagnostics: [] } };
  };
  const requests: readonly (readonly [string, (n: number) => object])[] = [
    ["signatureHelp", (n) => ({ textDocument, position: positionOf(places[n]! + "account.deposit(".length) })],
    ["documentHighlight", at],
    ["references", (n) => ({ ...at(n), context: { includeDeclaration: true } })],
    ["rename", (n) => ({ textDocument, position: positionOf(functionAt(n)), newName: "renamed" })],
    ["codeAction", chosen],
    ["inlayHint", shown],
    ["codeLens", () => ({ textDocument })],
    ["documentSymbol", () => ({ textDocument })],
    ["foldingRange", () => ({ textDocument })],
    ["formatting", () => ({ textDocument, options: { tabSize: 4, insertSpaces: true } })],
  ];
  for (const [method, paramsOf] of requests)
    show(method, await timed(20, (n) => client.sendRequest(`textDocument/${method}`, paramsOf(5 * n))));
}

async function benchOpening(cache: string): Promise<void> {
  const files = isQuick ? 20 : 200;
  const linesEach = Math.floor(ALL_LINES / files);
  const folder = makeFolder(linesEach, files - 1, linesEach);
  try {
    for (const what of ["cold", "warm"]) {
      const began = performance.now();
      const session = await start(["--stack-size=3900", join(root, "dist/server.js"), "--stdio"], folder, "main.wal", {
        WALIA_CACHE: cache,
      });
      await session.client.sendRequest("textDocument/diagnostic", { textDocument: { uri: session.uri } });
      const first = performance.now() - began;
      let peak = 0;
      while (!(await session.client.sendRequest("walia/isComplete"))) {
        peak = Math.max(peak, memoryOf(session));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await session.client.sendRequest("workspace/diagnostic", { previousResultIds: [] });
      const all = performance.now() - began;
      const targets = what === "cold" ? "first ≤ 2 s, all ≤ 60 s" : "all ≤ 5 s";
      // What the server needs once it has settled.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
      console.log(
        `| open ${ALL_LINES} lines, ${what} | first file ${seconds(first)} | all ${seconds(all)} | peak ${peak} MB | then ${memoryOf(session)} MB | ${targets}, ≤ 400 MB |`,
      );
      await stop(session);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Memory that the process holds, in MB; 0 where the system does not say. */
function memoryOf({ process: { pid } }: Session): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Math.round(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}

const cache = mkdtempSync(join(tmpdir(), "walia-editor-cache-"));
try {
  console.log(`A file of ${LINES} lines in a workspace of ${FILES + 1} files; milliseconds.\n`);
  console.log("| work | p50 | p95 | p99 | times | target |\n| --- | --- | --- | --- | --- | --- |");
  await benchTyping(cache);
  await benchOpening(cache);
} finally {
  rmSync(cache, { recursive: true, force: true });
}
