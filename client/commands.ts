// Commands of the command palette that need no running program. Those that run one are in running/ and testing/.

import { commands, type ExtensionContext, Position, Uri, window, workspace } from "vscode";
import type { Location as ProtocolLocation, Position as ProtocolPosition } from "vscode-languageclient";
import { createConfig } from "./config-file.ts";
import { peekHandlers } from "./handlers.ts";
import type { Server } from "./server.ts";
import { showProgram, showWld } from "./show-text.ts";

export function registerCommands(context: ExtensionContext, server: Server): void {
  const { client, log } = server;
  const table: Readonly<Record<string, (...args: never[]) => unknown>> = {
    "walia.restartServer": () => server.start(),
    "walia.showServerLog": () => log.show(),
    "walia.peekHandlers": () => peekHandlers(client),
    "walia.showEffects": () => showProgram(server, "effects", "file"),
    "walia.showEffectsHere": () => showProgram(server, "effects", "declaration"),
    "walia.showCore": () => showProgram(server, "core", "file"),
    "walia.showCoreHere": () => showProgram(server, "core", "declaration"),
    "walia.showWld": (file?: Uri) => showWld(server, file),
    "walia.createConfig": createConfig,
    "walia.newFile": newFile,
    "walia.openWalkthrough": () =>
      commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#walia.start`),
    // For code lenses, whose arguments come from the server in the protocol's form.
    "walia.showReferences": (uri: string, position: ProtocolPosition, locations: ProtocolLocation[]) =>
      commands.executeCommand(
        "editor.action.showReferences",
        Uri.parse(uri),
        new Position(position.line, position.character),
        locations.map(client.protocol2CodeConverter.asLocation),
      ),
  };
  for (const [name, run] of Object.entries(table)) context.subscriptions.push(commands.registerCommand(name, run));
}

const FIRST_PROGRAM = `fun greet(name) {
    var mood = perform "MOOD" { of: name };
    print "Hello, " + name + ", you " + mood + " one!";
}

handle "MOOD" {
    resume(effect.continuation, if (effect.of.length() < 5) "quick" else "patient");
}

for (name in ["Ada", "Barbara"]) greet(name);

test "short names are quick" {
    assert(perform "MOOD" { of: "Ada" } == "quick");
}
`;

/** A new file that shows the heart of the language: an effect, its handler, and a test of both. */
async function newFile(): Promise<void> {
  await window.showTextDocument(await workspace.openTextDocument({ language: "walia", content: FIRST_PROGRAM }));
}
