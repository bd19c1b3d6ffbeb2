/** An inline explanation in the user interface: streaming, its buttons, a follow-up, and the way into the chat. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { openFile, pressAway, runCommand, selectLines, until } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { engineRests, killEngine, openWorkbench } from "../host/workbench.mjs";

let workbench;
before(async () => {
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.maxTokens": 1_500, "hunch.effort": "high", "hunch.loopGuard": false }),
  });
});
after(() => workbench?.close());

const thread = () => workbench.page.locator(".review-widget");
const comments = () => thread().locator(".review-comment-contents");
/** Their bar may be scrolled out of sight by a long answer; then the command works all the same. */
const press = (name) => action(name).dispatchEvent("click");
const action = (name) => thread().locator(`.action-label[aria-label^="${name}"]`);
const lastText = () => comments().last().textContent();

async function explain(first, last) {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, first, last);
  await runCommand(page, "Hunch: Explain Selection");
  await thread().waitFor();
}

/** What a comment shows of an answer that has begun. */
const begun = /Thinking · \d+|Thought for/;

/** The last comment streams: it can be stopped, and its text is another one a moment later. */
async function streams() {
  await action("Stop").waitFor({ state: "attached" });
  const early = await until("a first token", async () => {
    const text = await lastText();
    return begun.test(text) ? text : null;
  });
  await until("more text", async () => (await lastText()) !== early);
}

test("streams under the code, and can be stopped", async () => {
  await explain(8, 15);
  await streams();
  await workbench.screenshot("explain-streaming");
  await press("Stop");
  await action("Stop").waitFor({ state: "detached" });
  await workbench.screenshot("explain-stopped");
  assert.match(await thread().textContent(), /Explain src\/cart\.ts:8-15/);
  await action("Continue").waitFor();
});

test("answer now folds the thought and starts the answer", async () => {
  await press("Continue");
  await streams();
  await pressAway(action("Answer Now"));
  await until("the answer", async () => /Thought for/.test(await lastText()));
  await pressAway(action("Stop"));
  await workbench.screenshot("explain-done");
});

test("a follow-up question is answered in the thread", async () => {
  const { page } = workbench;
  const replies = thread().locator(".review-thread-reply-button");
  await replies.first().waitFor();
  assert.equal(await replies.count(), 1);
  await replies.click();
  await page.keyboard.type("And how often?");
  await thread().locator(".form-actions").getByText("Ask", { exact: true }).click();
  await until("the question and its answer", async () => (await comments().count()) === 3);
  // The small model thinks about it as long as it likes.
  await until("a thought", async () => begun.test(await lastText()));
});

test("opened in the chat both go on; deleted, the chat keeps the conversation", async () => {
  const { panel } = workbench;
  await press("Open in Chat");
  await panel.locator(".turn-assistant").nth(1).waitFor();
  await workbench.screenshot("explain-in-chat");
  await press("Delete");
  await thread().waitFor({ state: "detached" });
  assert.equal(await panel.locator(".turn-user").count(), 2);
  await pressAway(panel.getByRole("button", { name: "Stop", exact: true }));
  await panel.getByRole("button", { name: "Send", exact: true }).waitFor();
});

test("the engine killed in mid-answer: the text stays, the thread says so, continue works", async () => {
  await explain(8, 15);
  await streams();
  const before = await comments().count();
  await killEngine(workbench);
  await until("the error", async () => /engine stopped.*SIGKILL/.test(await lastText()));
  assert.equal(await comments().count(), before);
  await workbench.screenshot("explain-engine-killed");
  await press("Continue");
  await streams();
  await press("Stop");
  await press("Delete");
  await thread().waitFor({ state: "detached" });
});

test("a window closed in mid-answer: the next one has the explanation, says that its code was changed meanwhile, and goes on", async () => {
  const { page } = workbench;
  await explain(8, 15);
  await streams();
  await page.goto("about:blank");
  await engineRests(workbench);
  const file = path.join(workbench.workspace, "src/cart.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("let sum = 0;", "let sum = 0; // nothing yet"));
  await workbench.load();
  await openFile(page, "cart.ts");
  await thread().waitFor();
  await until("the note on its code", async () => /The code was changed since/.test(await thread().textContent()));
  const text = await thread().textContent();
  assert.match(text, /Explain src\/cart\.ts:8-15/);
  assert.match(text, /Thought for|Stopped/);
  await workbench.screenshot("explain-reopened");
  await press("Continue");
  await streams();
  await pressAway(action("Stop"));
  await press("Delete");
  await thread().waitFor({ state: "detached" });
});
