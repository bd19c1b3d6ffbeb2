/**
 * Reads the CSS variables that a real VS Code hands to webviews, theme by theme, into test/fixtures/themes. Only those
 * that the panel's style sheets name are kept, so run it again when they name another.
 * usage: node test/webview/readThemes.mjs   (needs test/vscode/host/install.sh)
 */
import fs from "node:fs";
import path from "node:path";
import { openBrowser, repository, startHost, tempWorkspace, workbenchUrl } from "../vscode/host/host.mjs";

const themes = {
  dark: "Default Dark Modern",
  light: "Default Light Modern",
  dark2026: "Dark 2026",
  light2026: "Light 2026",
  highContrast: "Default High Contrast",
  highContrastLight: "Default High Contrast Light",
};
const folder = path.join(repository, "test/fixtures/themes");
const styles = path.join(repository, "src/webview/styles");

const named = new Set(["--vscode-sideBar-background"]);
for (const file of fs.readdirSync(styles))
  for (const [name] of fs.readFileSync(path.join(styles, file), "utf8").matchAll(/--vscode-[\w-]+/g)) named.add(name);

fs.mkdirSync(folder, { recursive: true });
for (const [name, colorTheme] of Object.entries(themes)) {
  const settings = { "workbench.colorTheme": colorTheme, "window.autoDetectHighContrast": false };
  const host = startHost({ settings });
  const { browser, page } = await openBrowser();
  try {
    const workspace = tempWorkspace(path.join(repository, "test/vscode/workspace"));
    await page.goto(workbenchUrl(host.port, { workspace, ext: repository }), { timeout: 120_000 });
    await page.locator('.activitybar .action-label[aria-label^="Hunch"]').click();
    const view = page
      .frameLocator('iframe.webview[src*="extensionId=hunch.hunch"]')
      .frameLocator("iframe#active-frame");
    await view.locator("#root > *").first().waitFor();
    const theme = await view.locator("body").evaluate((body, names) => {
      const style = document.documentElement.style;
      const variables = names.map((variable) => [variable, style.getPropertyValue(variable).trim()]);
      return { bodyClass: body.className, variables: variables.filter(([, value]) => value !== "") };
    }, [...named].sort());
    const fixture = { bodyClass: theme.bodyClass, variables: Object.fromEntries(theme.variables) };
    fs.writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(fixture, null, 2)}\n`);
    console.log(`${name}: ${theme.variables.length} variables`);
  } finally {
    await browser.close();
    await host.stop();
  }
}
