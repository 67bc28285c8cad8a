// What the server can only answer with the runtime, which it does not know. Where there is one beside it, a module of its own
// (runtime/cli/server-tools.ts) provides this, and is loaded when somebody asks first; in a browser there is none.

import type { Analysis } from "../language/analyse.ts";

export interface Tools {
  /**
   * The lowered form of a file, as text: every item, or those that declare `name`. With the errors for which the program does
   * not run.
   */
  lowered(analysis: Analysis, file: string, name: string | null): string;
}
