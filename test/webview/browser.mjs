/** The panel in a real chromium: builds it as the extension does and opens any scene in any theme. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { openBrowser, repository } from "../vscode/host/host.mjs";

export { repository };
export const themeNames = ["dark", "light", "dark2026", "light2026", "highContrast", "highContrastLight"];

const origin = "https://panel.invalid";
export const builtFolder = path.join(repository, "out", "webview");

/** Bundles the panel and the scenes into out/webview; gives the module of the scenes. */
export async function buildScenes() {
  const options = { bundle: true, legalComments: "none", logLevel: "warning", absWorkingDir: repository };
  await esbuild.build({
    ...options,
    minify: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    jsx: "automatic",
    jsxImportSource: "preact",
    entryPoints: ["src/webview/panel.tsx"],
    outfile: path.join(builtFolder, "panel.js"),
  });
  // A module is loaded once per address: the query makes each build a new one.
  const outfile = path.join(builtFolder, "page.mjs");
  await esbuild.build({ ...options, platform: "node", format: "esm", entryPoints: ["test/webview/page.ts"], outfile });
  return import(`${pathToFileURL(outfile).href}?${Date.now()}`);
}

export function readTheme(name) {
  return JSON.parse(fs.readFileSync(path.join(repository, "test/fixtures/themes", `${name}.json`), "utf8"));
}

export function readLocalisation(language) {
  const file = path.join(repository, "l10n", `bundle.l10n.${language}.json`);
  return { language, table: language === "en" ? {} : JSON.parse(fs.readFileSync(file, "utf8")) };
}

/**
 * Opens a browser for the scenes; `show` loads one into its page. Whatever the page logs as an error or asks of the
 * network is collected in `problems`.
 */
export async function openPanel(pages) {
  const { browser, page } = await openBrowser({ width: 420, height: 800 });
  const problems = [];
  let html = "";
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.route("**/*", async (route) => {
    const url = new URL(route.request().url());
    if (url.origin === origin && url.pathname === "/") return route.fulfill({ contentType: "text/html", body: html });
    if (url.origin === origin && /^\/panel\.(js|css)$/.test(url.pathname))
      return route.fulfill({ path: path.join(builtFolder, url.pathname) });
    if (url.pathname !== "/favicon.ico") problems.push(`asked for ${url.href}`);
    return route.abort();
  });
  const show = async (scene, themeName, { width = 420, height = 800, language = "en" } = {}) => {
    await page.setViewportSize({ width, height });
    const files = {
      cspSource: origin,
      scriptUri: `${origin}/panel.js`,
      styleUri: `${origin}/panel.css`,
      localisation: readLocalisation(language),
    };
    html = pages.scenePage(files, readTheme(themeName), scene);
    await page.goto(`${origin}/`);
    await page.locator(".composer").waitFor();
    if (scene.typed) await page.locator(".composer textarea").fill(scene.typed);
    // Three may be offered without a search: the selection, problems and changes.
    if (scene.found) await page.locator(".completion").nth(3).waitFor();
    // Two frames: the state is drawn in the first, what depends on layout in the second.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  };
  /** The page that is shown in another theme, as VS Code changes it: without loading it anew. */
  const dress = (themeName) => page.evaluate(pages.putOn, readTheme(themeName));
  return { browser, page, problems, show, dress };
}
