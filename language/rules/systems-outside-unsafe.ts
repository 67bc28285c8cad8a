// A systems construct outside `unsafe`: hardware ports, raw memory, system calls.

import { builtin } from "../names/builtins.ts";
import type { Rule } from "./rule.ts";

export const systemsOutsideUnsafe: Rule = {
  code: "W401",
  severity: "error",
  title: "systems-outside-unsafe",
  visit: (context) => {
    const say = (span: { start: number; end: number }, what: string): void =>
      context.report({ span, message: `${what} is allowed in \`unsafe { … }\` only` });
    return {
      Name: (node, { isUnsafe }) => {
        if (isUnsafe || !builtin(node.name)?.unsafe || context.names.bindingOf(node)?.kind !== "free") return;
        if (context.meaningOf(node.name).kind === "builtin") say(node, `\`${node.name}\``);
      },
      Unary: (node, { isUnsafe }) => {
        if (isUnsafe || (node.op !== "*" && node.op !== "&")) return;
        say(
          { start: node.start, end: node.start + 1 },
          node.op === "*" ? "reading through a pointer" : "taking an address",
        );
      },
      Release: (node, { isUnsafe }) => {
        if (!isUnsafe) say({ start: node.start, end: node.start + "release".length }, "`release`");
      },
      Asm: (node, { isUnsafe }) => {
        if (!isUnsafe) say({ start: node.start, end: node.start + "asm".length }, "`asm`");
      },
    };
  },
};
