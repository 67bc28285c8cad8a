// What the tests in a real VS Code need and the project's `npm ci` does not bring: code-server (VS Code in a browser), the
// Node that it wants, playwright-core to drive it, and a Chromium. All of it is installed when it is missing and can be.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installed, run } from "../../scripts/tools.mjs";

/** Programs that building code-server's native parts takes, or that show it; each with Debian's package. */
const PROGRAMS = {
  "g++": "build-essential",
  make: "build-essential",
  python3: "python3",
  chromium: "chromium",
  ...(process.env.PICTURES === "1" ? { pngquant: "pngquant" } : {}),
};
/** C headers, likewise. */
const HEADERS = {
  "/usr/include/krb5.h": "libkrb5-dev",
  "/usr/include/libsecret-1/libsecret/secret.h": "libsecret-1-dev",
  "/usr/include/X11/Xlib.h": "libx11-dev",
  "/usr/include/X11/extensions/XKBfile.h": "libxkbfile-dev",
};
/** Without them, letters and signs in pictures are empty boxes. */
const FONTS = {
  "/usr/share/fonts/truetype/firacode": "fonts-firacode",
  "/usr/share/fonts/truetype/ancient-scripts": "fonts-symbola",
};

/** Installs what is missing; the paths of what the tests start. Throws, saying what to install, when it cannot. */
export function tools() {
  installPackages(missingPackages());
  const folder = installed(import.meta.dirname, buildCodeServer);
  return {
    node: nodeIn(folder),
    codeServer: join(folder, "node_modules/code-server/out/node/entry.js"),
    playwright: join(folder, "node_modules/playwright-core/index.mjs"),
    chromium: programPath("chromium"),
  };
}

const programPath = (name) =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

function missingPackages() {
  const programs = Object.entries(PROGRAMS).filter(([name]) => programPath(name) === undefined);
  const files = Object.entries({ ...HEADERS, ...FONTS }).filter(([path]) => !existsSync(path));
  return [...new Set([...programs, ...files].map(([, name]) => name))];
}

function installPackages(names) {
  if (names.length === 0) return;
  const command = `apt-get install -y ${names.join(" ")}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync("apt-get", ["--version"]).status !== 0)
    throw new Error(
      `The tests in VS Code need these Debian packages: ${names.join(", ")}. Install them, as root: ${command}`,
    );
  console.log(`Installing ${names.join(", ")}`);
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", ...names], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
}

const nodeIn = (folder) => join(folder, "node_modules/node/bin/node");

/** Takes some minutes. The natives are built for the Node that came with it, whose headers came with it too. */
function buildCodeServer(folder) {
  const options = { cwd: folder, stdio: ["ignore", "ignore", "inherit"] };
  run("npm", ["rebuild", "node", "--loglevel=error"], options);
  const bin = join(folder, "node_modules/node/bin");
  const headers = join(folder, "node_modules/node/node_modules", `node-${process.platform}-${process.arch}`);
  run("npm", ["rebuild", "code-server", "--loglevel=error"], {
    ...options,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, npm_config_nodedir: headers },
  });
}
