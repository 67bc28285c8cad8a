// The version, and the build's id; scripts/build.mjs puts them in. In tests, where nothing is built, they have these values.

declare const WALIA_VERSION: string | undefined;
declare const WALIA_BUILD: string | undefined;

export const version = typeof WALIA_VERSION === "undefined" ? "0.0.0" : WALIA_VERSION;
export const build = typeof WALIA_BUILD === "undefined" ? "unbuilt" : WALIA_BUILD;
