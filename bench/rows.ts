// What is measured, and what is to be reached on the machine of bench/README.md. "Effekt" is Effekt 0.76 to JavaScript on
// Node 20, "OCaml" is OCaml 5.3 native code; their figures were measured on that machine.

import type { Measured } from "./program.ts";

export interface Row {
  readonly name: string;
  readonly kind: "program" | "tasks" | "check";
  /** What is counted: "a perform". */
  readonly operation: string;
  readonly target: string;
  reached(measured: Measured): boolean;
  /** The target says something about the full size only. */
  readonly fullSizeOnly?: boolean;
  /** What the program prints at its full size. */
  readonly result?: string;
  readonly countsBytes?: boolean;
  readonly otherSizes?: readonly number[];
}

type Given = Omit<Row, "name" | "kind" | "operation" | "target" | "reached">;

const ratio = (name: string, operation: string, most: number, given: Given = {}): Row => ({
  ...{ name, kind: "program", operation, target: `≤ ${most} × JavaScript` },
  reached: (m) => m.ratio! <= most,
  ...given,
});
const cost = (name: string, operation: string, most: number, given: Given = {}): Row => ({
  ...{ name, kind: "program", operation, target: `≤ ${most} ns a ${operation}` },
  reached: (m) => m.nsPerOperation <= most,
  ...given,
});
const within = (name: string, operation: string, most: number, whose: string, given: Given = {}): Row => ({
  ...{
    name,
    kind: "program",
    operation,
    target: `≤ ${most} s${whose === "" ? "" : ` (${whose})`}`,
    fullSizeOnly: true,
  },
  reached: (m) => m.walia!.min <= most * 1000,
  ...given,
});

const GENERATOR_SIZES = [10, 15, 20];

export const rows: readonly Row[] = [
  ratio("fib", "call", 1.3, { result: "9227465" }),
  ratio("fib_suspending", "call", 2, { result: "9227465" }),
  ratio("fib_callback", "call", 2, { result: "9227465" }),
  cost("state", "perform", 5, { result: "49999995000000" }),
  within("countdown", "perform", 2, "OCaml", { result: "0" }),
  within("iterator", "perform", 0.5, "", { result: "800000020000000" }),
  {
    ...cost("generator", "element", 120, { result: "67108837", otherSizes: GENERATOR_SIZES }),
    target: "≤ 120 ns an element, the same at any depth",
    reached: (m) =>
      m.nsPerOperation <= 120 && m.nsPerOperation <= 1.5 * Math.max(...GENERATOR_SIZES.map((size) => m.bySize[size]!)),
  },
  within("nqueens", "resumption", 1.2, "", { result: "14200" }),
  within("triples", "resumption", 1.06, "Effekt", { result: "460212934" }),
  within("tree_explore", "resumption", 1.04, "Effekt", { result: "1005" }),
  within("product_early", "frame", 1.55, "Effekt", { result: "0" }),
  within("parsing_dollars", "character", 2, "OCaml", { result: "200010000" }),
  within("resume_nontail", "resumption", 10.2, "Effekt", { result: "860" }),
  within("handler_sieve", "handler passed", 2.7, "Effekt", { result: "171848738" }),
  cost("abort", "frame", 15, { result: "100000" }),
  {
    ...{ name: "deep", kind: "program", operation: "frame", target: "≤ 500 bytes a frame", countsBytes: true },
    ...{ result: "1000000", reached: (m) => m.bytesPerOperation <= 500 },
  },
  {
    ...{ name: "tasks", kind: "tasks", operation: "task", target: "≤ 600 bytes a task, all done within 5 s" },
    ...{ fullSizeOnly: true, reached: (m) => m.bytesPerOperation <= 600 && m.walia!.min <= 5000 },
  },
  {
    ...{ name: "check", kind: "check", operation: "line", target: "cold ≤ 1.5 s, warm ≤ 0.4 s", fullSizeOnly: true },
    reached: (m) => m.bySize[0]! <= 1500 && m.bySize[1]! <= 400,
  },
];
