// Texts that are no file, for looking at in an editor: sources as they are in a `.wld` file where the file on the disk has another text by
// now, and what differs between two such files. The documents are read-only: `walia-kept:/main.wal?NUMBER`.

import { type TextDocumentContentProvider, Uri } from "vscode";

/** So many texts are kept: more than anybody has open. */
const MOST = 50;

export class ReadOnlyTexts implements TextDocumentContentProvider {
  readonly scheme = "walia-kept";
  /** By name and text, oldest first; and the texts by number. */
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  #last = 0;

  /** A document with this text, named like the file: the same one for the same text. */
  documentOf(path: string, text: string): Uri {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const key = `${name}\n${text}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = ++this.#last;
      this.#numbers.set(key, number);
      this.#texts.set(number, text);
      this.#forget();
    }
    return Uri.from({ scheme: this.scheme, path: `/${name}`, query: String(number) });
  }

  provideTextDocumentContent({ query }: Uri): string {
    return this.#texts.get(Number(query)) ?? "";
  }

  #forget(): void {
    if (this.#numbers.size <= MOST) return;
    const [oldest] = this.#numbers;
    this.#numbers.delete(oldest![0]);
    this.#texts.delete(oldest![1]);
  }
}
