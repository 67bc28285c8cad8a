// The request `walia/handlers`: who would handle this perform, or what could this handler receive?
//
//   params   { textDocument, position }: on a `perform`, a `handle`, or the call of a built-in that performs
//   result   a list, one entry for each effect:
//              { kind: "perform", effect, receivers: [{ by, handler, end, unit, path }] }    nearest handler first
//              { kind: "handle", effect, performs: [{ location, unit, path }] }
//            `by` is "block", "program", "reactor", "system" or "nobody"; `handler` a Location or null; `end` how a way ends
//            that no handler of a block stops: "program", "test", "task", "handler" (a program-wide one) or "uncalled"; `unit`
//            the function or statement there; `path` the calls on the way from the perform outward, [{ location, unit }].

import type { CancellationToken, Location, TextDocumentPositionParams } from "vscode-languageserver";
import type { Span } from "../../language/ast.ts";
import type { Receiver } from "../../language/effects/receivers.ts";
import type { ItemNames } from "../../language/names/model.ts";
import { type EffectPlace, effectsAt, performsOf, receiversAt } from "../../language/query/handlers.ts";
import { moved } from "../../language/query/symbols.ts";
import { labelOf } from "../../language/query/units.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export interface CallOnWay {
  readonly location: Location;
  readonly unit: string;
}

export type EffectAnswer =
  | {
      readonly kind: "perform";
      readonly effect: string;
      readonly receivers: readonly {
        readonly by: Receiver["by"];
        readonly handler: Location | null;
        readonly end: Receiver["end"];
        readonly unit: string;
        readonly path: readonly CallOnWay[];
      }[];
    }
  | {
      readonly kind: "handle";
      readonly effect: string;
      readonly performs: readonly {
        readonly location: Location;
        readonly unit: string;
        readonly path: readonly CallOnWay[];
      }[];
    };

export const handlers: Feature = {
  capabilities: { experimental: { waliaHandlers: true } },
  register: (connection, services) => {
    connection.onRequest(
      "walia/handlers",
      ({ textDocument: { uri }, position }: TextDocumentPositionParams, token: CancellationToken) =>
        services.answer<EffectAnswer[]>(uri, token, [], (view, file) =>
          effectsAt(view.analysis, file, view.offset(file, position)).map((place) => answerOf(view, place)),
        ),
    );
  },
};

function answerOf(view: View, place: EffectPlace): EffectAnswer {
  const { effect } = place;
  const path = (way: Receiver): CallOnWay[] =>
    way.path.map(({ names, node, unit }) => ({ location: locationOf(view, names, node), unit: labelOf(unit) }));
  if (place.kind === "handle") {
    const performs = performsOf(view.analysis, place.node).map(({ source, way }) => ({
      location: locationOf(view, source.names, source.node),
      unit: labelOf(source.unit),
      path: path(way),
    }));
    return { kind: "handle", effect, performs };
  }
  const receivers = receiversAt(view.analysis, place).map((receiver) => ({
    by: receiver.by,
    handler: receiver.handler && locationOf(view, receiver.handler.names, receiver.handler.handle.effectSpan),
    end: receiver.end,
    unit: labelOf(receiver.unit),
    path: path(receiver),
  }));
  return { kind: "perform", effect, receivers };
}

function locationOf(view: View, names: ItemNames, span: Span): Location {
  const { file, offset } = view.analysis.locate(names);
  return view.location(file, moved(span, offset));
}
