// `npm run package`: makes dist/walia.vsix, the extension for VS Code, out of what `npm run build` has built.
//
// K1. The list of what goes in is here, and nothing else goes in. What the bundles ask for from outside (packages with native
//     parts) is found in the bundles and goes in with what it needs itself; then the .vsix is for this kind of machine only.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { installed } from "./tools.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stage = join(root, "dist/vsix");
const target = join(root, "dist/walia.vsix");

const BUNDLES = [
  "client.cjs",
  "client-web.js",
  "inspector.js",
  "server.js",
  "server-tools.cjs",
  "server-web.js",
  "start.cjs",
  "shard.cjs",
  "walia.cjs",
  "horizon-writer.js",
];
const FILES = [
  ...BUNDLES.map((name) => `dist/${name}`),
  "dist/inspector.css",
  "bin/walia.js",
  "bin/package.json",
  "client/media",
  "client/walkthrough",
  "client/walia.schema.json",
  "package.nls.json",
  "l10n",
  "syntaxes/core.tmLanguage.json",
  "syntaxes/language-configuration.json",
  "syntaxes/markdown.tmLanguage.json",
  "syntaxes/snippets.json",
  "syntaxes/walia.tmLanguage.json",
  // Diagnostics link to it.
  "docs/diagnostics.md",
  "CHANGELOG.md",
  "LICENSE",
];

/** Builds for the other C library: the machines that the .vsix is for have this one's. */
const OTHER_LIBC =
  process.platform !== "linux"
    ? /(?!)/
    : process.report.getReport().header.glibcVersionRuntime === undefined
      ? /\bglibc\b/
      : /\bmusl/;

/** What a module loads that is not a file beside it. */
const LOADED = /\b(?:require|import)\("([^"./\s][^"\s]*)"\)|^(?:import|export) [^"\n]*"([^"./\s][^"\s]*)";$/gm;

rmSync(stage, { recursive: true, force: true });
for (const file of FILES) copy(join(root, file), join(stage, file));
copy(join(root, "client/README.md"), join(stage, "README.md"));
const packages = outsideOf(BUNDLES);
for (const folder of packages.values()) copyPackage(folder);
const manifest = manifestWith(packages);
writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

// The editor takes the type for that of its entries, and in a browser it knows scripts only. Node asks the nearest folder.
writeFileSync(join(stage, "dist/package.json"), '{ "type": "module" }\n');

// Everything that stands here goes in.
writeFileSync(join(stage, ".vscodeignore"), ".vscodeignore\n");

const tools = installed(join(root, "scripts/packaging"));
const { createVSIX } = await import(pathToFileURL(join(tools, "node_modules/@vscode/vsce/out/api.js")).href).then(
  (module) => module.default ?? module,
);
await createVSIX({
  cwd: stage,
  packagePath: target,
  dependencies: packages.size > 0,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
  skipLicense: true,
  ...(packages.size > 0 ? { target: `${process.platform}-${process.arch}` } : {}),
});
console.log(`${relative(root, target)}: ${(statSync(target).size / 1e6).toFixed(1)} MB`);

/** What the editor reads of package.json; the rest is for those who work on the project. */
function manifestWith(outside) {
  const {
    scripts,
    devDependencies,
    dependencies,
    overrides,
    files,
    bin,
    private: _,
    type,
    ...kept
  } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const versions = [...outside.keys()].map((name) => [name, dependencies[name]]);
  return { ...kept, dependencies: Object.fromEntries(versions) };
}

/** The packages that bundles load when they run (K1), with their folders. */
function outsideOf(bundles) {
  const names = new Set();
  for (const bundle of bundles) {
    const code = readFileSync(join(root, "dist", bundle), "utf8");
    for (const [, called, imported] of code.matchAll(LOADED)) {
      const name = called ?? imported;
      if (name !== "vscode" && !name.startsWith("node:") && !builtinModules.includes(name))
        names.add(/^(@[^/]+\/)?[^/]+/.exec(name)[0]);
    }
  }
  return new Map([...names].map((name) => [name, join(root, "node_modules", name)]));
}

/** A package with what it depends on; of optional parts those that this machine has. */
function copyPackage(folder) {
  const to = join(stage, relative(root, folder));
  if (existsSync(to)) return;
  copy(folder, to, (path) => {
    const name = relative(folder, path);
    if (OTHER_LIBC.test(name) || /(^|[\\/])\./.test(name)) return false;
    return statSync(path).isDirectory() || /^\.(c?js|mjs|json|node)$/.test(extname(path)) || /^LICENSE/i.test(name);
  });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const near = [join(folder, "node_modules", name), join(root, "node_modules", name)].find((path) =>
      existsSync(path),
    );
    if (near !== undefined) copyPackage(near);
    else if (name in dependencies) throw new Error(`${relative(root, folder)} needs ${name}, which is not installed`);
  }
}

function copy(from, to, filter = () => true) {
  if (!existsSync(from)) throw new Error(`${relative(root, from)} is not there; run: npm run build`);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter });
}
