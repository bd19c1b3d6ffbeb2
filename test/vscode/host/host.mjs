/**
 * A real VS Code without a display: starts the server, opens its workbench in a headless browser, finds the parts of
 * the user interface. Used by the suite inside the extension host and by the end-to-end tests.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { killEngines } from "./engines.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache");
const home = process.env.IN_HOST_HOME ?? path.join(cache, "vscode-in-host");

export const repository = path.resolve(here, "../../..");
export const screenshots = path.join(repository, "out", "vscode");
/** Every wait: a workbench beside an engine on two cores needs up to half a minute. */
export const waitMs = 60_000;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `probe` gives something true; throws with `what` after `timeoutMs`. */
export async function until(what, probe, timeoutMs = waitMs) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
    await sleep(100);
  }
}

/** Does something until it has made `element` appear: it may come too early to be heeded. */
export const untilShown = (what, element, act, timeoutMs = 5_000) =>
  until(what, async () => {
    await act();
    return element.waitFor({ timeout: timeoutMs }).then(
      () => true,
      () => false,
    );
  });

/** Presses a button until it is gone: what it ends may end by itself first. */
export const pressAway = (button) =>
  until("a button to go", async () => {
    if (!(await button.isVisible())) return true;
    await button.dispatchEvent("click", {}, { timeout: 2_000 }).catch(() => null); // it has gone meanwhile
    return false;
  });

/**
 * Starts a server with fresh data.
 * settings: user settings; env: variables of the extension host; vsix: a packed extension to install; prepare: writes
 * into the data folder before the start, where `home` is the user's home and `extensions` has what is installed.
 */
export function startHost({ settings = {}, env = {}, vsix = "", prepare } = {}) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "hunch-vscode-"));
  prepare?.(dataDir);
  const out = execFileSync("bash", [path.join(here, "start-server.sh"), dataDir], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env, SETTINGS: JSON.stringify(settings), VSIX: vsix },
  });
  const [pid, port] = out.trim().split(" ").map(Number);
  const kill = (signal) => {
    try {
      process.kill(-pid, signal);
      return true;
    } catch {
      return false; // the group is gone
    }
  };
  const onExit = () => kill("SIGKILL");
  process.once("exit", onExit);
  const stop = async () => {
    kill("SIGTERM");
    for (let i = 0; i < 50 && kill(0); i++) await sleep(100);
    kill("SIGKILL");
    // The engine that windows share is in no group of theirs, and writes into the folder.
    await until("the end of the engines", () => killEngines(dataDir) === 0);
    process.off("exit", onExit);
    if (process.env.KEEP) console.error(`data kept: ${dataDir}`);
    else fs.rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  return { pid, port, dataDir, stop, alive: () => kill(0) };
}

