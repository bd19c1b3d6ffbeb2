/**
 * Runs the mocha suite of `suite/` inside the extension host of a real VS Code; the exit status is its result.
 * usage: node test/vscode/suite.mjs [--verbose]   (the model: HUNCH_TEST_MODEL)
 */
import fs from "node:fs";
import path from "node:path";
import { openBrowser, repository, screenshots, sleep, startHost, tempWorkspace, workbenchUrl } from "./host/host.mjs";
import { testSettings } from "./host/settings.mjs";

const timeoutMs = 300_000;
/** The workbench's own log lines. */
const noise =
  /^Ignoring fetching|^\[\w*Host\w*(:\w+)?\]|^Creating a socket|connection token|reconnection-grace-time|PolicyGate|authentication provider|workbench contribution .* took|\[Service Worker\]|builtin extensions cache|^Canceled/;

const verbose = process.argv.includes("--verbose");
const workspace = tempWorkspace(path.join(repository, "test/vscode/workspace"));
const host = startHost({ settings: testSettings() });
const { browser, page } = await openBrowser();
let result;
try {
  // VS Code calls these two when the suite ends and for what the extension host prints.
  const ended = new Promise((resolve) => page.exposeFunction("codeAutomationExit", resolve));
  await page.exposeFunction("codeAutomationLog", (type, values) => {
    const line = format(values);
    if (verbose || !noise.test(line)) console.log(type === "error" || type === "warn" ? `[${type}] ${line}` : line);
  });
  const tests = path.join(repository, "test/vscode/suite/index.mjs");
  await page.goto(workbenchUrl(host.port, { workspace, ext: repository, tests }), { timeout: 120_000 });
  result = await Promise.race([
    ended,
    sleep(timeoutMs).then(() => `no end within ${timeoutMs / 1000} s`),
    new Promise((resolve) => page.on("close", () => resolve("the page closed"))),
    serverDeath(),
  ]);
} catch (error) {
  result = error;
} finally {
  if (result !== 0) {
    fs.mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, "suite-failed.png") }).catch((error) => console.error(error));
    fs.cpSync(path.join(host.dataDir, "user/logs"), path.join(screenshots, "suite-logs"), { recursive: true });
  }
  await browser.close();
  await host.stop();
}
console.log(result === 0 ? "suite in the extension host: passed" : `suite in the extension host: FAILED (${result})`);
process.exit(result === 0 ? 0 : 1);

async function serverDeath() {
  while (host.alive()) await sleep(1_000);
  return "the server died";
}

/** console.log's format strings, as the workbench passes them on. */
function format([first, ...rest]) {
  const text = String(first).replace(/%[sdc]/g, (mark) => {
    const value = rest.shift();
    return mark === "%c" ? "" : String(value ?? "");
  });
  return [text, ...rest.map(String)].join(" ");
}
