// The page of diagnostics and the list of rules agree, and each section's example shows its diagnostic.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rules } from "../../language/rules/index.ts";
import { STUCK } from "../../server/stuck-tasks.ts";
import { readFixture } from "../fixture.ts";
import { analyse, diagnosticsOf } from "./check.ts";

const page = readFileSync(new URL("../../docs/diagnostics.md", import.meta.url), "utf8");
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [, code, title] = /^(W\d+) (\S+)/.exec(section)!;
    const severity = /^(error|warning|info)\b/m.exec(section)![1];
    return { code: code!, title: title!, severity, example: /```walia\n(.*?)```/s.exec(section)?.[1] };
  });

/** What only the editor says, of more than the program. */
const ofEditor: readonly { readonly code: string; readonly title: string; readonly severity: string }[] = [STUCK];

describe("docs/diagnostics.md", () => {
  test("has a section for every rule, in the order of the codes", () => {
    const listed = [...rules, ...ofEditor].map(({ code, title, severity }) => `${code} ${title} ${severity}`);
    expect(sections.map(({ code, title, severity }) => `${code} ${title} ${severity}`)).toEqual(listed);
    expect([...listed].sort()).toEqual(listed);
  });

  const shown = sections.filter(({ code }) => ofEditor.every((each) => each.code !== code));
  test.each(shown)("the example of $code shows it", ({ code, example }) => {
    const found = diagnosticsOf(analyse(readFixture(example!).files)).map((diagnostic) => diagnostic.code);
    expect(found).toContain(code);
    const serious = found.filter((other) => other !== code && other !== "W103" && other !== "W502");
    expect(serious).toEqual([]);
  });
});
