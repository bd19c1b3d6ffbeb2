/** What people do with an answer in the chat: copy, insert, judge, ask again, follow its links, look at its figures. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { conversation } from "../host/conversation.mjs";
import { closeEditors, openFile, runCommand, selectLines, until } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const code = "const free = Math.floor(7 / 3);\nexport default free;";
const answer = `It counts the free ones.\n\`\`\`ts\n${code}\n\`\`\` \nMore is on [the page](https://example.invalid/cart%2Fold?key=a%23b).\n`;
const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
let workbench;
let chat;
before(async () => {
  const model = path.join(models, "counts.gguf");
  await writeScripted(model, answer);
  workbench = await openWorkbench({ settings: testSettings({ "hunch.model": model, "hunch.effort": "high" }) });
  await workbench.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  chat = conversation(workbench);
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

const button = (name) => chat.panel.getByRole("button", { name, exact: true });
const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
const pressed = (name, value) =>
  until(`“${name}” to be ${value}`, async () => (await button(name).getAttribute("aria-pressed")) === value);
const editorText = () =>
  workbench.page
    .locator(".editor-group-container.active .view-lines")
    .textContent()
    .then((text) => text.replaceAll("\u00a0", " "));
async function reopen() {
  await workbench.hidePanel();
  await workbench.openPanel();
}

test("code is copied, and so is the whole answer", async () => {
  await openFile(workbench.page, "cart.ts");
  await selectLines(workbench.page, 8, 15);
  await workbench.openPanel();
  await chat.panel.getByRole("button", { name: /Send the selection .*cart\.ts/ }).waitFor();
  await workbench.ask("How many are free?");
  await chat.ended();
  await button("Copy code").click();
  await until("the code on the clipboard", async () => (await clipboard()).trimEnd() === code);
  await button("Copy answer").click();
  await until("the answer on the clipboard", async () => (await clipboard()).trim() === answer.trim());
});

test("code is inserted at the editor's cursor, and one Undo takes it back", async () => {
  const { page } = workbench;
  await openFile(page, "notes.md");
  const before = await editorText();
  await selectLines(page, 3, 3);
  await page.keyboard.press("ArrowRight");
  await button("Insert code at the editor's cursor").click();
  await until("the code in the editor", async () => /third piece for free\.const free/.test(await editorText()));
  await page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
  await workbench.screenshot("inserted");
  await page.keyboard.press("Control+z");
  await until("the text as it was", async () => (await editorText()) === before);
});

test("the question's chip opens its code, selected", async () => {
  const { page } = workbench;
  await closeEditors(page);
  await chat.panel.locator(".turn-user .chip", { hasText: "cart.ts:8-15" }).click();
  await page.locator('.tab.active[data-resource-name="cart.ts"]').waitFor();
  await page.locator(".statusbar-item", { hasText: /Ln 15.*selected/ }).waitFor();
});

test("a thumb is kept when the panel is closed, and taken back by a second press", async () => {
  await pressed("Good answer", "false");
  await button("Good answer").click();
  await pressed("Good answer", "true");
  await reopen();
  await pressed("Good answer", "true");
  await button("Bad answer").click();
  await pressed("Bad answer", "true");
  await pressed("Good answer", "false");
  await button("Bad answer").click();
  await pressed("Bad answer", "false");
});

test("thought and figures open, and stay open when the panel is closed", async () => {
  const thought = chat.lastTurn.locator(".thinking .disclosure");
  assert.match(await thought.textContent(), /Thought for .* · \d+ tokens/);
  await thought.click();
  await chat.lastTurn.locator(".thought").waitFor();
  await chat.lastTurn.locator(".stats .disclosure").click();
  const details = chat.lastTurn.locator(".stats-details");
  await details.waitFor();
  const figures = await details.textContent();
  for (const term of ["Prompt", "First token after", "Thinking", "Answer", "Target passes", "Context"])
    assert.ok(figures.includes(term), `${term}: ${figures}`);
  await workbench.screenshot("figures");
  await reopen();
  await chat.lastTurn.locator(".thought").waitFor();
  await details.waitFor();
});

test("the context meter tells how full the context is", async () => {
  const meter = chat.panel.locator(".context-meter [role=img]");
  // Thousands are grouped by a narrow space.
  const label = (await meter.getAttribute("aria-label")).replaceAll("\u202f", "");
  const [, used, size] = /Context: (\d+) of (\d+) tokens/.exec(label) ?? [];
  assert.ok(Number(used) > 10 && Number(used) < Number(size), label);
});

test("the tokens are coloured by who proposed them, and that is a setting", async () => {
  const overlay = "Colour the text by who proposed it";
  await button(overlay).click();
  await chat.panel.locator(".legend li").first().waitFor();
  assert.match(await chat.text(), /```ts/, "the text is as the model wrote it");
  // VS Code writes its settings a moment later.
  await until("the setting", () => workbench.setting("hunch.showTokenOrigins") === true);
  await button(overlay).click();
  await chat.panel.locator(".legend").waitFor({ state: "detached" });
  assert.doesNotMatch(await chat.text(), /```ts/);
});

test("answered again, the first answer stays as a version", async () => {
  await button("Answer again").click();
  await chat.panel.getByRole("group", { name: "Version 2 of 2" }).waitFor();
  await chat.ended();
  await button("Version before").click();
  await chat.panel.getByRole("group", { name: "Version 1 of 2" }).waitFor();
  await chat.says(/counts the free ones/);
  await reopen();
  await chat.panel.getByRole("group", { name: "Version 1 of 2" }).waitFor();
});

test("a link is followed only after a question, which is one, and to the very address", async () => {
  const { page } = workbench;
  const address = "https://example.invalid/cart%2Fold?key=a%23b";
  const dialog = page.locator(".monaco-dialog-box");
  const follow = async () => {
    await chat.panel.getByRole("link", { name: "the page" }).click();
    await dialog.filter({ hasText: "to open the external website?" }).filter({ hasText: address }).waitFor();
  };
  // No request leaves the machine.
  await page.context().route(address, (route) => route.fulfill({ body: "A cart." }));
  await follow();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(page.context().pages().length, 1);

  const opened = page.context().waitForEvent("page");
  await follow();
  await dialog.getByText("Open", { exact: true }).click();
  await (await opened).waitForURL(address);
  await (await opened).close();
});

test("a chat of the list, and the one on screen, are exported as Markdown", async () => {
  const { page } = workbench;
  const exported = () => page.locator(".editor-group-container.active .view-line", { hasText: "How many are free?" });
  await closeEditors(page);
  await runCommand(page, "Hunch: Export Chat as Markdown");
  await exported().first().waitFor();
  assert.match(await page.locator(".tab.active").getAttribute("aria-label"), /Untitled/);
  await closeEditors(page);
  await workbench.openPanel();
  await runCommand(page, "Hunch: Show Chats");
  await chat.panel.getByRole("button", { name: /^Export as Markdown/ }).click();
  await exported().first().waitFor();
});

test("a chat is found by any word of its question and its answer, and not by those of its thought", async () => {
  const { page, panel } = workbench;
  await chat.newChat();
  // The list itself has only the beginning of what was asked.
  await workbench.ask(`Is it free?\n${"Please. ".repeat(100)}And the walrus?`);
  await chat.ended();
  await runCommand(page, "Hunch: Show Chats");
  const finds = async (word, titles) => {
    await panel.getByRole("searchbox", { name: "Search chats" }).fill(word);
    const shown = () => panel.locator(".session-title").allTextContents();
    await until(`“${word}” in ${titles}`, async () => (await shown()).join() === titles.join());
  };
  await finds("walrus", ["Is it free?"]);
  await finds("counts", ["Is it free?", "How many are free?"]);
  await finds("t2", []);
  await panel.getByText("No chat mentions “t2”.").waitFor();
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
