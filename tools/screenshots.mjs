/**
 * Pictures of every state of the panel, for people to look at: out/screenshots/STATE-THEME-WIDTH.png.
 * usage: node tools/screenshots.mjs [--language de] [STATE…]   (needs test/vscode/host/install.sh)
 */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildScenes, openPanel, repository, themeNames } from "../test/webview/browser.mjs";

const folder = path.join(repository, "out", "screenshots");
/** A sidebar as people have it, the narrowest they make it, and a wide one as an editor tab. */
const widths = [420, 300, 900];

fs.mkdirSync(folder, { recursive: true });
const pages = await buildScenes();
const {
  values: { language },
  positionals: wanted,
} = parseArgs({ allowPositionals: true, options: { language: { type: "string", default: "en" } } });
const suffix = language === "en" ? "" : `-${language}`;
const names = Object.keys(pages.scenes).filter((name) => wanted.length === 0 || wanted.includes(name));
const { browser, page, problems, show } = await openPanel(pages);
try {
  for (const name of names)
    for (const theme of themeNames)
      for (const width of theme === "dark" ? widths : widths.slice(0, 1)) {
        await show(pages.scenes[name], theme, { width, language });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (overflow > 0) problems.push(`${name} at ${width}: ${overflow} pixels too wide`);
        await page.screenshot({
          path: path.join(folder, `${name}-${theme}-${width}${suffix}.png`),
          animations: "disabled",
        });
      }
} finally {
  await browser.close();
}
console.log(`${names.length} states in ${path.relative(process.cwd(), folder) || "."}`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
