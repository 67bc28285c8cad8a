// What the extension needs of the place it runs in: a VS Code with Node beside it (main.ts), or one in a browser (browser.ts).

import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";

export interface Platform {
  /** A client of a language server of its own, neither of them started. `name` is what people see. */
  createClient(id: string, name: string, options: LanguageClientOptions): BaseLanguageClient;
  /** Undefined where no program can run. */
  readonly command: WaliaCommand | undefined;
}

/** The `walia` command. */
export interface WaliaCommand {
  /** How it is started with these words, for a terminal. */
  invocation(words: readonly string[]): Invocation;
  /** Runs it; ended early when `signal` says so. Throws when it cannot be started, in words for people. */
  capture(words: readonly string[], folder: string, signal: AbortSignal): Promise<Captured>;
  /** Starts it to be talked with: a line each way. */
  converse(words: readonly string[], folder: string, heard: Heard): Conversation;
}

/** What a command that is talked with has to say. */
export interface Heard {
  line(text: string): void;
  /** It has ended by itself, or could not be started; why, for people. Nothing comes after that. */
  end(reason: string): void;
}

export interface Conversation {
  say(line: string): void;
  /** Ends it; nothing is heard of it any more. */
  stop(): void;
}

export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  /** Variables that are set besides those of the editor. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Captured {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}