function findBrowser() {
  const folders = (process.env.PATH ?? "").split(":");
  for (const name of [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"]) {
    if (!name) continue;
    const candidates = name.includes("/") ? [name] : folders.map((folder) => path.join(folder, name));
    const found = candidates.find((candidate) => fs.existsSync(candidate));
    if (found) return found;
  }
  throw new Error("no chromium: run test/vscode/host/install.sh or set CHROMIUM");
}

/** A headless page; `external` collects every origin but the server that it asked for. */
export async function openBrowser({ width = 1400, height = 900, colorScheme = "dark" } = {}) {
  const { chromium } = createRequire(path.join(path.resolve(home), "from-here.js"))("playwright-core");
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    headless: true,
    timeout: 120_000,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(waitMs);
  const external = new Set();
  page.on("request", (request) => {
    const { hostname, protocol, origin } = new URL(request.url());
    // A service worker answers the webviews' resources from the server: nothing leaves the machine.
    const internal = hostname === "127.0.0.1" || hostname.endsWith(".vscode-resource.vscode-cdn.net");
    if (!internal && /^(http|ws)/.test(protocol)) external.add(origin);
  });
  return { browser, page, external };
}

/** workspace: a folder, or a .code-workspace; ext: folder of the extension under development; tests: a file that exports run(). */
export function workbenchUrl(port, { workspace, ext, tests, env }) {
  const at = (file) => `vscode-remote://127.0.0.1:${port}${fs.realpathSync(file)}`;
  const payload = [["skipWelcome", "true"]];
  if (ext) payload.push(["extensionDevelopmentPath", at(ext)]);
  if (tests) payload.push(["extensionTestsPath", at(tests)]);
  if (env) payload.push(["extensionEnvironment", JSON.stringify(env)]);
  const query = new URLSearchParams({
    [workspace.endsWith(".code-workspace") ? "workspace" : "folder"]: fs.realpathSync(workspace),
    payload: JSON.stringify(payload),
  });
  return `http://127.0.0.1:${port}/?${query}`;
}

/** A throw-away copy of a folder, so that tests never write into the repository. */
export function tempWorkspace(from) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hunch-workspace-"));
  fs.cpSync(from, folder, { recursive: true });
  process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a command from the palette by its full title: "Category: Title". */
export async function runCommand(page, title) {
  await quickOpen(page, `>${title}`, title);
}

/** Opens a file of the workspace by its name; the keys are its editor's then. */
export async function openFile(page, name) {
  await quickOpen(page, name, name);
  await fileInFront(page, name);
}

/** Waits until a file's editor is in front and has the keys; who types before that types elsewhere. */
export async function fileInFront(page, name) {
  await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  await page.locator(".editor-group-container.active .monaco-editor .view-line").first().waitFor();
  await page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
}

/** Closes all editors; what was not saved in them is lost. */
export async function closeEditors(page) {
  await runCommand(page, "View: Close All Editors");
  const discard = page.locator(".monaco-dialog-box .monaco-button", { hasText: "Don't Save" });
  await until("the editors to close", async () => {
    if (await discard.isVisible()) await discard.click({ timeout: 2_000 }).catch(() => null);
    return (await page.locator(".editor-group-container .tab").count()) === 0;
  });
}

/** Types into the quick input and takes the row `wanted`; again, when a workbench that still loads has closed it. */
async function quickOpen(page, text, wanted) {
  const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: wanted }).first();
  await until(`“${wanted}” in the quick input`, async () => {
    // Not with Enter: the first row is the one that VS Code thinks likeliest.
    const opened = openQuickInput(page, text).then(() => row.click({ timeout: 10_000 }));
    return opened.then(
      () => true,
      () => false,
    );
  });
}

async function openQuickInput(page, text) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor({ state: "visible", timeout: 10_000 });
  await input.fill(text, { timeout: 10_000 });
}

/** Presses keys one after the other, as "Control+k h". */
export async function pressKeys(page, keys) {
  for (const key of keys.split(" ")) await page.keyboard.press(key);
}

/** Selects whole lines of the active editor, 1-based. The status bar tells when it has happened. */
export async function selectLines(page, first, last) {
  const cursor = (line) => page.locator(".statusbar-item", { hasText: new RegExp(`\\bLn ${line}, Col`) });
  const goTo = async () => {
    await openQuickInput(page, `:${first}`);
    await page.keyboard.press("Enter");
    await page.locator(".quick-input-widget").waitFor({ state: "hidden", timeout: 10_000 });
    await cursor(first).waitFor({ timeout: 10_000 });
  };
  await until(`the cursor on line ${first}`, () =>
    goTo().then(
      () => true,
      () => false,
    ),
  );
  await page.keyboard.press("Home");
  for (let line = first; line < last; line++) await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+End");
  await cursor(last).waitFor();
}

/** The document inside a webview of the extension "publisher.name". */
export const webview = (page, extensionId) =>
  page.frameLocator(`iframe.webview[src*="extensionId=${extensionId}"]`).frameLocator("iframe#active-frame");

/** Waits for a notification (a text in it, or a pattern) and gives its text; toasts are hidden here, so it looks into the notification centre. */
export async function notification(page, text) {
  const item = page.locator(".notifications-center .notification-list-item-message", { hasText: text }).first();
  await until(`a notification “${text}”`, async () => {
    if (await item.isVisible()) return true;
    await runCommand(page, "Notifications: Show Notifications");
    await sleep(500);
    return item.isVisible();
  });
  return item.textContent();
}
