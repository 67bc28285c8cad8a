// Changing a `.wld` file from its panel: what `walia horizon resume`, `edit` and `drop` do, after a question that says what that is.

import { l10n, Uri, window, workspace } from "vscode";
import type { Overview } from "../../runtime/inspector/protocol.ts";
import type { WaliaCommand } from "../platform.ts";
import { reasonIn } from "./inspection.ts";
import type { FromPanel } from "./messages.ts";

export type Change = Extract<FromPanel, { readonly kind: "resume" | "set" | "drop" }>;

/** The words of the command, and the question that comes before it. */
interface Asked {
  readonly words: readonly string[];
  readonly question: string;
  readonly detail: string;
  readonly yes: string;
}

/** Makes a change, if that is wanted; false when nothing has changed. People are told why. */
export async function change(
  wanted: Change,
  file: Uri,
  command: WaliaCommand,
  overview: Overview | undefined,
): Promise<boolean> {
  if (!workspace.isTrusted) {
    window.showWarningMessage(
      l10n.t("The file can be changed only in workspaces that you trust (Workspaces: Manage Workspace Trust)."),
    );
    return false;
  }
  if (overview?.standing.kind === "running") {
    const { process } = overview.standing;
    window.showWarningMessage(
      l10n.t("Process {0} runs with this file. Stop it first: only then can the file be changed.", process),
    );
    return false;
  }
  const asked = await askedOf(wanted);
  if (asked === undefined) return false;
  const answer = await window.showWarningMessage(
    asked.question,
    { modal: true, detail: l10n.t("{0}\nThis changes the file {1}.", asked.detail, workspace.asRelativePath(file)) },
    asked.yes,
  );
  if (answer !== asked.yes) return false;
  const words = ["horizon", ...asked.words, "--", file.fsPath];
  try {
    const { code, output, errors } = await command.capture(words, Uri.joinPath(file, "..").fsPath, NEVER);
    if (code === 0) window.showInformationMessage(output.trim());
    else window.showErrorMessage(reasonIn(errors) ?? l10n.t("The file was not changed."));
    return code === 0;
  } catch (error) {
    window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return false;
  }
}

const NEVER = new AbortController().signal;

async function askedOf(wanted: Change): Promise<Asked | undefined> {
  const task = String(wanted.task);
  switch (wanted.kind) {
    case "resume": {
      if (wanted.isFailed)
        return {
          words: ["resume", task],
          question: l10n.t("Try task {0} again?", task),
          detail: l10n.t("The next run goes on with it where it was."),
          yes: l10n.t("Try Again"),
        };
      const value = await askValue(l10n.t("Resume task {0}", task), "nil");
      return value === undefined
        ? undefined
        : {
            words: ["resume", task, `--with=${value}`],
            question: l10n.t("Resume task {0} with {1}?", task, value),
            detail: l10n.t(
              "What it waits for yields this value, and the next run goes on with it. A timer, a message or a connection that it waited for is left to others.",
            ),
            yes: l10n.t("Resume"),
          };
    }
    case "set": {
      const { name, frame } = wanted;
      const value = await askValue(l10n.t("A value for {0}", name), wanted.value);
      return value === undefined
        ? undefined
        : {
            words: ["edit", task, `--frame=${frame}`, `--set=${name}=${value}`],
            question: l10n.t("Set {0} to {1}?", name, value),
            detail: l10n.t("Task {0} has this value in frame {1} when the next run goes on with it.", task, frame),
            yes: l10n.t("Set"),
          };
    }
    case "drop":
      return {
        words: ["drop", task],
        question: l10n.t("Drop task {0}?", task),
        detail: l10n.t(
          "It is taken out of the file and never goes on. Whoever awaits it sees the fault Cancelled. None of its own code runs any more, so it cleans nothing up.",
        ),
        yes: l10n.t("Drop"),
      };
  }
}

const askValue = (title: string, value: string): Thenable<string | undefined> =>
  window.showInputBox({
    title,
    value,
    prompt: l10n.t(`A literal of Walia or JSON: nil, true, 3, "text", [1, 2], { name: "Ada" }`),
    ignoreFocusOut: true,
  });
