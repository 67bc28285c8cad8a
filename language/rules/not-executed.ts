// A construct that this runtime knows and never executes (LANGUAGE, level "parse"). Reaching it is a fault.

import type * as ast from "../ast.ts";
import { builtin } from "../names/builtins.ts";
import type { Rule } from "./rule.ts";

export const notExecuted: Rule = {
  code: "W501",
  severity: "info",
  title: "not-executed",
  visit: (context) => {
    const say = (span: ast.Span, what: string): void =>
      context.report({
        span: { start: span.start, end: span.end },
        message: `${what} is not executed by this runtime`,
      });
    const annotations = (of: readonly ast.Annotation[]): void => {
      for (const annotation of of) say(annotation, `\`@${annotation.name}\``);
    };
    return {
      Similar: (node) => say(node, "similarity `~`"),
      SimilarPattern: (node) => say(node, "a similarity pattern"),
      Fused: (node) => say({ start: node.start, end: node.start + "fused".length }, "`fused`"),
      Quantity: (node) => say(node, "a quantity with a unit"),
      UnitType: (node) => say(node, "a unit"),
      Gene: (node) => say(node.name, "a gene"),
      Asm: (node) => say({ start: node.start, end: node.start + "asm".length }, "`asm`"),
      Var: (node) => {
        if (node.entangled) say(node, "entanglement `~=`");
        annotations(node.annotations);
      },
      Fun: (node) => annotations(node.annotations),
      Class: (node) => annotations(node.annotations),
      Layout: (node) => {
        for (const field of node.fields) annotations(field.annotations);
      },
      Name: (node) => {
        if (builtin(node.name)?.level !== "parse" || context.names.bindingOf(node)?.kind !== "free") return;
        if (context.meaningOf(node.name).kind === "builtin") say(node, `\`${node.name}\``);
      },
    };
  },
};
