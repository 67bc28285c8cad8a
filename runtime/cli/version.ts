// `walia version`: what is running, for people and for reports of mistakes.

/** Both are put in by scripts/build.mjs; in tests, where nothing is built, they have these values. */
declare const WALIA_VERSION: string | undefined;
declare const WALIA_BUILD: string | undefined;

export const version = typeof WALIA_VERSION === "undefined" ? "0.0.0" : WALIA_VERSION;
export const build = typeof WALIA_BUILD === "undefined" ? "unbuilt" : WALIA_BUILD;

export function versionText(): string {
  return `walia ${version} (build ${build}, Node ${process.versions.node}, ${process.platform} ${process.arch})`;
}
