// The one reader of test programs that carry their own expectations.
//
//   //- /b.wal                      begins a file; text before the first one is `/main.wal`
//     ask();                        `$0` anywhere in the code is the cursor and is taken out
//   //^^^ no handler for "Ask"      what is expected of the text above the carets
//
// X1. An expectation speaks of the nearest line above it that is not one itself, at the columns where its carets stand.
//     So code one wants to speak of starts at column 2 or later.
// X2. Expectation lines stay in the text of the file: they are comments, and offsets mean what they say.
// X3. A message that begins with `|` goes on with the message of the expectation above it, on a line of its own.

export interface Fixture {
  readonly files: readonly FixtureFile[];
  /** Where `$0` stood. */
  readonly cursor?: { readonly path: string; readonly offset: number };
  readonly expectations: readonly Expectation[];
}

export interface FixtureFile {
  readonly path: string;
  readonly text: string;
}

/** `message` is expected of the text from `start` to `end` of a file, in UTF-16 units. */
export interface Expectation {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

const FILE_LINE = /^\/\/- (\S+)$/;
const EXPECTATION = /^(\s*\/\/\s*)(\^+)\s?(.*)$/;
const CONTINUATION = /^\s*\/\/\s*\|\s?(.*)$/;

/** Reads a fixture. A leading newline, as in a template literal, is not part of it. */
export function readFixture(text: string): Fixture {
  const files: FixtureFile[] = [];
  const expectations: Expectation[] = [];
  let cursor: { path: string; offset: number } | undefined;
  for (const { path, lines } of filesOf(text.replace(/^\n/, ""))) {
    const found = withoutCursor(lines.join("\n"));
    if (found.cursor !== null) {
      if (cursor !== undefined) throw new Error(`fixture: a second $0 in ${path}`);
      cursor = { path, offset: found.cursor };
    }
    files.push({ path, text: found.text });
    expectations.push(...expectationsOf(path, found.text));
  }
  return cursor === undefined ? { files, expectations } : { files, cursor, expectations };
}

function filesOf(text: string): { path: string; lines: string[] }[] {
  const files: { path: string; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const path = FILE_LINE.exec(line)?.[1];
    if (path !== undefined) files.push({ path, lines: [] });
    else {
      if (files.length === 0) files.push({ path: "/main.wal", lines: [] });
      files.at(-1)!.lines.push(line);
    }
  }
  return files;
}

function withoutCursor(text: string): { text: string; cursor: number | null } {
  const at = text.indexOf("$0");
  if (at < 0) return { text, cursor: null };
  const rest = text.slice(at + 2);
  if (rest.includes("$0")) throw new Error("fixture: more than one $0");
  return { text: text.slice(0, at) + rest, cursor: at };
}

function expectationsOf(path: string, text: string): Expectation[] {
  const found: Expectation[] = [];
  let offset = 0;
  let target: number | null = null;
  for (const line of text.split("\n")) {
    const carets = EXPECTATION.exec(line);
    const more = found.length > 0 && carets === null ? CONTINUATION.exec(line) : null;
    if (carets !== null) {
      if (target === null) throw new Error(`fixture: carets with no line above them: ${line}`);
      const [, before, run, message] = carets as unknown as [string, string, string, string];
      const start = target + before.length;
      found.push({ path, start, end: start + run.length, message: message.trimEnd() });
    } else if (more !== null) {
      const last = found.pop()!;
      found.push({ ...last, message: `${last.message}\n${more[1]!.trimEnd()}` });
    } else target = offset;
    offset += line.length + 1;
  }
  return found;
}
