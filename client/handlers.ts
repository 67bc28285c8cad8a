// `Walia: Peek Handlers or Performs`: on a `perform`, the handlers that may receive it; on a `handle`, the performs that it may
// receive. What nobody in the program handles is said in words.

import { commands, type Location, l10n, type TextEditor, window } from "vscode";
import { type BaseLanguageClient, type Location as ProtocolLocation, State } from "vscode-languageclient";
import { type EffectAnswer, HandlersRequest } from "./protocol.ts";

export async function peekHandlers(client: BaseLanguageClient): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== "walia" || client.state !== State.Running) return;
  const answers = await client.sendRequest(HandlersRequest, {
    textDocument: { uri: editor.document.uri.toString() },
    position: client.code2ProtocolConverter.asPosition(editor.selection.active),
  });
  if (answers.length === 0)
    return void window.showInformationMessage(
      l10n.t("Put the cursor on a perform, a handle, or a call that performs."),
    );
  const { asLocation } = client.protocol2CodeConverter;
  const places = distinct(answers.flatMap(placesOf)).map((place) => asLocation(place));
  if (places.length === 0) return void window.showInformationMessage(answers.map(inWords).join(" "));
  await peek(editor, places);
}

function placesOf(answer: EffectAnswer): ProtocolLocation[] {
  if (answer.kind === "handle") return answer.performs.map(({ location }) => location);
  return answer.receivers.flatMap(({ handler }) => (handler === null ? [] : [handler]));
}

/** Several ways may lead to one handler. */
function distinct(places: readonly ProtocolLocation[]): ProtocolLocation[] {
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

/** What there is to say when there is no place to show. */
function inWords(answer: EffectAnswer): string {
  if (answer.kind === "handle") return l10n.t(`Nothing that is known performs "{0}" here.`, answer.effect);
  const isOutside = answer.receivers.some(({ by }) => by === "reactor" || by === "system");
  return isOutside
    ? l10n.t(`The reactor answers "{0}": no handler of the program does.`, answer.effect)
    : l10n.t(`Nobody handles "{0}".`, answer.effect);
}

async function peek({ document, selection }: TextEditor, places: readonly Location[]): Promise<void> {
  await commands.executeCommand("editor.action.peekLocations", document.uri, selection.active, places, "peek");
}
