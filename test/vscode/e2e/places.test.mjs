/** The chat moves through the window while it is answering, waits for one who types beside it, and takes files that are dragged to it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { conversation, exact, pageIn } from "../host/conversation.mjs";
import { closeEditors, openFile, runCommand, sleep, until } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

let workbench;
let chat;
before(async () => {
  workbench = await openWorkbench({ settings: testSettings(exact) });
  chat = conversation(workbench);
});
after(() => workbench?.close());

const frames = () => workbench.page.locator('iframe.webview[src*="extensionId=hunch.hunch"]');
const tab = () => workbench.page.locator('.tab[data-resource-name="Hunch"], .tab[aria-label^="Hunch"]').first();

/** Moves the chat's view by VS Code's own command: first which view, then where to. */
async function moveChatTo(place) {
  const { page } = workbench;
  await runCommand(page, "View: Move View");
  const rows = page.locator(".quick-input-list .monaco-list-row");
  await rows.filter({ hasText: "Side Bar / Hunch" }).click();
  await rows.filter({ hasText: place }).first().click();
}

/** The text begins with what was there before the move, and goes on. */
async function goesOn(shown, before) {
  const after = await shown.grows(before.length);
  assert.equal(after.slice(0, before.length), before);
  return shown.grows(after.length);
}

test("moved to the secondary side bar and back in mid-answer: nothing is lost, and the answer goes on", async () => {
  const { page } = workbench;
  await workbench.openPanel();
  await chat.askEndless();
  const before = await chat.grows(40);
  await moveChatTo("New Secondary Side Bar Entry");
  await page.locator(".part.auxiliarybar").waitFor();
  const moved = await goesOn(chat, before);
  await pageIn(page, ".part.auxiliarybar");
  await workbench.screenshot("chat-secondary");
  await runCommand(page, "View: Reset View Locations");
  await workbench.openPanel();
  await goesOn(chat, moved);
  await pageIn(page, ".part.sidebar");
  await chat.end();
  const ended = await chat.text();
  await workbench.hidePanel();
  await workbench.openPanel();
  await chat.shows(ended);
  // What is left in it is VS Code's own.
  await runCommand(page, "View: Toggle Secondary Side Bar Visibility");
  await page.locator(".part.auxiliarybar").waitFor({ state: "hidden" });
});

test("opened in an editor tab in mid-answer: both pages go on, and each without the other", async () => {
  const { page } = workbench;
  await chat.askEndless();
  const before = await chat.grows(40);
  await runCommand(page, "Hunch: Open Chat in Editor");
  await tab().waitFor();
  const sideBar = conversation(workbench, await pageIn(page, ".part.sidebar"));
  const inTab = conversation(workbench, await pageIn(page, ".part.editor"));
  const both = await goesOn(inTab, before);
  await goesOn(sideBar, before);
  await workbench.screenshot("chat-both");

  // The side bar away: the tab goes on.
  await runCommand(page, "View: Toggle Primary Side Bar Visibility");
  await until("one page", async () => (await frames().count()) === 1);
  const alone = await goesOn(inTab, both);

  // The tab away while no page is open: the answer goes on all the same.
  await runCommand(page, "View: Close All Editors");
  await until("no page", async () => (await frames().count()) === 0);
  await workbench.openPanel();
  const back = await goesOn(chat, alone);
  await chat.end();
  const ended = await chat.text();
  assert.equal(ended.slice(0, back.length), back);
});

test("an editor tab of the chat comes back when the window is reloaded, and the conversation goes on in it", async () => {
  const { page } = workbench;
  await workbench.openPanel();
  await chat.askEndless();
  await chat.grows(40);
  await chat.end();
  const ended = await chat.text();
  await runCommand(page, "Hunch: Open Chat in Editor");
  await tab().waitFor();
  await workbench.reload();
  await tab().waitFor();
  const inTab = conversation(workbench, await pageIn(page, ".part.editor"));
  await inTab.shows(ended);
  await workbench.screenshot("chat-tab-reloaded");
  await inTab.lastTurn.getByRole("button", { name: "Continue" }).click();
  await goesOn(inTab, ended);
  await inTab.end();
  await closeEditors(page);
  await workbench.openPanel();
});

test("an answer waits while one types in the editor, says so, and goes on", async () => {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  const waits = page.locator(".statusbar-item", { hasText: "waits while you type" });
  const typesFor = async (ms) => {
    for (const begin = Date.now(); Date.now() - begin < ms; await sleep(100)) await page.keyboard.press("x");
  };
  const growsWhileTyping = async () => {
    // A pass that is under way comes to its end, and the page draws what came of it.
    await typesFor(800);
    const before = await chat.text();
    await typesFor(1_500);
    return (await chat.text()) !== before;
  };
  await chat.askEndless();
  await chat.grows(40);
  await page.locator(".editor-group-container.active .monaco-editor").first().click();
  await page.keyboard.press("Control+End");
  await until("an answer that waits", async () => !(await growsWhileTyping()) && waits.isVisible());
  await workbench.screenshot("waits-while-typing");
  await waits.waitFor({ state: "hidden" });
  const after = await chat.grows((await chat.text()).length);

  workbench.changeSettings({ "hunch.pauseWhileTyping": false });
  await until("an answer that goes on all the same", growsWhileTyping);
  assert.ok((await chat.text()).startsWith(after));
  workbench.changeSettings({ "hunch.pauseWhileTyping": true });
  await chat.end();
  await closeEditors(page);
});

test("a file dragged from the explorer with the mouse goes with the question", async () => {
  const { page } = workbench;
  await chat.newChat();
  // Beside each other, as people have them who drag: the chat at the right, the explorer at the left.
  await moveChatTo("New Secondary Side Bar Entry");
  await page.locator(".part.auxiliarybar").waitFor();
  await runCommand(page, "View: Show Explorer");
  const file = page.locator(".explorer-folders-view .monaco-list-row", { hasText: "notes.md" });
  await file.waitFor();
  await chat.question.waitFor();
  await drag(await middle(file), await middle(chat.question), { shift: true });
  await chat.panel.getByRole("button", { name: "Leave out notes.md", exact: true }).waitFor();
  await workbench.screenshot("chat-dropped");
  await workbench.ask("What is free?");
  await chat.panel.locator(".turn-user .chip", { hasText: "notes.md" }).waitFor();
  await chat.grows(3);
  await chat.end();
});

async function middle(element) {
  const { x, y, width, height } = await element.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}

/** With the mouse, and with Shift while dropping: without it the editor area takes what is dragged. */
async function drag(from, to, { shift }) {
  const { mouse, keyboard } = workbench.page;
  await mouse.move(from.x, from.y);
  await mouse.down();
  await mouse.move(from.x + 15, from.y + 5, { steps: 3 });
  if (shift) await keyboard.down("Shift");
  await mouse.move(to.x, to.y - 5, { steps: 10 });
  await mouse.move(to.x, to.y, { steps: 3 });
  await mouse.up();
  if (shift) await keyboard.up("Shift");
}

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
