// How V8 is to treat this process's memory. Imported before anything else, so that it holds for everything.

import { setFlagsFromString } from "node:v8";

// A server reads a workspace first, and all of that stays. V8 learns from it to put what the same code makes straight among
// what is old: from then on each keystroke's work would lie there, and hold on to what it was made of, until a long collection.
setFlagsFromString("--no-allocation-site-pretenuring");

// Beyond what is alive there is room for some megabytes, and V8 would begin to look for what is not as soon as they are smaller than what
// is young, which they are from the start. Before they are full, people pause, and then it is done at once (collector.ts).
setFlagsFromString("--incremental-marking-soft-trigger=98");
