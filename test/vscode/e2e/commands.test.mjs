/** The commands where people find them: in the palette, in menus, in the lightbulb, among the problems, and on keys. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { conversation } from "../host/conversation.mjs";
import {
  fileInFront,
  notification,
  openFile,
  pressKeys,
  runCommand,
  selectLines,
  until,
  untilShown,
} from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { serveModel } from "../host/serving.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const answer = "```ts\n/** In euros. */\nexport const price: number = 3;\n``` \nA price is a number.\n";
const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
const model = path.join(models, "prices.gguf");
let workbench;
let chat;
let server;
before(async () => {
  await writeScripted(model, answer);
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.model": model, "hunch.effort": "off" }),
    prepare: (folder) => {
      writeFileSync(path.join(folder, "src/broken.ts"), 'export const price: number = "three";\n');
      const git = (...args) =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder });
      git("init", "-q");
      git("add", ".");
      git("commit", "-qm", "first");
      appendFileSync(path.join(folder, "notes.md"), "Not more than nine pieces.\n");
    },
  });
  chat = conversation(workbench);
});
after(async () => {
  await workbench?.close();
  server?.kill();
  rmSync(models, { recursive: true });
});

const thread = () => workbench.page.locator(".review-widget");
const diff = () => workbench.page.locator(".monaco-diff-editor");
const pickerRow = (text) => workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
const menuEntry = (name) =>
  workbench.page
    .locator(".monaco-menu .action-label")
    .filter({ hasText: new RegExp(`^${name}$`) })
    .first();
const brokenTs = () => readFileSync(path.join(workbench.workspace, "src/broken.ts"), "utf8");

/** A menu takes no clicks in the moment in which it opens. */
async function choose(name) {
  await menuEntry(name).waitFor();
  await until(`“${name}” to be taken`, async () => {
    await menuEntry(name)
      .click({ timeout: 1_000 })
      .catch(() => null);
    return !(await menuEntry(name).isVisible());
  });
}

async function explained() {
  await until("the explanation", async () => /A price is a number/.test((await thread().textContent()) ?? ""));
  const text = await thread().textContent();
  await thread().locator('.action-label[aria-label^="Delete"]').dispatchEvent("click");
  await thread().waitFor({ state: "detached" });
  return text;
}

async function openBroken() {
  const { page } = workbench;
  await openFile(page, "broken.ts");
  await page.locator(".squiggly-error").first().waitFor();
  await selectLines(page, 1, 1);
}

/** Waits for the answer to the question that has `question` in it: that of the one before may be shown for a moment. */
async function answered(question) {
  await chat.panel.locator(".turn-user").last().filter({ hasText: question }).waitFor();
  await chat.ended();
  await chat.says(/A price is a number/);
}

test("Ask… asks in a box, about the selection, and answers in the chat", async () => {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await runCommand(page, "Hunch: Ask…");
  const box = page.locator(".quick-input-widget");
  await box.getByText("About the selection: src/cart.ts, lines 8 to 15").waitFor();
  await page.keyboard.type("Which one is free?");
  await page.keyboard.press("Enter");
  await answered("Which one is free?");
  await chat.panel.locator(".turn-user .chip", { hasText: "cart.ts:8-15" }).waitFor();
});

test("Ask… without a selection is about the definition around the cursor", async () => {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 10, 10);
  await page.keyboard.press("ArrowRight");
  await runCommand(page, "Hunch: Ask…");
  const box = page.locator(".quick-input-widget");
  await box.getByText("About the code around the cursor: src/cart.ts, lines 8 to 15").waitFor();
  await page.keyboard.type("Which ones are free?");
  await page.keyboard.press("Enter");
  await answered("Which ones are free?");
  await chat.panel.locator(".turn-user .chip", { hasText: "cart.ts:8-15" }).last().waitFor();
});

test("the editor's context menu has them", async () => {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await page.locator(".editor-group-container.active .view-line").nth(9).click({ button: "right" });
  await menuEntry("Hunch").waitFor();
  await untilShown("the submenu", menuEntry("Find Bugs"), async () => {
    await page.mouse.move(0, 0);
    await menuEntry("Hunch").hover();
  });
  for (const name of ["Explain Selection", "Explain File", "Annotate Lines", "Ask…", "Explain Problem", "Write Tests"])
    assert.equal(await menuEntry(name).count(), 1, name);
  await choose("Find Bugs");
  assert.match(await explained(), /Find bugs in src\/cart\.ts:8-15/);
});

test("the lightbulb has them, for a selection", async () => {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  const entry = page.locator(".action-widget .monaco-list-row", { hasText: "Write tests with Hunch" });
  await untilShown("the lightbulb's list", entry, () => page.keyboard.press("Control+."));
  await entry.click();
  await diff().waitFor();
  await runCommand(page, "Hunch: Discard Change");
  await diff().waitFor({ state: "detached" });
});

test("a problem is explained from the list of problems", async () => {
  const { page } = workbench;
  await openBroken();
  await runCommand(page, "Problems: Focus on Problems View");
  const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "is not assignable" });
  await untilShown("what can be done about it", menuEntry("Fix with Hunch"), async () => {
    await problem.click();
    await page.keyboard.press("Control+.");
  });
  await choose("Explain with Hunch");
  assert.match(await explained(), /Explain the problem in src\/broken\.ts:1/);
  await runCommand(page, "View: Hide Panel");
});

test("a problem is fixed with the keys alone: the change is shown, applied and undone", async () => {
  const { page } = workbench;
  await openBroken();
  const before = brokenTs();
  await pressKeys(page, "Control+Alt+h f");
  await diff().waitFor();
  await page.locator('.editor-actions .action-label[aria-label^="Apply Change"]').waitFor();
  // The key belongs to the diff: until it has the focus, the same key would add a line to the code.
  await until("the diff to have the focus", async () => {
    await diff().locator(".editor.modified").click();
    return diff().locator(".editor.modified .monaco-editor.focused").count();
  });
  await page.keyboard.press("Control+Enter");
  await diff().waitFor({ state: "detached" });
  // The changed file comes to the front a moment after the diff has gone.
  await fileInFront(page, "broken.ts");
  const text = () => page.locator(".editor-group-container.active .view-lines").textContent();
  await until("the change", async () => /=.3;/.test(await text()));
  await page.keyboard.press("Control+z");
  await until("the code as it was", async () => /"three"/.test(await text()));
  assert.equal(brokenTs(), before, "nothing was written to the disk");
});

test("Explain Symbol, Explain Problem, Find Bugs, Write Doc Comment and Explain File from the palette", async () => {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 10, 10);
  await page.keyboard.press("ArrowRight");
  await runCommand(page, "Hunch: Explain Symbol");
  assert.match(await explained(), /Explain src\/cart\.ts:/);
  await runCommand(page, "Hunch: Find Bugs");
  assert.match(await explained(), /Find bugs in src\/cart\.ts:/);
  await openBroken();
  await runCommand(page, "Hunch: Explain Problem");
  assert.match(await explained(), /Explain the problem in src\/broken\.ts:1/);
  await openFile(page, "cart.ts");
  await selectLines(page, 20, 24);
  await runCommand(page, "Hunch: Write Doc Comment");
  await diff().waitFor();
  await runCommand(page, "Hunch: Discard Change");
  await diff().waitFor({ state: "detached" });
  await runCommand(page, "Hunch: Explain File");
  await answered("Explain src/cart.ts");
});

test("uncommitted changes are explained from the menu of Source Control", async () => {
  const { page } = workbench;
  await runCommand(page, "Source Control: Focus on Changes View");
  const title = page.locator(".pane-header", { hasText: "Changes" }).first();
  await title.hover();
  await title.locator('.action-label[aria-label^="More Actions"]').click();
  await choose("Explain Changes");
  await chat.panel.locator(".turn-user .chip", { hasText: "notes.md" }).waitFor();
  await answered("notes.md");
});

test("the other keys, each in an editor", async () => {
  const { page } = workbench;
  const press = async (keys, first, last) => {
    await openFile(page, "cart.ts");
    await selectLines(page, first, last);
    await pressKeys(page, keys);
  };
  for (const keys of ["Control+k h", "Control+Alt+h e"]) {
    await press(keys, 8, 15);
    assert.match(await explained(), /Explain src\/cart\.ts:8-15/, keys);
  }
  await press("Control+Alt+h b", 8, 15);
  assert.match(await explained(), /Find bugs in src\/cart\.ts:8-15/);
  await openBroken();
  await pressKeys(page, "Control+Alt+h p");
  assert.match(await explained(), /Explain the problem in src\/broken\.ts:1/);
  await press("Control+Alt+h l", 8, 15);
  await notification(page, "Hunch: the model gave no notes on src/cart.ts:8-15.");
  await runCommand(page, "Notifications: Clear All Notifications");
  for (const [keys, title, ...lines] of [
    ["Control+Alt+h t", "Write tests for src/cart.ts:8-15", 8, 15],
    ["Control+Alt+h d", "Document src/cart.ts:20-24", 20, 24],
  ]) {
    await press(keys, ...lines);
    await page.locator(`.tab.active[aria-label^="${title}"]`).waitFor();
    await diff().waitFor();
    await runCommand(page, "Hunch: Discard Change");
    await diff().waitFor({ state: "detached" });
  }
  await press("Control+Alt+h n", 8, 15);
  await chat.panel.locator(".welcome").waitFor();
  await press("Control+Alt+h c", 8, 15);
  await chat.panel.locator(".turn-user .chip", { hasText: "notes.md" }).waitFor();
  await answered("Explain the changes in");
  await press("Control+k Shift+h", 8, 15);
  const box = page.locator(".quick-input-widget");
  await box.getByText("About the selection: src/cart.ts, lines 8 to 15").waitFor();
  await page.keyboard.press("Escape");
  await box.waitFor({ state: "hidden" });
});

test("a file is added to the chat from the explorer's context menu", async () => {
  const { page } = workbench;
  await runCommand(page, "Hunch: New Chat");
  await runCommand(page, "View: Show Explorer");
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "notes.md" }).click({ button: "right" });
  // VS Code's own chat has an “Add File to Chat” in the same menu.
  await choose("Add File to Hunch");
  await chat.panel.getByRole("button", { name: "Leave out notes.md", exact: true }).click();
});

test("“Explain” stands above definitions when that is wanted, and in the hover of their names", async () => {
  const { page } = workbench;
  workbench.changeSettings({ "hunch.codeLens": true });
  await openFile(page, "cart.ts");
  await page.locator(".codelens-decoration a", { hasText: "Explain" }).first().click();
  assert.match(await explained(), /Explain src\/cart\.ts:/);
  workbench.changeSettings({ "hunch.codeLens": false });
  await page.locator(".codelens-decoration a", { hasText: "Explain" }).first().waitFor({ state: "detached" });
  const name = page.locator(".view-line span", { hasText: /^total$/ }).first();
  const link = page.locator(".monaco-hover a", { hasText: "Explain with Hunch" }).first();
  await untilShown("the hover", link, async () => {
    await page.mouse.move(0, 0);
    await name.hover();
  });
  await link.click();
  assert.match(await explained(), /Explain src\/cart\.ts:8-15/);
});

test("the status bar leads to the actions, and they run", async () => {
  const { page } = workbench;
  await workbench.openPanel();
  await workbench.ask("What is free?");
  await answered("What is free?");
  const item = page.locator('.statusbar-item[id="hunch.hunch.hunch.status"], .statusbar-item', { hasText: "Hunch" });
  await item.first().click();
  for (const name of ["Ask…", "Select Model", "Download Model", "Restart Engine", "Show Engine Log"])
    await pickerRow(name).waitFor();
  await page.keyboard.press("Escape");
  await runCommand(page, "Hunch: Show Actions");
  await pickerRow("New Chat").click();
  await chat.panel.locator(".welcome").waitFor();
});

test("Restart Engine puts another process in its place, and the next question is answered", async () => {
  await workbench.ask("What is a price?");
  await answered("What is a price?");
  const [before] = workbench.engines();
  await runCommand(workbench.page, "Hunch: Restart Engine");
  await until("the end of the engine", () => !workbench.engines().includes(before));
  await workbench.ask("What is a cart?");
  await answered("What is a cart?");
  assert.notEqual(workbench.engines()[0], before);
});

test("Show Engine Log shows what the engine wrote", async () => {
  const { page } = workbench;
  await runCommand(page, "Hunch: Show Engine Log");
  const output = page.locator(".part.panel .output-view, .part.panel .monaco-editor").first();
  await output.waitFor();
  await page
    .locator(".part.panel .view-line", { hasText: /\[(debug|info)\]/ })
    .first()
    .waitFor();
  await workbench.screenshot("engine-log");
  await runCommand(page, "View: Hide Panel");
});

test("Set Server Key: a server that wants a key is refused without it, and answers with it", async () => {
  const { page } = workbench;
  await runCommand(page, "Hunch: Set Server Key");
  await notification(page, "The settings name no server that could have a key.");
  await runCommand(page, "Notifications: Clear All Notifications");

  const served = await serveModel(model, "an open secret");
  ({ server } = served);
  const { origin, host } = new URL(served.endpoint);
  workbench.changeSettings({ "hunch.backend": "openai", "hunch.endpoint": served.endpoint });
  await chat.panel.getByRole("button", { name: `Model: ${host}. Choose another.` }).waitFor();
  await chat.newChat();
  await workbench.ask("What is a price?");
  const card = chat.lastTurn.locator(".card-error");
  await card.waitFor();
  assert.match(await card.textContent(), /key/i);
  await workbench.screenshot("server-refused");

  await runCommand(page, "Hunch: Set Server Key");
  const box = page.locator(".quick-input-widget");
  await box.getByText(`Key of ${origin}`).waitFor();
  assert.equal(await box.locator("input").first().getAttribute("type"), "password");
  await page.keyboard.type("an open secret");
  await page.keyboard.press("Enter");
  await chat.lastTurn.getByRole("button", { name: "Retry" }).click();
  await answered("What is a price?");
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
