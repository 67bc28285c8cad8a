// Elements of the page. What a file says comes into the page as text and attributes, never as markup.

type Child = Node | string | null;

interface Options {
  readonly class?: string;
  readonly title?: string;
  readonly role?: string;
  readonly id?: string;
  readonly tabIndex?: number;
  /** `aria-*` and `data-*`, by their whole names. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly onClick?: (event: Event) => void;
}

/** An element with these children; null stands for none. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: Options = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) made.className = options.class;
  if (options.title !== undefined) made.title = options.title;
  if (options.role !== undefined) made.role = options.role;
  if (options.id !== undefined) made.id = options.id;
  if (options.tabIndex !== undefined) made.tabIndex = options.tabIndex;
  for (const [name, value] of Object.entries(options.attributes ?? {})) made.setAttribute(name, String(value));
  if (options.onClick !== undefined) made.addEventListener("click", options.onClick);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export const button = (text: string, onClick: () => void, options: Omit<Options, "onClick"> = {}): HTMLButtonElement =>
  element("button", { ...options, onClick }, text);

/** A sentence with `{0}`, `{1}` … filled in. */
export const filled = (sentence: string, ...values: readonly (string | number)[]): string =>
  sentence.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
