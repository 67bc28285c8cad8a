// Debugging: what F5 starts, with or without a launch.json, and the adapter that it talks to, which is `walia debug`.

import {
  commands,
  DebugAdapterExecutable,
  type DebugConfiguration,
  type DebugConfigurationProvider,
  DebugConfigurationProviderTriggerKind,
  debug,
  type ExtensionContext,
  l10n,
  Uri,
  window,
  workspace,
} from "vscode";
import type { WaliaCommand } from "../platform.ts";
import { savedFile, whyNotRun } from "../running/running.ts";
import type { Server } from "../server.ts";

/** A launch.json's entry as people write it; docs/debugging.md tells of each. */
interface LaunchConfiguration extends DebugConfiguration {
  /** A file, or all those that the program is made of. */
  readonly program?: string | readonly string[];
}

/** `command`: undefined where no program can run; it is then said why. */
export function registerDebugging(context: ExtensionContext, server: Server, command: WaliaCommand | undefined): void {
  const configurations: DebugConfigurationProvider = {
    provideDebugConfigurations: () => [fileConfiguration(), testsConfiguration()],
    resolveDebugConfiguration: async (_folder, configuration) => {
      const reason = whyNotRun(command);
      if (reason !== undefined) return void window.showWarningMessage(reason);
      if (configuration.type !== undefined) return configuration;
      // F5 without a launch.json: the file in the editor.
      const file = await savedFile(undefined);
      return file === undefined ? undefined : launchOf(file, configuration.noDebug === true);
    },
    // Here ${file} and its like have their values.
    resolveDebugConfigurationWithSubstitutedVariables: async (folder, configuration: LaunchConfiguration) => {
      const { program } = configuration;
      if (typeof program !== "string") return configuration;
      const file = await savedFile(folder === undefined ? Uri.file(program) : uriIn(folder.uri, program));
      if (file === undefined) return undefined;
      return { cwd: folderOf(file), ...configuration, program: await server.programOf(file) };
    },
  };
  const { subscriptions } = context;
  if (command !== undefined)
    subscriptions.push(
      debug.registerDebugAdapterDescriptorFactory("walia", {
        createDebugAdapterDescriptor: () => {
          const { program, args, env } = command.invocation(["debug"]);
          return new DebugAdapterExecutable(program, [...args], { env: { ...env } });
        },
      }),
    );
  subscriptions.push(
    debug.registerDebugConfigurationProvider("walia", configurations),
    debug.registerDebugConfigurationProvider(
      "walia",
      { provideDebugConfigurations: configurations.provideDebugConfigurations! },
      DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    commands.registerCommand("walia.debug", async (target?: string | Uri) => {
      const reason = whyNotRun(command);
      if (reason !== undefined) return void window.showWarningMessage(reason);
      const file = await savedFile(target);
      if (file !== undefined) await debug.startDebugging(workspace.getWorkspaceFolder(file), launchOf(file));
    }),
  );
}

function launchOf(file: Uri, noDebug = false): DebugConfiguration {
  const args = workspace.getConfiguration("walia", file).get<string[]>("run.arguments", []);
  const name = l10n.t("Debug {0}", workspace.asRelativePath(file));
  return { type: "walia", request: "launch", name, program: file.fsPath, args, noDebug };
}

const fileConfiguration = (): DebugConfiguration => ({
  type: "walia",
  request: "launch",
  name: l10n.t("Walia: Debug File"),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code's own variable
  program: "${file}",
});

const testsConfiguration = (): DebugConfiguration => ({
  ...fileConfiguration(),
  name: l10n.t("Walia: Debug Tests of File"),
  tests: true,
});

/** Where a file's program runs: in the folder that the file belongs to. */
export function folderOf(file: Uri): string {
  return (workspace.getWorkspaceFolder(file)?.uri ?? Uri.joinPath(file, "..")).fsPath;
}

const uriIn = (folder: Uri, path: string): Uri =>
  /^(\/|[A-Za-z]:)/.test(path) ? Uri.file(path) : Uri.joinPath(folder, path);
