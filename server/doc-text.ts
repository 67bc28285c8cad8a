// A doc comment as Markdown: what it says, and its examples as code under their titles.

import { exampleTitle } from "../language/doc-examples.ts";

/** Empty for a declaration without documentation. `doc`: the lines without their slashes. */
export function docMarkdown(doc: string | null | undefined): string {
  const out: string[] = [];
  let isCode = false;
  const end = (): void => {
    if (isCode) out.push("```", "");
    isCode = false;
  };
  for (const line of doc?.split("\n") ?? []) {
    const title = exampleTitle(`/// ${line}`);
    if (title !== undefined) {
      end();
      out.push("", `*Example: ${title}*`, "", "```walia");
      isCode = true;
      continue;
    }
    // The code of an example is what is indented below its title.
    if (isCode && /^\S/.test(line)) end();
    out.push(isCode ? line.replace(/^( {4}|\t| +)/, "") : line);
  }
  end();
  return out.join("\n").trim();
}
