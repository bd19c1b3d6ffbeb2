/** VS Code in German: commands, menus, panel, threads and messages speak it too. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { notification, openFile, repository, runCommand, selectLines, until } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const german = JSON.parse(readFileSync(path.join(repository, "l10n/bundle.l10n.de.json"), "utf8"));
const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
let workbench;
let panel;
before(async () => {
  const model = path.join(models, "says.gguf");
  await writeScripted(model, "Jedes dritte Teil ist frei.\n");
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.model": model }),
    prepareData: addLanguagePack,
  });
  ({ panel } = workbench);
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

/**
 * The published language pack can not be fetched offline. This one has a single word of VS Code's own, which is enough to
 * make the window a German one; all else of it stays English.
 */
function addLanguagePack(folder) {
  const id = "hunch-test.language-pack-de";
  const pack = path.join(folder, "extensions", `${id}-0.0.1`);
  mkdirSync(path.join(pack, "translations"), { recursive: true });
  const translations = path.join(pack, "translations/main.i18n.json");
  const contents = { "vs/workbench/contrib/files/browser/explorerViewlet": { explore: "Dateien" } };
  writeFileSync(translations, JSON.stringify({ version: "1.0.0", contents }));
  const names = { languageId: "de", languageName: "German", localizedLanguageName: "Deutsch" };
  const manifest = {
    name: "language-pack-de",
    publisher: "hunch-test",
    version: "0.0.1",
    engines: { vscode: "*" },
    categories: ["Language Packs"],
    contributes: {
      localizations: [{ ...names, translations: [{ id: "vscode", path: "./translations/main.i18n.json" }] }],
    },
  };
  writeFileSync(path.join(pack, "package.json"), JSON.stringify(manifest));
  // What VS Code writes when a language pack is installed, and when a language is chosen.
  const installed = {
    hash: "0".repeat(32),
    extensions: [{ extensionIdentifier: { id }, version: manifest.version }],
    translations: { vscode: translations },
    label: names.localizedLanguageName,
  };
  mkdirSync(path.join(folder, "user/User"), { recursive: true });
  writeFileSync(path.join(folder, "user/User/argv.json"), JSON.stringify({ locale: names.languageId }));
  writeFileSync(path.join(folder, "user/languagepacks.json"), JSON.stringify({ de: installed }));
}

test("the window is German, and so are the commands in its palette", async () => {
  const { page } = workbench;
  await page.locator('.activitybar .action-label[aria-label^="Dateien"]').waitFor();
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await runCommand(page, "Hunch: Auswahl erklären");
  const thread = page.locator(".review-widget");
  await until("the explanation", async () => /Jedes dritte Teil/.test((await thread.textContent()) ?? ""));
  assert.match(await thread.textContent(), /Erkläre src\/cart\.ts:8-15/);
  for (const name of ["Erneut erklären", "Im Chat öffnen", "Löschen"])
    await thread.locator(`.action-label[aria-label^="${name}"]`).waitFor({ state: "attached" });
  await workbench.screenshot("german-thread");
});

test("the panel speaks German", async () => {
  await runCommand(workbench.page, "Hunch: Neuer Chat");
  const question = panel.getByRole("textbox", { name: german.Question });
  await question.waitFor();
  assert.equal(await panel.locator("html").getAttribute("lang"), "de");
  await question.fill("Was ist frei?");
  await panel.getByRole("button", { name: german.Send, exact: true }).click();
  await panel.getByRole("button", { name: german["Copy answer"] }).waitFor();
  await workbench.screenshot("german-panel");
  const chip = panel.locator(".turn-user .chip").first();
  assert.match(await chip.getAttribute("title"), /öffnen$/);
  assert.match(await panel.locator(".stats").textContent(), /Token/);
  await runCommand(workbench.page, "Hunch: Chats anzeigen");
  await panel.getByRole("searchbox", { name: german["Search chats"] }).waitFor();
});

test("messages are German", async () => {
  const { page } = workbench;
  await openFile(page, "notes.md");
  await selectLines(page, 2, 2);
  await runCommand(page, "Hunch: Problem beheben");
  await notification(page, german["The editor reports no problem here."] ?? /Problem/);
  await workbench.screenshot("german-message");
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
