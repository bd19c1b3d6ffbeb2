/** The chat panel in a real VS Code with a real model and a real engine, driven through the user interface. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { conversation, exact } from "../host/conversation.mjs";
import { openFile, runCommand, selectLines, sleep, until } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { killEngine, openWorkbench } from "../host/workbench.mjs";

/** Settings of a conversation that is looked at: thoughts, and answers as markdown. */
const looks = { "hunch.effort": "high", "hunch.maxTokens": 1_500, "hunch.showTokenOrigins": false };

let workbench;
let chat;
before(async () => {
  workbench = await openWorkbench({ settings: testSettings(looks) });
  chat = conversation(workbench);
});
after(() => workbench?.close());

/** All text of a turn: the thought, which is opened, and the answer. */
async function textOf(turn) {
  const disclosure = turn.locator(".thinking .disclosure");
  if ((await disclosure.count()) > 0 && (await disclosure.getAttribute("aria-expanded")) === "false")
    await disclosure.click();
  return (await turn.locator(".thought, .markdown, :scope > .runs").allTextContents()).join("\n");
}

/** Waits until the last turn shows more than `length` characters. */
const grows = (length) =>
  until("more text", async () => {
    const text = await textOf(chat.lastTurn);
    return text.length > length ? text : null;
  });

/** Waits until the last turn shows this text: a page that opens draws it a frame later. */
const shows = (text) => until("the text as before", async () => (await textOf(chat.lastTurn)) === text);

test("a selection is offered, goes with the question, and thought and answer stream in", async () => {
  const { page, panel, screenshot } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await workbench.openPanel();
  await screenshot("welcome");
  await panel.getByRole("button", { name: /Send the selection .*cart\.ts/ }).waitFor();
  await workbench.ask("What does this function return for three apples at 2 each?");
  await panel.locator(".thinking-live").waitFor();
  const early = await grows(0);
  await screenshot("thinking");
  await grows(early.length);
  // Behind it the interface that it uses, once the language service is up.
  assert.match((await panel.locator(".turn-user .chip").first().textContent()) ?? "", /cart\.ts:8-15$/);
  await chat.lastTurn.locator(".markdown").waitFor();
  await screenshot("answering");
  await chat.end();
  await chat.lastTurn.locator(".stats").waitFor();
});

test("what # names goes with the question, and / makes it a task", async () => {
  const { page, panel, screenshot } = workbench;
  await chat.use(exact);
  await openFile(page, "cart.ts");
  await runCommand(page, "Hunch: New Chat");
  await panel.locator(".welcome").waitFor();
  await runCommand(page, "Hunch: Add File to Hunch");
  await panel.getByRole("button", { name: "Leave out src/cart.ts", exact: true }).waitFor();
  const question = panel.getByRole("textbox", { name: "Question" });
  await question.pressSequentially("#symbol:tot");
  await panel.getByRole("option", { name: "total total in src/cart.ts", exact: true }).waitFor();
  await screenshot("mentions");
  await question.press("Enter");
  await panel.getByRole("button", { name: "Leave out total in src/cart.ts" }).waitFor();
  await question.pressSequentially("/te");
  await panel.getByRole("option", { name: "/tests" }).waitFor();
  await question.press("Tab");
  await question.pressSequentially("of one case");
  await question.press("Enter");
  await chat.lastTurn.waitFor();
  const asked = panel.locator(".turn-user").last();
  assert.equal(await asked.locator(".question").textContent(), "/tests of one case");
  const chips = await asked.locator(".chip").allTextContents();
  for (const place of ["cart.ts:1-29", "cart.ts:8-15"]) assert.ok(chips.includes(place), chips.join());
  await grows(0);
  await chat.end();
  await chat.use(looks);
});

test("stop keeps the text, and continue goes on from there", async () => {
  const { panel, screenshot } = workbench;
  await chat.use(exact);
  const selection = panel.getByRole("button", { name: /Send the selection/ });
  await selection.click();
  await until("the selection to be left out", async () => (await selection.getAttribute("aria-pressed")) === "false");
  await chat.askEndless();
  await grows(40);
  assert.equal(await panel.locator(".turn-user .chip").count(), 0);
  await chat.end();
  const stopped = await textOf(chat.lastTurn);
  await screenshot("stopped");
  await chat.lastTurn.getByRole("button", { name: "Continue" }).click();
  const continued = await grows(stopped.length);
  assert.equal(continued.slice(0, stopped.length), stopped);
  await chat.end();
});

test("kill -9 on the engine in mid-answer: the text stays, the panel says so, continue and the next question work", async () => {
  const { screenshot } = workbench;
  await chat.askEndless();
  const before = await grows(60);
  const killed = await killEngine(workbench);
  const card = chat.lastTurn.locator(".card-error");
  await card.waitFor();
  const after = await textOf(chat.lastTurn);
  assert.equal(after.slice(0, before.length), before);
  assert.match(
    await card.textContent(),
    /engine stopped in the middle of the answer.*SIGKILL.*The text so far is kept/,
  );
  await screenshot("engine-killed");

  await chat.lastTurn.getByRole("button", { name: "Continue" }).click();
  const continued = await grows(after.length);
  assert.equal(continued.slice(0, after.length), after);
  assert.notEqual(workbench.engines()[0], killed);
  await chat.end();

  const count = await chat.turns.count();
  await workbench.ask("Name three prices.");
  await chat.turns.nth(count).waitFor();
  await grows(10);
  await chat.end();
  assert.equal(await chat.lastTurn.locator(".card-error").count(), 0);
});

