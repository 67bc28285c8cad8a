// Answers that lead somewhere: from what language/query finds to the locations of the protocol.

import type { Location, LocationLink, Position } from "vscode-languageserver";
import { namedAt } from "../language/query/symbols.ts";
import type { Target } from "../language/query/targets.ts";
import type { View } from "./view.ts";

/** Locations, or links where the client can show what they come from. */
export function linksTo(
  view: View,
  file: string,
  position: Position,
  targets: readonly Target[],
  withLinks: boolean,
): Location[] | LocationLink[] {
  if (!withLinks) return targets.map((target) => view.location(target.file, target.name));
  const named = namedAt(view.analysis, file, view.offset(file, position));
  const origin = named ? { originSelectionRange: view.range(file, named.span) } : {};
  return targets.map((target) => ({
    ...origin,
    targetUri: view.uriOf(target.file),
    targetRange: view.range(target.file, target.whole),
    targetSelectionRange: view.range(target.file, target.name),
  }));
}
