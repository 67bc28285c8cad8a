// Activation, wherever the editor runs: first the parts that need nothing, then the server.

import type { ExtensionContext } from "vscode";
import { registerCommands } from "./commands.ts";
import { registerDebugging } from "./debugging/debugging.ts";
import { registerInspector } from "./inspector/editor.ts";
import type { Platform } from "./platform.ts";
import { registerRunning } from "./running/running.ts";
import { createServer } from "./server.ts";
import { showStatus } from "./status.ts";
import { registerTests } from "./testing/explorer.ts";

export async function activateExtension(context: ExtensionContext, platform: Platform): Promise<void> {
  const server = createServer(context, platform);
  showStatus(context, server);
  registerCommands(context, server);
  registerRunning(context, server, platform.command);
  registerDebugging(context, server, platform.command);
  registerTests(context, server, platform.command);
  registerInspector(context, platform.command);
  await server.start();
}
