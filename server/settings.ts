// The settings a user can make, `walia.*` in the editor; what is missing or of the wrong type is as if not set.

export interface Settings {
  readonly inlayHints: {
    /** `! ASK, TELL` behind the head of a function. */
    readonly effects: boolean;
    /** ⏸ behind calls that may suspend. */
    readonly suspensions: boolean;
    /** ⌂ at functions whose tasks run at home. */
    readonly home: boolean;
    readonly parameterNames: boolean;
    /** What a variable holds, where it is known. */
    readonly kinds: boolean;
  };
  readonly codeLens: {
    /** Run and test buttons. */
    readonly run: boolean;
    /** How often something is used, performed or handled. */
    readonly counts: boolean;
  };
}

export const DEFAULTS: Settings = {
  inlayHints: { effects: true, suspensions: true, home: true, parameterNames: true, kinds: false },
  codeLens: { run: true, counts: true },
};

/** Settings from what a client sends. */
export function settingsOf(sent: unknown): Settings {
  return merged(DEFAULTS, sent) as Settings;
}

function merged(base: object, sent: unknown): object {
  if (typeof sent !== "object" || sent === null) return base;
  const given = sent as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(base).map(([name, value]) => {
      const other = Object.hasOwn(given, name) ? given[name] : undefined;
      if (typeof value === "object" && value !== null) return [name, merged(value, other)];
      return [name, typeof other === typeof value ? other : value];
    }),
  );
}
