// The files that must be named to the command beside one file.

import { expect, test } from "vitest";
import { unimportedFiles } from "../../server/features/program.ts";
import { readFixture } from "../fixture.ts";
import { viewOf } from "./fixture.ts";

const FILES = `//- /main.wal
import "lib" as lib;
print lib.twice(one());
//- /lib.wal
fun twice(x) double(x);
//- /double.wal
fun double(x) { handle "ASK" { helper(effect) } x * 2 }
//- /helper.wal
fun helper(x) main_uses_nothing_of_this;
//- /one.wal
fun one() 1;
//- /other.wal
fun other() one();
`;

test.each([
  ["/main.wal", ["/double.wal", "/helper.wal", "/one.wal"]],
  ["/lib.wal", ["/double.wal", "/helper.wal"]],
  ["/one.wal", []],
  ["/other.wal", ["/one.wal"]],
])("%s needs %j", (file, needed) => {
  expect(unimportedFiles(viewOf(readFixture(FILES)), file)).toEqual(needed);
});
