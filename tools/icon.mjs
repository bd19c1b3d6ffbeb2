/**
 * Rasterises media/logo.svg to media/icon.png, 128 × 128, as the extension gallery wants it. Run it when the logo changes.
 * usage: node tools/icon.mjs   (needs test/vscode/host/install.sh)
 */
import fs from "node:fs";
import path from "node:path";
import { openBrowser, repository } from "../test/vscode/host/host.mjs";

const media = path.join(repository, "media");
const { browser, page } = await openBrowser({ width: 128, height: 128 });
try {
  const svg = fs.readFileSync(path.join(media, "logo.svg"), "utf8");
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
  await page.screenshot({ path: path.join(media, "icon.png"), omitBackground: true });
} finally {
  await browser.close();
}
