/** The chat panel in a real VS Code with a real model and a real engine, driven through the user interface. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openFile, runCommand, selectLines, sleep, until } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { killEngine, openWorkbench } from "../host/workbench.mjs";

/** Long enough to be interrupted: the small model stops by itself only now and then. */
const longAnswers = testSettings({ "hunch.maxTokens": 1_500, "hunch.effort": "high" });

let workbench;
before(async () => {
  workbench = await openWorkbench({ settings: longAnswers });
});
after(() => workbench?.close());

const turns = () => workbench.panel.locator(".turn-assistant");
const lastTurn = () => turns().last();
/** Text of the last turn's thought and answer, without the head lines around them. */
const textOf = async (turn) => {
  const parts = await turn.locator(".thought, .markdown").allTextContents();
  return parts.join("\n");
};
const running = () => workbench.panel.getByRole("button", { name: "Stop", exact: true });

async function stopIfRunning() {
  await workbench.openPanel();
  if (await running().isVisible()) await running().click();
  await workbench.panel.getByRole("button", { name: "Send", exact: true }).waitFor();
}

/** Waits until the running turn shows more than `length` characters. */
const grows = (length) =>
  until("more text", async () => {
    const text = await textOf(lastTurn());
    return text.length > length ? text : null;
  });

async function openLastThought() {
  const disclosure = lastTurn().locator(".thinking .disclosure");
  if ((await disclosure.count()) > 0 && (await disclosure.getAttribute("aria-expanded")) === "false")
    await disclosure.click();
}

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
  await openLastThought();
  const late = await grows(early.length);
  assert.ok(late.startsWith(early), "the thought grows at its end");
  assert.equal(await panel.locator(".turn-user .chip").count(), 1);
  await stopIfRunning();
});

test("answer now ends the thought and starts the answer", async () => {
  const { panel, screenshot } = workbench;
  // The small model ends some thoughts by itself before a button can be pressed.
  const questions = [
    "Write a long story about a shopping cart.",
    "List all prices you know.",
    "Explain carts at length.",
  ];
  for (const question of questions) {
    await workbench.ask(question);
    await panel
      .getByRole("button", { name: "Answer now" })
      .click({ timeout: 20_000 })
      .catch(() => {});
    await lastTurn().locator(".markdown").waitFor();
    await panel.locator(".thinking-live").waitFor({ state: "detached" });
    const summary = await lastTurn().locator(".thinking .disclosure").textContent();
    await screenshot("answering");
    await stopIfRunning();
    if (/ended by you/.test(summary)) return;
  }
  assert.fail("no thought was ended by the button");
});

test("stop keeps the text and offers to continue", async () => {
  const { screenshot } = workbench;
  await workbench.ask("Write a long story about a shopping cart.");
  await grows(40);
  await running().click();
  await lastTurn().getByRole("button", { name: "Continue" }).waitFor();
  await openLastThought();
  await screenshot("stopped");
  const stopped = await textOf(lastTurn());
  await lastTurn().getByRole("button", { name: "Continue" }).click();
  await running().waitFor();
  const continued = await grows(stopped.length);
  assert.ok(continued.startsWith(stopped), "the text goes on where it had stopped");
  await stopIfRunning();
});

test("kill -9 on the engine in mid-answer: the text stays, the panel says so, continue and the next question work", async () => {
  const { screenshot } = workbench;
  await workbench.ask("Tell me all about carts, at length.");
  await openLastThought();
  const before = await grows(60);
  const killed = await killEngine(workbench);
  const card = lastTurn().locator(".card-error");
  await card.waitFor();
  await openLastThought();
  const after = await textOf(lastTurn());
  assert.ok(after.startsWith(before), "the text so far is there");
  assert.match(await card.textContent(), /engine stopped.*(thinking|answer).*SIGKILL.*The text so far is kept/);
  await screenshot("engine-killed");

  await lastTurn().getByRole("button", { name: "Continue" }).click();
  await running().waitFor();
  await openLastThought();
  const continued = await grows(after.length);
  assert.ok(continued.startsWith(after), "the text goes on where the engine died");
  assert.notEqual(workbench.engines()[0], killed);
  await stopIfRunning();

  const count = await turns().count();
  await workbench.ask("And now something short.");
  assert.equal(await turns().count(), count + 1);
  await openLastThought();
  await grows(10);
  await stopIfRunning();
});

test("closed and opened again while streaming: nothing is lost", async () => {
  await workbench.ask("Explain shopping carts again, at length.");
  await openLastThought();
  const before = await grows(40);
  await workbench.hidePanel();
  await sleep(2_000);
  await workbench.openPanel();
  await openLastThought();
  const reopened = await grows(before.length);
  assert.ok(reopened.startsWith(before), "what was there is there");
  await grows(reopened.length);
  await stopIfRunning();
  await openLastThought();
  const ended = await textOf(lastTurn());
  assert.ok(ended.startsWith(reopened));

  // What the page drew from single messages is what the host has: a new page draws it at once.
  await workbench.hidePanel();
  await workbench.openPanel();
  await openLastThought();
  assert.equal(await textOf(lastTurn()), ended);
});

test("a window that is reloaded in mid-answer has the text, stopped, and can continue", async () => {
  const { panel } = workbench;
  await workbench.ask("One more time, at length, please.");
  await openLastThought();
  const before = await grows(60);
  const count = await turns().count();
  await sleep(4_000);
  await workbench.load();
  await workbench.openPanel();
  await turns()
    .nth(count - 1)
    .waitFor();
  await openLastThought();
  const restored = await textOf(lastTurn());
  assert.ok(restored.startsWith(before), "the text is back");
  await lastTurn().getByRole("button", { name: "Continue" }).waitFor();
  await panel.getByRole("button", { name: "Send", exact: true }).waitFor();
});

test("follows the colour theme: dark, light, high contrast", async () => {
  const { panel, screenshot } = workbench;
  for (const [theme, kind] of [
    ["Dark Modern", "vscode-dark"],
    ["Light Modern", "vscode-light"],
    ["Default High Contrast", "vscode-high-contrast"],
  ]) {
    workbench.changeSettings({ "workbench.colorTheme": theme });
    await panel.locator(`body.${kind}`).waitFor();
    await screenshot(`theme-${kind}`);
  }
});

test("a new chat is empty", async () => {
  await runCommand(workbench.page, "Hunch: New Chat");
  await workbench.panel.locator(".welcome").waitFor();
  assert.equal(await turns().count(), 0);
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
