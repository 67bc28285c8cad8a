// Walia sources are imported as their text: by esbuild's `text` loader (scripts/build.mjs) and vitest.config.ts.

declare module "*.wal" {
  const text: string;
  export default text;
}
