// Probes of a program that is compiled to be debugged: one before each statement of a block, and before what stands in place of a
// block (the same places as the statements of counters.ts). A probe asks whether the program is to stop there
// (engine/probes.ts); when it is, it suspends like a `perform`, so that the stopped task is data.
//
// Q1. A program compiled without probes has none of this in it.
// Q2. In one that is compiled with them, each `perform` asks as well whether anybody watches its effect. So no perform is left to
//     whoever ran the clause (M7 of engine/machine.ts): where it stands is what a debugger wants to show.
// Q3. Each point that is a probe is one the program without probes does not have. Frames of the two have different numbers for the
//     same place, and neither program reads what the other has kept.

import type * as ast from "../../language/ast.ts";
import type { UnitRef } from "./core.ts";

export interface Probe {
  readonly file: string;
  /** Offsets in the file. */
  readonly start: number;
  readonly end: number;
  readonly unit: UnitRef;
}

/** The probes of one item while it is lowered. */
export class ItemProbes {
  constructor(
    /** Of the whole program, by number. */
    readonly all: Probe[],
    readonly file: string,
    /** Of the item in the file. */
    readonly offset: number,
  ) {}

  /** The number of a new probe; `span` in offsets of the item. */
  add(span: ast.Span, unit: UnitRef): number {
    return this.all.push({ file: this.file, start: span.start + this.offset, end: span.end + this.offset, unit }) - 1;
  }
}