test("closed and opened again while streaming: nothing is lost", async () => {
  await chat.askEndless();
  const before = await grows(40);
  await workbench.hidePanel();
  await sleep(2_000);
  await workbench.openPanel();
  const reopened = await grows(before.length);
  assert.equal(reopened.slice(0, before.length), before);
  await grows(reopened.length);
  await chat.end();
  const ended = await textOf(chat.lastTurn);
  assert.equal(ended.slice(0, reopened.length), reopened);

  // What the page put together from single messages is what the host has: a new page gets it as a whole.
  await workbench.hidePanel();
  await workbench.openPanel();
  await shows(ended);
});

test("an idle model is dropped from memory, and loaded again for the next question", async () => {
  const dropped = () => workbench.log().split("dropped from memory").length - 1;
  const before = dropped();
  workbench.changeSettings({ "hunch.idleUnloadMinutes": 0.02 });
  await chat.askEndless();
  await grows(10);
  await chat.end();
  await until("the end of the idle time", () => dropped() > before, 120_000);
  workbench.changeSettings({ "hunch.idleUnloadMinutes": 15 });
  const count = await chat.turns.count();
  await workbench.ask("Name another price.");
  await chat.turns.nth(count).waitFor();
  await grows(3);
  await chat.end();
});

test("a window that is reloaded in mid-answer has the text, stopped, and can continue", async () => {
  await chat.askEndless();
  const before = await grows(60);
  const count = await chat.turns.count();
  // Going to the address again is like a crash of the window: what was said in the last second may be missing.
  await sleep(2_500);
  await workbench.load();
  await workbench.openPanel();
  await chat.turns.nth(count - 1).waitFor();
  const restored = await grows(before.length - 1);
  assert.equal(restored.slice(0, before.length), before);
  await chat.lastTurn.getByRole("button", { name: "Continue" }).waitFor();
  await chat.sendButton.waitFor();
});

test("chats are kept: found, renamed, deleted, brought back and opened", async () => {
  const { page, panel, screenshot } = workbench;
  await chat.use(exact);
  await runCommand(page, "Hunch: New Chat");
  await panel.locator(".welcome").waitFor();
  await workbench.ask("Count the stripes of a zebra.");
  await grows(3);
  await chat.end();
  const answer = await textOf(chat.lastTurn);
  await runCommand(page, "Hunch: New Chat");
  await panel.locator(".welcome").waitFor();

  await runCommand(page, "Hunch: Show Chats");
  await panel.getByRole("searchbox", { name: "Search chats" }).fill("zebra");
  const rows = panel.locator(".session-open");
  const rowCount = (count) => until(`${count} chats about zebras`, async () => (await rows.count()) === count);
  await rowCount(1);
  await screenshot("chats");
  await rows.press("F2");
  await panel.locator(".session-rename").fill("Animals");
  await panel.locator(".session-rename").press("Enter");
  await rows.filter({ hasText: "Animals" }).waitFor();
  await rows.press("Delete");
  await rowCount(0);
  await panel.getByRole("button", { name: "Undo" }).click();
  await rowCount(1);
  await rows.click();
  await panel.getByRole("heading", { name: "Animals" }).waitFor();
  await shows(answer);
});

test("a question asked in other words keeps the first one, with its answer, as a version", async () => {
  const { panel } = workbench;
  const answer = await textOf(chat.lastTurn);
  const question = panel.locator(".turn-user .question");
  await panel.getByRole("button", { name: "Edit question" }).click();
  const field = panel.getByRole("textbox", { name: "Question in other words" });
  await field.fill("Count the legs of a zebra.");
  await field.press("Enter");
  await question.filter({ hasText: "legs" }).waitFor();
  await grows(3);
  await chat.end();
  await panel.getByRole("group", { name: "Version 2 of 2" }).getByRole("button", { name: "Version before" }).click();
  await question.filter({ hasText: "stripes" }).waitFor();
  await shows(answer);
});

test("after a reload the list has the new name, and not what was deleted", async () => {
  const { page, panel } = workbench;
  const rows = panel.locator(".session-open");
  const list = () => panel.locator(".session-title").allTextContents();
  await chat.newChat();
  await workbench.ask("Name a fish.");
  await grows(3);
  await chat.end();
  await runCommand(page, "Hunch: Show Chats");
  const fish = rows.filter({ hasText: "Name a fish." });
  await fish.press("Delete");
  await fish.waitFor({ state: "detached" });
  const before = await list();
  assert.equal(before[0], "Animals");
  await panel.getByRole("button", { name: "Back to the chat" }).click();
  await workbench.load();
  await workbench.openPanel();
  await runCommand(page, "Hunch: Show Chats");
  await rows.first().waitFor();
  assert.deepEqual(await list(), before);
  await rows.first().click();
  await panel.getByRole("heading", { name: "Animals" }).waitFor();
  await panel.locator(".turn-user .question", { hasText: "stripes" }).waitFor();
});

test("follows the colour theme: dark, light, high contrast", async () => {
  await chat.use(looks);
  await chat.inThemes((_, kind) => workbench.screenshot(`theme-${kind}`));
});

test("a new chat is empty", async () => {
  await runCommand(workbench.page, "Hunch: New Chat");
  await workbench.panel.locator(".welcome").waitFor();
  assert.equal(await chat.turns.count(), 0);
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
