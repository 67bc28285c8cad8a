// What the server can only answer with the runtime, which it does not know. Where there is one beside it, a module of its own
// (runtime/cli/server-tools.ts) provides this, and is loaded when somebody asks first; in a browser there is none.

import type { Analysis } from "../language/analyse.ts";
import type { Span } from "../language/ast.ts";

export interface Tools {
  /**
   * The lowered form of a file, as text: every item, or those that declare `name`. With the errors for which the program does
   * not run.
   */
  lowered(analysis: Analysis, file: string, name: string | null): string;

  /** What a `.wld` file holds, as text; or why it cannot be read. `path`: on this machine. */
  wldText(path: string): Promise<string>;

  /**
   * Code that suspended tasks in these `.wld` files cannot move to. Programs whose text does not parse at the moment are passed
   * over. What was read of a file is kept as long as the file stays the same.
   */
  stuck(analysis: Analysis, stores: readonly string[]): Promise<readonly StuckCode[]>;
}

/** A place of the program as it is now that suspended tasks cannot go to. */
export interface StuckCode {
  /** The path of the program's file. */
  readonly file: string;
  /** The hash of the item that `span` is in, so that the place is found again when the text around it moves. */
  readonly item: string;
  readonly span: Span;
  /** Why, in plain words. */
  readonly reason: string;
  /** How many tasks; the first of them. */
  readonly count: number;
  readonly tasks: readonly { readonly id: number; readonly name: string }[];
  /** The path of the `.wld` file. */
  readonly store: string;
  /** Where they are suspended, in the source that is in that file: path, line and its text. */
  readonly before: { readonly file: string; readonly line: number; readonly text: string } | null;
}
