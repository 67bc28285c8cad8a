// A real VS Code for the tests: code-server with the .vsix installed, in a headless Chromium. `startCode` starts one,
// `open` gives a window on a folder, and the window's methods are what a person would do or see.
//
// E1. Nothing waits for time: each method waits for what it names to be on the screen.
// E2. Every window has a fresh folder, the copy of a folder of programs.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { run } from "../../scripts/tools.mjs";

const CHROMIUM = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--font-render-hinting=none"],
];

const SETTINGS = {
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.fontFamily": "Fira Code, Symbola, monospace",
  "editor.minimap.enabled": false,
  "editor.hover.delay": 100,
  // Below, where it hides nothing of what is spoken of.
  "editor.hover.above": false,
  "editor.accessibilitySupport": "off",
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "testing.automaticallyOpenTestResults": "neverOpen",
  "terminal.integrated.fontFamily": "Fira Code, monospace",
  // Its text is then in the page.
  "terminal.integrated.gpuAcceleration": "off",
};

/** With PICTURES=1 the tests take the pictures of the documentation: less on them, and sharp. */
const isPictured = process.env.PICTURES === "1";
const PICTURED = { viewport: { width: 1200, height: 680 }, deviceScaleFactor: 2 };

/** Starts VS Code with the extension. `settings` are the user's, over the ones above. */
export async function startCode({ tools, vsix, settings = {} }) {
  const home = mkdtempSync(join(tmpdir(), "walia-vscode-"));
  mkdirSync(join(home, "data/User"), { recursive: true });
  writeFileSync(join(home, "data/User/settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
  writeFileSync(join(home, "config.yaml"), "auth: none\n");
  const own = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions")];
  const common = [tools.codeServer, "--config", join(home, "config.yaml"), ...own];
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };

  const { status, stdout, stderr } = spawnSync(tools.node, [...common, "--install-extension", vsix], {
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`VS Code does not install ${vsix}:\n${stdout}${stderr}`);

  const port = await freePort();
  const flags = ["--auth", "none", "--disable-telemetry", "--disable-update-check", "--bind-addr", `127.0.0.1:${port}`];
  const server = spawn(tools.node, [...common, ...flags], { stdio: ["ignore", "pipe", "ignore"], env });
  for await (const line of createInterface({ input: server.stdout })) if (/HTTP server listening/.test(line)) break;
  server.stdout.resume();

  const { chromium } = await import(pathToFileURL(tools.playwright).href);
  const browser = await chromium.launch({ executablePath: tools.chromium, args: CHROMIUM });
  // All windows share what the browser has loaded: the first one takes the longest.
  const context = await browser.newContext(isPictured ? PICTURED : { viewport: { width: 1280, height: 800 } });
  return {
    /** A window on a copy of a folder. */
    async open(folder) {
      const copy = join(mkdtempSync(join(home, "folder-")), basename(folder));
      cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith(".wld") });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(copy)}`);
      await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor();
      return new Window(page, copy);
    },
    async stop() {
      await browser.close();
      const ended = new Promise((resolve) => server.once("close", resolve));
      server.kill();
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Window {
  constructor(page, folder) {
    this.page = page;
    this.folder = folder;
    this.editor = page.locator(".editor-group-container.active .monaco-editor").first();
  }

  /** Opens a file of the folder, and waits for its text. */
  async openFile(name) {
    await this.page.keyboard.press("Control+P");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.fill(name);
    await this.page
      .locator(".quick-input-list .monaco-list-row", { hasText: basename(name) })
      .first()
      .waitFor();
    await input.press("Enter");
    await this.page.locator(`.tab.active[data-resource-name="${basename(name)}"]`).waitFor();
    await this.editor.locator(".view-line").first().waitFor();
  }

  /** The same for a program: waits until the language server has something to say about it, which is a lens at least. */
  async openProgram(name) {
    await this.openFile(name);
    await this.editor.locator(".codelens-decoration").first().waitFor();
  }

  /** Runs a command by its name in the command palette. */
  async command(name) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.fill(`>${name}`);
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first();
    await row.waitFor();
    await row.click();
  }

  /** Puts the cursor at a line and column, both from 1. */
  async goTo(line, column = 1) {
    await this.page.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.fill(`:${line}:${column}`);
    await input.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** The line of the editor that has this text. */
  line(text) {
    return this.editor.locator(".view-line", { hasText: text }).first();
  }

  /** The piece of a line that is coloured as one, by its exact text. */
  token(line, text) {
    return this.line(line)
      .locator("span > span", { hasText: new RegExp(`^\\s*${escaped(text)}\\s*$`) })
      .first();
  }

  /** The colour of a token, as the browser shows it. */
  colourOf(line, text) {
    return this.token(line, text).evaluate((span) => getComputedStyle(span).color);
  }

  /** The text of the whole editor, as far as it is on the screen. */
  async text() {
    const lines = await this.editor.locator(".view-line").all();
    const placed = await Promise.all(
      lines.map(async (line) => [await line.evaluate((div) => div.offsetTop), await line.textContent()]),
    );
    return placed
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text.replaceAll("\u00a0", " "))
      .join("\n");
  }

  /** Keeps what is on the screen as a picture of the documentation. */
  async picture(name) {
    if (!isPictured) return;
    const file = join(import.meta.dirname, "../../docs/images", `${name}.png`);
    mkdirSync(dirname(file), { recursive: true });
    // The name of a button that the mouse happens to be on is not part of the picture.
    const names = this.page.locator(".workbench-hover-container:visible");
    if ((await names.count()) > 0) {
      await this.page.mouse.move(1, 1);
      await names.first().waitFor({ state: "hidden" });
    }
    await this.page.screenshot({ path: file });
    run("pngquant", ["--force", "--output", file, "--speed", "1", "--strip", "128", file]);
  }

  async close() {
    await this.page.close();
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
