// Where the tasks of a unit may run: at home, on the core that owns the program's variables, or anywhere.
//
// H1. Home: it reaches a mutable global (a top-level `var`, or a `const` whose value can change), directly or through
//     calls, or it calls code that cannot be seen.
// H2. A program-wide handler that answers one of its effects runs in its task: where that clause must be home, so must
//     the task. Faults and cancellation may happen in any task.
// H3. Starting a task does not move the starter: the task's own code decides.

import { SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { Unit } from "../names/model.ts";
import type { ProgramHandler } from "./entries.ts";
import type { Solution } from "./rows.ts";

export type Place = "home" | "anywhere";

export function placeOf(solution: Solution, handlers: readonly ProgramHandler[], unit: Unit): Place {
  const seen = new Set<number>();
  const work = [solution.linker.idOf(unit)];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const row = solution.rows.at(id)!;
    if (row.home !== null || row.variables.size > 0) return "home";
    for (const handler of handlers) {
      if (row.effects.has(handler.effect) || SYSTEM_EFFECTS.has(handler.effect))
        work.push(solution.linker.idOf(handler.clause)); // H2
    }
  }
  return "anywhere";
}
