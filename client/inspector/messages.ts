// What the panel of a `.wld` file and the extension say to each other.
//
// M1. The panel holds no truth: it says what it looks at, and gets all that there is to show of that, whole. When the file has
//     changed, it gets the same anew, without asking.

import type { Detail, DetailLook, ListLook, Overview, TaskList } from "../../runtime/inspector/protocol.ts";
import type { Words } from "./words.ts";

export type ToPanel =
  /** The first one: what the panel itself says. `canChange`: the file may be changed from here. */
  | { readonly kind: "begin"; readonly words: Words; readonly canChange: boolean }
  /** The file is being read. */
  | { readonly kind: "reading" }
  | { readonly kind: "overview"; readonly overview: Overview }
  | { readonly kind: "list"; readonly look: ListLook; readonly list: TaskList }
  | { readonly kind: "detail"; readonly look: DetailLook; readonly detail: Detail }
  /** Why there is nothing to show. */
  | { readonly kind: "trouble"; readonly text: string };

export type FromPanel =
  /** It has begun to listen. */
  | { readonly kind: "ready" }
  | { readonly kind: "list"; readonly look: ListLook }
  | { readonly kind: "detail"; readonly look: DetailLook }
  /** The source of a frame is wanted in an editor. */
  | { readonly kind: "reveal"; readonly task: number; readonly frame: number }
  | { readonly kind: "resume"; readonly task: number; readonly isFailed: boolean }
  | {
      readonly kind: "set";
      readonly task: number;
      readonly frame: number;
      readonly name: string;
      readonly value: string;
    }
  | { readonly kind: "drop"; readonly task: number };
