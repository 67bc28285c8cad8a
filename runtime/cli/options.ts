// The words after `walia check` and `walia test`: options in any place, names of files, and `--` before names that begin
// with a dash.

import { UsageError } from "./trouble.ts";

export interface Options {
  readonly names: readonly string[];
  readonly flags: ReadonlySet<string>;
  /** Options with a value: `--filter TEXT` or `--filter=TEXT`. */
  readonly values: ReadonlyMap<string, string>;
}

export function parseOptions(
  command: string,
  words: readonly string[],
  known: { readonly flags: readonly string[]; readonly values?: readonly string[] },
): Options {
  const names: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      names.push(...rest);
      break;
    }
    if (word === "-" || !word.startsWith("-")) {
      names.push(word);
      continue;
    }
    const [, name = "", given] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (known.flags.includes(name) && given === undefined) flags.add(name);
    else if (known.values?.includes(name)) {
      const value = given ?? rest.shift();
      if (value === undefined) throw new UsageError(command, `--${name} needs a value`);
      values.set(name, value);
    } else throw new UsageError(command, `there is no option ${word}`);
  }
  return { names, flags, values };
}
