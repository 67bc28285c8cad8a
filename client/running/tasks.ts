// Tasks of the type "walia": what the run button starts, and what a tasks.json may name:
//
//   { "type": "walia", "command": "test", "paths": ["src"], "problemMatcher": "$walia" }

import {
  l10n,
  ProcessExecution,
  Task,
  type TaskDefinition,
  TaskGroup,
  TaskPanelKind,
  type TaskProvider,
  TaskRevealKind,
  TaskScope,
  Uri,
  type WorkspaceFolder,
  workspace,
} from "vscode";
import type { WaliaCommand } from "../platform.ts";

type Verb = "run" | "check" | "test";

interface WaliaTaskDefinition extends TaskDefinition {
  readonly command: Verb;
  /** Files and folders; without one, the workspace folder. */
  readonly paths?: readonly string[];
  /** Of the command: `--nexus`, `--shards=1`, `--json`, … */
  readonly options?: readonly string[];
  /** The program's own, for `run`. */
  readonly args?: readonly string[];
}

export class WaliaTasks implements TaskProvider {
  constructor(private readonly command: WaliaCommand) {}

  provideTasks(): Task[] {
    const folders = workspace.workspaceFolders ?? [];
    return folders.flatMap((folder) =>
      (["check", "test"] as const).map((verb) => {
        const definition: WaliaTaskDefinition = { type: "walia", command: verb };
        const task = createTask(this.command, definition, { scope: folder, name: verb, cwd: folder.uri.fsPath });
        task.group = verb === "test" ? TaskGroup.Test : TaskGroup.Build;
        return task;
      }),
    );
  }

  resolveTask(task: Task): Task | undefined {
    const definition = task.definition as WaliaTaskDefinition;
    if (!["run", "check", "test"].includes(definition.command)) return undefined;
    // VS Code knows the task again by its very definition.
    const scope = task.scope ?? TaskScope.Workspace;
    const cwd = typeof scope === "object" ? scope.uri.fsPath : undefined;
    return createTask(this.command, definition, { scope, name: task.name, cwd });
  }
}

/**
 * The task that runs a file, with the paths that its program is made of and options of the command, in the folder that it belongs
 * to.
 */
export function runTask(
  command: WaliaCommand,
  file: Uri,
  paths: readonly string[],
  options: readonly string[] = [],
): Task {
  const folder = workspace.getWorkspaceFolder(file);
  const args = workspace.getConfiguration("walia", file).get<string[]>("run.arguments", []);
  const definition: WaliaTaskDefinition = { type: "walia", command: "run", options, paths, args };
  const task = createTask(command, definition, {
    scope: folder ?? TaskScope.Workspace,
    name: l10n.t("run {0}", workspace.asRelativePath(file)),
    cwd: (folder?.uri ?? Uri.joinPath(file, "..")).fsPath,
  });
  // The program is what people want to see, not how it was started.
  task.presentationOptions = {
    reveal: TaskRevealKind.Always,
    panel: TaskPanelKind.Dedicated,
    clear: true,
    echo: false,
    showReuseMessage: false,
  };
  return task;
}

interface Placed {
  readonly scope: WorkspaceFolder | TaskScope.Global | TaskScope.Workspace;
  readonly name: string;
  /** The folder to run in; the workspace's when it is undefined. */
  readonly cwd: string | undefined;
}

function createTask(command: WaliaCommand, definition: WaliaTaskDefinition, { scope, name, cwd }: Placed): Task {
  const { command: verb, options = [], paths = [], args = [] } = definition;
  // With the dashes, every path before them is a file of the program.
  const words = [verb, ...options, ...paths, ...(verb === "run" ? ["--", ...args] : [])];
  const { program, args: all, env } = command.invocation(words);
  const execution = new ProcessExecution(program, [...all], { env: { ...env }, ...(cwd === undefined ? {} : { cwd }) });
  return new Task(definition, scope, name, "walia", execution, verb === "run" ? [] : ["$walia"]);
}
