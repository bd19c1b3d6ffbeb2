/**
 * Makes the README's picture, media/panel.png: a real answer of a real model in a real VS Code.
 * usage: HUNCH_TEST_MODEL=FILE.gguf node test/vscode/picture.mjs
 */
import path from "node:path";
import { openFile, repository, selectLines } from "./host/host.mjs";
import { testSettings } from "./host/settings.mjs";
import { openWorkbench } from "./host/workbench.mjs";

const workbench = await openWorkbench({
  settings: testSettings({ "hunch.maxTokens": 700, "workbench.colorTheme": "Default Dark Modern" }),
});
try {
  const { page, panel } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await workbench.openPanel();
  await workbench.ask("Rename sum to amount and return the whole function.");
  await panel.locator(".turn-assistant .stats").waitFor({ timeout: 280_000 });
  await page.screenshot({
    path: path.join(repository, "media", "panel.png"),
    clip: { x: 0, y: 0, width: 1100, height: 720 },
  });
} finally {
  await workbench.close();
}
