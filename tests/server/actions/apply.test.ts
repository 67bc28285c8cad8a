// What an action's edits become.

import { expect, test } from "vitest";
import { parseFile } from "../../../language/parse/parse.ts";
import { formatted } from "../../../server/actions/apply.ts";

test("items that the edits leave alone are not read again", () => {
  const text = "x;  var ;\n";
  const file = parseFile("/a.wal", text);
  const [first, second] = file.items;
  expect(second!.tree.errors).not.toEqual([]);
  // An item beside one that cannot be read is not formatted. Here it is known as one that can.
  const known = { ...file, items: [first!, { ...second!, tree: { ...second!.tree, errors: [] } }] };
  const edit = { start: 0, end: 1, text: "y(  1  )" };
  expect(formatted(file, [edit])).toEqual([edit]);
  expect(formatted(known, [edit])[0]).toMatchObject({ start: 0, text: expect.stringContaining("y(1)") });
});
