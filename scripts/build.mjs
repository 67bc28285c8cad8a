// Builds everything that runs: the grammar, the `walia` command (dist/), and the benchmarks when their sources are there.
//
//   npm run build          after `npm ci`; a second or two
//
// The build's id is a hash of what was built. The command's cache goes by it (runtime/cli/cache.ts), so a changed compiler
// never meets what another one has written.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Stands for the build's id until that is known, and is as long. */
const ID_PLACE = "walia-build-0000";

/** Packages that are not modules ask for Node's own with `require`, which a module does not have. */
const REQUIRE =
  'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';

/** Packages with parts in machine code stay beside the bundles, in node_modules. */
const NATIVE = ["koffi", "lmdb"];

buildGrammar();
await bundle("runtime/cli/main.ts", "walia.cjs", { external: NATIVE });
await bundle("runtime/cli/shards/shard.ts", "shard.cjs", { external: NATIVE });
await bundle("runtime/cli/start.ts", "start.cjs");
await bundle("server/main.ts", "server.js", { head: REQUIRE });
await bundle("runtime/cli/server-tools.ts", "server-tools.cjs", { external: NATIVE });
await bundle("server/browser.ts", "server-web.js", { platform: "browser", format: "iife" });
await bundle("client/main.ts", "client.cjs", { external: ["vscode"] });
await bundle("client/browser.ts", "client-web.js", { external: ["vscode"], platform: "browser", format: "cjs" });
await bundle("client/inspector/page/main.ts", "inspector.js", {
  platform: "browser",
  format: "iife",
  target: "es2023",
});
await bundle("runtime/horizon/writer-thread.ts", "horizon-writer.js", { external: NATIVE });
for (const bench of ["engine", "reactor", "horizon", "editor"])
  if (existsSync(join(root, `bench/${bench}.ts`)))
    await bundle(`bench/${bench}.ts`, `bench-${bench}.js`, { external: NATIVE, head: REQUIRE });

/** Left out when the compiled grammar is newer than its source: others may be reading it. */
function buildGrammar() {
  const source = statSync(join(root, "syntaxes/walia.ohm"));
  const compiled = statSync(join(root, "syntaxes/walia.ohm-bundle.js"), { throwIfNoEntry: false });
  if (compiled !== undefined && compiled.size > 0 && compiled.mtimeMs > source.mtimeMs) return;
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build-grammar.mjs")], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

/**
 * `name` says the format: .cjs for what is started with V8's code cache (runtime/cli/start.ts) or loads packages only where it
 * needs them, .js for modules. `head` goes
 * before the code, `options` are esbuild's where an entry needs others.
 */
async function bundle(entry, name, { head = "", ...options } = {}) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(root, "dist", name),
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: name.endsWith(".cjs") ? "cjs" : "esm",
    banner: { js: `// ${name} ${ID_PLACE}\n${head}` },
    sourcemap: "linked",
    loader: { ".wal": "text" },
    define: { WALIA_VERSION: JSON.stringify(version), WALIA_BUILD: JSON.stringify(ID_PLACE) },
    logLevel: "warning",
    ...options,
  });
  const code = outputFiles.find(({ path }) => path.endsWith(name));
  const id = createHash("sha256").update(code.contents).digest("hex").slice(0, ID_PLACE.length);
  for (const { path, text } of outputFiles) replace(path, text.replaceAll(ID_PLACE, id));
}

/** Another process may be starting from the file at this moment. */
function replace(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
