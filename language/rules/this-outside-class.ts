// `this` or `super` outside a method, and `super` in a class that has no superclass.

import type { Node } from "../walk.ts";
import type { Rule } from "./rule.ts";

export const thisOutsideClass: Rule = {
  code: "W207",
  severity: "error",
  title: "this-outside-class",
  visit: (context) => {
    const classes: Node[] = [];
    return {
      begin: () => void classes.splice(0),
      Class: (node) => void classes.push(node),
      Trait: (node) => void classes.push(node),
      This: (node) => {
        if (!context.names.bindingOf(node))
          context.report({ span: node, message: "`this` is only known in a class or trait" });
      },
      Super: (node) => {
        const around = classes.at(-1);
        if (!context.names.bindingOf(node))
          context.report({ span: node, message: "`super` is only known in a class or trait" });
        else if (around?.kind === "Class" && !around.superclass)
          context.report({ span: node, message: `\`${around.name.name}\` has no superclass for \`super\` to mean` });
      },
      leave: (node) => {
        if (node === classes.at(-1)) classes.pop();
      },
    };
  },
};
