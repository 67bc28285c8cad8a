// What messages show of a program: paths as the user knows them, positions, source lines, in colour or not.

import { ownerOf } from "../../language/doc-examples.ts";
import { type LineColumn, type LineIndex, lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import type { Paint } from "./paint.ts";
import { shownMessage, shownPath } from "./paths.ts";

export class View {
  readonly #indexes = new Map<string, LineIndex>();

  constructor(
    readonly paint: Paint,
    /** The text of a file as it was loaded. */
    readonly textOf: (path: string) => string | undefined,
    /** The working folder, from which paths are shown. */
    readonly folder: string,
  ) {}

  shown(path: string): string {
    return shownPath(ownerOf(path), this.folder);
  }

  /** A message that names files. */
  message(text: string): string {
    return shownMessage(text, this.folder);
  }

  /** A place in a file, counted from 1; undefined for a file that is not loaded. */
  placeOf(path: string, at: number): LineColumn | undefined {
    let index = this.#indexes.get(path);
    if (index === undefined) {
      const text = this.textOf(path);
      if (text === undefined) return undefined;
      index = lineIndex(text);
      this.#indexes.set(path, index);
    }
    return toLineColumn(index, offset(at));
  }

  /** `path:line:column` */
  where(path: string, at: number): string {
    const place = this.placeOf(path, at);
    return place === undefined ? this.shown(path) : `${this.shown(path)}:${place.line}:${place.column}`;
  }
}
