// A driver asked directly: each submission as a promise of its result. For tests of drivers.

import {
  type Completions,
  type Driver,
  DriverError,
  type DriverValue,
  type Handle,
  type Tag,
} from "../../runtime/reactor/drivers/driver.ts";

export interface Asking {
  readonly driver: Driver;
  /** Submits, and gives what came of it: a value, or a DriverError. */
  ask(submit: (tag: Tag) => void): Promise<DriverValue | DriverError>;
  /** The same when it must succeed. */
  handle(submit: (tag: Tag) => void): Promise<Handle>;
  /** Bytes that it must yield, as text; null for none. */
  text(submit: (tag: Tag) => void): Promise<string | null>;
  bytes(handle: Handle, max?: number, position?: number): Promise<string | null>;
  /** Submits and gives the tag at once; its result, if one ever comes, is in `results`. */
  submit(submit: (tag: Tag) => void): Tag;
  readonly results: Map<Tag, DriverValue | DriverError>;
  nextAlarm(): Promise<void>;
  nextPoke(): Promise<void>;
}

export function asking(driver: Driver): Asking {
  let tags = 0;
  const waiting = new Map<Tag, (result: DriverValue | DriverError) => void>();
  const results = new Map<Tag, DriverValue | DriverError>();
  let onAlarm = (): void => undefined;
  let onPoke = (): void => undefined;
  const tell = (tag: Tag, result: DriverValue | DriverError): void => {
    if (results.has(tag)) throw new Error(`tag ${tag} was answered twice`);
    results.set(tag, result);
    waiting.get(tag)?.(result);
  };
  const completions: Completions = {
    completed: tell,
    failed: tell,
    alarm: () => onAlarm(),
    turn: () => undefined,
    poked: () => onPoke(),
  };
  driver.attach(completions);
  const ask = (submit: (tag: Tag) => void): Promise<DriverValue | DriverError> => {
    const tag = tags++;
    const result = new Promise<DriverValue | DriverError>((resolve) => {
      waiting.set(tag, resolve);
    });
    submit(tag);
    return result;
  };
  const text = async (submit: (tag: Tag) => void): Promise<string | null> => {
    const result = await ask(submit);
    if (result instanceof DriverError) throw new Error(`${result.code}: ${result.text}`);
    return result === null ? null : Buffer.from(result as Uint8Array).toString();
  };
  return {
    driver,
    ask,
    results,
    async handle(submit) {
      const result = await ask(submit);
      if (result instanceof DriverError) throw new Error(`${result.code}: ${result.text}`);
      return result as Handle;
    },
    text,
    bytes: (handle, max = 65536, position = 0) => text((tag) => handle.read(tag, max, position)),
    submit(submit) {
      const tag = tags++;
      submit(tag);
      return tag;
    },
    nextAlarm: () =>
      new Promise((resolve) => {
        onAlarm = resolve;
      }),
    nextPoke: () =>
      new Promise((resolve) => {
        onPoke = resolve;
      }),
  };
}

/** Lets the event loop come round a few times. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
