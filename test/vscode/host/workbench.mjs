/** One workbench with Hunch in it, for an end-to-end test: opened on a copy of the sample workspace. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cpuSeconds, enginePids } from "./engines.mjs";
import {
  openBrowser,
  repository,
  runCommand,
  screenshots,
  sleep,
  startHost,
  tempWorkspace,
  until,
  untilShown,
  waitMs,
  webview,
  workbenchUrl,
} from "./host.mjs";

const extensionId = "hunch.hunch";

/** The files of the sample workspace in a copy, and what a window opens of it. */
function sample(prepare) {
  const workspace = tempWorkspace(path.join(repository, "test/vscode/workspace"));
  return { workspace, opened: path.join(workspace, prepare?.(workspace) ?? "") };
}

/** VS Code empties a settings file before it writes it anew: then it is read again. */
function readSettings(file) {
  for (let left = 50; ; left--) {
    const text = readFileSync(file, "utf8");
    if (text !== "" || left === 0) return JSON.parse(text);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** A page that shows `opened` with Hunch, and what one does in it. */
function windowOn(host, page, opened) {
  // With a packed extension the files missing from the package show.
  const ext = (process.env.HUNCH_VSIX ?? "") === "" ? repository : undefined;
  const icon = page.locator('.activitybar .action-label[aria-label^="Hunch"]');
  const panel = webview(page, extensionId);
  return {
    page,
    panel,
    /** Loads the window, anew when it is there already. */
    async load() {
      await page.goto(workbenchUrl(host.port, { workspace: opened, ext }), { timeout: 120_000 });
      await page.locator(".monaco-workbench .activitybar").waitFor();
      await icon.waitFor();
    },
    /** Loads the window anew by VS Code's own command, which first writes down what is open in it. */
    async reload() {
      await Promise.all([page.waitForEvent("load"), runCommand(page, "Developer: Reload Window")]);
      await page.locator(".monaco-workbench .activitybar").waitFor();
      await icon.waitFor();
    },
    async openPanel() {
      const question = panel.getByRole("textbox", { name: "Question" });
      // A click on the icon of a view that is shown hides it, and a window that loads shows it when it gets there.
      const show = async () => {
        if ((await icon.locator("..").getAttribute("aria-expanded")) !== "true") await icon.click();
      };
      await untilShown("the chat panel", question, show, 15_000);
    },
    async hidePanel() {
      await runCommand(page, "View: Show Explorer");
      await page.locator('iframe.webview[src*="extensionId=hunch.hunch"]').waitFor({ state: "detached" });
    },
    /** Sends a question through the panel. */
    async ask(text) {
      await panel.getByRole("textbox", { name: "Question" }).fill(text);
      await panel.getByRole("button", { name: "Send", exact: true }).click();
    },
    screenshot: (name) => page.screenshot({ path: path.join(screenshots, `${name}.png`) }),
  };
}

/**
 * settings: user settings; env: variables of the extension host; prepare: changes the workspace's copy first, and may give
 * the name of a .code-workspace in it; prepareData: see startHost.
 */
export async function openWorkbench({ settings, env, prepare, prepareData } = {}) {
  const { workspace, opened } = sample(prepare);
  const host = startHost({ settings, env, vsix: process.env.HUNCH_VSIX ?? "", prepare: prepareData });
  const { browser, page, external } = await openBrowser();
  const workbench = {
    ...windowOn(host, page, opened),
    host,
    workspace,
    external,
    /** One more window of the same user, with an extension host of its own, on another copy of the workspace. */
    async openWindow() {
      const other = await page.context().newPage();
      other.setDefaultTimeout(waitMs);
      const another = windowOn(host, other, sample().opened);
      await another.load();
      return another;
    },
    /** Writes the user's settings file, which the window watches. */
    changeSettings(more) {
      for (const place of ["User", "Machine"]) {
        const file = path.join(host.dataDir, "user", place, "settings.json");
        writeFileSync(file, JSON.stringify({ ...readSettings(file), ...more }, null, 1));
      }
    },
    /** A setting as it is in the files: those of the machine count where both have it. */
    setting(key) {
      const read = (place) => readSettings(path.join(host.dataDir, "user", place, "settings.json"))[key];
      return read("Machine") ?? read("User");
    },
    /** What Hunch wrote to its log so far. */
    log: () =>
      readdirSync(path.join(host.dataDir, "user/logs"), { recursive: true })
        .filter((file) => path.basename(file) === "Hunch.log")
        .map((file) => readFileSync(path.join(host.dataDir, "user/logs", file), "utf8"))
        .join(""),
    /** The conversations on the disk, which a moment ago may have been other ones. */
    conversations() {
      const storage = path.join(host.dataDir, "user/User/workspaceStorage");
      const files = readdirSync(storage, { recursive: true }).filter((file) => /\bconversations\/.*\.json$/.test(file));
      return files
        .map((file) => JSON.parse(readFileSync(path.join(storage, file), "utf8")))
        .filter(({ turns }) => turns);
    },
    /** Process ids of this host's engines. */
    engines: () => enginePids(host.dataDir),
    async close() {
      // A page that failed and was loaded anew is no failure of a test, but is to be known.
      for (const line of workbench.log().split("\n")) if (line.includes("the chat's page")) console.log(line);
      await browser.close();
      await host.stop();
      rmSync(workspace, { recursive: true, force: true });
    },
  };
  await workbench.load();
  return workbench;
}

/** Waits until an engine runs, kills it with SIGKILL, and waits until it is gone. */
export async function killEngine(workbench) {
  const [pid] = await until("an engine", () => (workbench.engines().length > 0 ? workbench.engines() : null));
  process.kill(pid, "SIGKILL");
  await until("the end of the engine", () => !workbench.engines().includes(pid));
  return pid;
}

/**
 * Waits until the engine that wrote for a window writes no more, since the window was closed: it waits a minute for the next.
 * @returns its process id
 */
export async function engineRests(workbench) {
  const [pid] = workbench.engines();
  await until("the engine at rest", async () => {
    const before = cpuSeconds(pid);
    await sleep(1_000);
    return cpuSeconds(pid) - before < 0.1;
  });
  return pid;
}
