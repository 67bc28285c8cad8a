// A construct that this runtime checks but does not execute yet (LANGUAGE, level "check"). Running it is a fault.

import type * as ast from "../ast.ts";
import { builtin } from "../names/builtins.ts";
import type { Rule } from "./rule.ts";

export const checkedOnly: Rule = {
  code: "W502",
  severity: "warning",
  title: "checked-only",
  visit: (context) => {
    const say = (span: ast.Span, what: string): void =>
      context.report({
        span: { start: span.start, end: span.end },
        message: `${what} is checked only: running it is a fault`,
      });
    return {
      Release: (node) => say({ start: node.start, end: node.start + "release".length }, "`release`"),
      Unary: (node) => {
        if (node.op === "*") say({ start: node.start, end: node.start + 1 }, "reading through a pointer");
        else if (node.op === "&") say({ start: node.start, end: node.start + 1 }, "taking an address");
      },
      LayoutPattern: (node) => say(node, "a layout pattern"),
      Name: (node) => {
        if (builtin(node.name)?.level !== "check" || context.names.bindingOf(node)?.kind !== "free") return;
        if (context.meaningOf(node.name).kind === "builtin") say(node, `\`${node.name}\``);
      },
    };
  },
};
