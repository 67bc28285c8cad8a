// Doc comments as people read them.

import { expect, test } from "vitest";
import { docMarkdown } from "../../server/doc-text.ts";

test.each([
  [null, ""],
  ["Twice as much.", "Twice as much."],
  ["One line\nand another.", "One line\nand another."],
  [
    "Twice.\nexample: doubling\n    assert(double(2) == 4);\n\n    assert(true);\nexample: `zero`\n  assert(double(0) == 0);\nMore.",
    "Twice.\n\n*Example: doubling*\n\n```walia\nassert(double(2) == 4);\n\nassert(true);\n```\n\n\n*Example: `zero`*\n\n```walia\nassert(double(0) == 0);\n```\n\nMore.",
  ],
  ["example:", "*Example: example*\n\n```walia\n```"],
])("%j", (doc, markdown) => {
  expect(docMarkdown(doc)).toBe(markdown);
});
