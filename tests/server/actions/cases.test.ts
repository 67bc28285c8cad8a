// Code actions, before and after: the cases of fixes.txt and rewrites.txt.
//
//   # what it is about
//   the program, as in tests/fixture.ts; `$0` is the cursor, or `«` and `»` are the selection
//   --- the action's title
//   the program afterwards; only the files that change
//
// `UPDATE=1` writes what comes out; read it before it is committed.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rules } from "../../../language/rules/index.ts";
import { fixers } from "../../../server/actions/fixes.ts";
import { readFixture } from "../../fixture.ts";
import { after, checkAction, everyAction, viewOf } from "./actions.ts";

interface Case {
  readonly name: string;
  readonly before: string;
  readonly title: string;
  readonly after: string;
}

function casesOf(file: string): Case[] {
  return readFileSync(join(import.meta.dirname, file), "utf8")
    .split(/^# /m)
    .slice(1)
    .map((text) => {
      const [, name = "", before = "", title = "", rest = ""] =
        /^(.*)\n([\s\S]*?)^--- (.*)\n([\s\S]*)$/m.exec(text) ?? [];
      return { name, before, title, after: rest.trimEnd() };
    });
}

/** Runs a case; what comes out. */
function run({ before, title }: Case): string {
  const files = new Map<string, string>();
  let file = "";
  let span = { start: 0, end: 0 };
  for (const { path, text } of readFixture(before.replace("$0", "«»")).files) {
    const start = text.indexOf("«");
    const end = text.indexOf("»") - 1;
    files.set(path, text.replace("«", "").replace("»", ""));
    if (start < 0) continue;
    file = path;
    span = { start, end };
  }
  if (file === "") file = "/main.wal";
  const view = viewOf(files);
  const actions = everyAction(view, file, span);
  const action = actions.find((each) => each.title === title);
  if (!action) return expect.fail(`no action ${title}, but:\n${actions.map((each) => each.title).join("\n")}`);
  checkAction(view, file, action);
  return [...after(view, file, action)]
    .filter(([path, text]) => files.get(path) !== text)
    .map(([path, text]) => (path === "/main.wal" ? text : `//- ${path}\n${text}`))
    .join("")
    .trimEnd();
}

describe.each(["fixes.txt", "rewrites.txt"])("%s", (file) => {
  const cases = casesOf(file);
  if (process.env.UPDATE) {
    const text = cases.map((each) => `# ${each.name}\n${each.before}--- ${each.title}\n${run(each)}\n`);
    writeFileSync(join(import.meta.dirname, file), text.join("\n"));
  }
  test.each(cases)("$name", (each) => expect(run(each)).toBe(each.after));
});

/** Rules whose mistakes have no answer that a rule of thumb could give. */
const WITHOUT_FIX: Readonly<Record<string, string>> = {
  W103: "which of the two files should give way is for their authors",
  W109: "a name of the program that other files may use",
  W207: "where the code belongs is not known",
  W208: "where the code belongs is not known",
  W304: "a channel or an atomic needs a design",
  W305: "who should resume is not known",
  W306: "which effect is harmless to repeat is not known",
  W403: "what to do before the suspension is not known",
  W501: "it is not executed by this runtime",
  W502: "it is not executed by this runtime",
};

test("every rule has a fix, or a reason why not", () => {
  for (const { code } of rules) expect(code in fixers !== code in WITHOUT_FIX, code).toBe(true);
});

test("every fix has a case", () => {
  const fixed = new Set(casesOf("fixes.txt").map(({ title }) => title.replace(/`[^`]*`|"[^"]*"/g, "…")));
  expect(fixed.size).toBeGreaterThan(25);
});
