// An `unsafe` block with nothing in it that needs one. What may be a pointer counts as needing it: an index, a cast, a
// pointer type.

import { builtin } from "../names/builtins.ts";
import type { Node } from "../walk.ts";
import type { Rule } from "./rule.ts";

const NEEDS: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>([
  ...(["Release", "Asm", "Index", "Cast", "PointerType", "ArrayType"] as const),
]);

export const needlessUnsafe: Rule = {
  code: "W402",
  severity: "warning",
  title: "needless-unsafe",
  visit: (context) => {
    const open: { node: Node; needed: boolean }[] = [];
    const need = (): void => {
      for (const block of open) block.needed = true;
    };
    const leave = (node: Node): void => {
      if (NEEDS.has(node.kind)) need();
      if (node.kind !== "Unsafe" || open.at(-1)?.node !== node) return;
      if (open.pop()!.needed) return;
      const span = { start: node.start, end: node.start + "unsafe".length };
      context.report({ span, message: "nothing in this block needs `unsafe`", tags: ["unnecessary"] });
    };
    return {
      begin: () => void open.splice(0),
      Unsafe: (node) => void open.push({ node, needed: false }),
      Name: ({ name }) => {
        if (builtin(name)?.unsafe) need();
      },
      Unary: ({ op }) => {
        if (op === "*" || op === "&") need();
      },
      leave,
    };
  },
};
