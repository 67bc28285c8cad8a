// Where the writing thread starts; built as a file of its own, because a thread begins with one.

import { runWriter } from "./writer.ts";

await runWriter();
