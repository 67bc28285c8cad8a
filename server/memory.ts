// How V8 is to treat this process's memory. Imported before anything else, so that it holds for everything.

import { setFlagsFromString } from "node:v8";

// A server reads a workspace first, and all of that stays. V8 learns from it to put what the same code makes straight among
// what is old: from then on each keystroke's work would lie there, and hold on to what it was made of, until a long collection.
setFlagsFromString("--no-allocation-site-pretenuring");
