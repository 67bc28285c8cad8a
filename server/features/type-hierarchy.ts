// The hierarchy of types: what a class is made of, and what is made of it.

import { SymbolKind, type TypeHierarchyItem } from "vscode-languageserver";
import type { ClassPlace } from "../../language/infer/types.ts";
import { subtypes, supertypes } from "../../language/query/classes.ts";
import { namedAt } from "../../language/query/symbols.ts";
import { classOf, classTarget } from "../../language/query/targets.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const typeHierarchy: Feature = {
  capabilities: { typeHierarchyProvider: true },
  register: (connection, services) => {
    connection.languages.typeHierarchy.onPrepare(({ textDocument: { uri }, position }, token) =>
      services.answer<TypeHierarchyItem[] | null>(uri, token, null, (view, file) => {
        const place = classAt(view, file, view.offset(file, position));
        return place && [itemOf(view, place)];
      }),
    );
    connection.languages.typeHierarchy.onSupertypes(({ item }, token) =>
      services.answer<TypeHierarchyItem[]>(item.uri, token, [], (view, file) => related(view, file, item, supertypes)),
    );
    connection.languages.typeHierarchy.onSubtypes(({ item }, token) =>
      services.answer<TypeHierarchyItem[]>(item.uri, token, [], (view, file) => related(view, file, item, subtypes)),
    );
  },
};

/** The class or trait that is named at an offset. */
export function classAt({ analysis }: View, file: string, offset: number): ClassPlace | null {
  const named = namedAt(analysis, file, offset);
  return named && classOf(analysis, named.symbol);
}

function related(
  view: View,
  file: string,
  item: TypeHierarchyItem,
  find: (analysis: View["analysis"], place: ClassPlace) => readonly ClassPlace[],
): TypeHierarchyItem[] {
  const place = classAt(view, file, view.offset(file, item.selectionRange.start));
  return place ? find(view.analysis, place).map((each) => itemOf(view, each)) : [];
}

function itemOf(view: View, place: ClassPlace): TypeHierarchyItem {
  const { file, name, whole } = classTarget(view.analysis, place);
  return {
    name: place.node.name.name,
    kind: place.node.kind === "Trait" ? SymbolKind.Interface : SymbolKind.Class,
    detail: view.shown(file),
    uri: view.uriOf(file),
    range: view.range(file, whole),
    selectionRange: view.range(file, name),
  };
}
