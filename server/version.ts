// The version of this build; scripts/build.mjs puts it in. In tests, where nothing is built, it has this value.

declare const WALIA_VERSION: string | undefined;

export const version = typeof WALIA_VERSION === "undefined" ? "0.0.0" : WALIA_VERSION;
