// A `.wld` file as the panel asks for it: a `walia horizon inspect` of its own, which is started with the first question, and
// again after it has ended. It is another process, so that nothing in a file can slow down or end the editor's.

import { l10n } from "vscode";
import type { Answered, Answers, Ask } from "../../runtime/inspector/protocol.ts";
import type { Conversation, WaliaCommand } from "../platform.ts";

interface Waiting {
  resolve(answer: Answers[keyof Answers]): void;
  reject(error: Error): void;
}

export class Inspection {
  #conversation: Conversation | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #isClosed = false;

  constructor(
    readonly command: WaliaCommand,
    readonly folder: string,
    readonly file: string,
  ) {}

  /** The answer to a question; an Error with the reason, for people, when there is none. */
  ask<K extends Ask["kind"]>(ask: Ask & { readonly kind: K }): Promise<Answers[K]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return;
      this.#conversation ??= this.#begin();
      const id = ++this.#last;
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#conversation.say(JSON.stringify({ id, ask }));
    });
  }

  /** Nobody asks any more; what was asked is not answered. */
  close(): void {
    this.#isClosed = true;
    this.#conversation?.stop();
    this.#waiting.clear();
  }

  #begin(): Conversation {
    return this.command.converse(["horizon", "inspect", "--", this.file], this.folder, {
      line: (line) => this.#hear(JSON.parse(line)),
      end: (reason) => {
        this.#conversation = undefined;
        const waiting = [...this.#waiting.values()];
        this.#waiting.clear();
        const error = new Error(reasonIn(reason) ?? l10n.t("The process that reads the file has ended."));
        for (const { reject } of waiting) reject(error);
      },
    });
  }

  #hear(answered: Answered): void {
    const waiting = this.#waiting.get(answered.id);
    this.#waiting.delete(answered.id);
    if ("answer" in answered) waiting?.resolve(answered.answer);
    else waiting?.reject(new Error(answered.trouble));
  }
}

/** Of what a command says on standard error, the reason that it gives itself; undefined when it did not come to that. */
export const reasonIn = (errors: string): string | undefined =>
  /^walia: (.+?)(?:\nTry: .*)?$/s.exec(errors.trim())?.[1];
