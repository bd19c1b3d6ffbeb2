/**
 * What goes wrong in mid-answer and must lose nothing: a full disk, a model that is deleted, a renamed file, a closed
 * window, a panel whose script is lost.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { conversation, exact } from "../host/conversation.mjs";
import { closeEditors, notification, openFile, runCommand, selectLines, until, untilShown } from "../host/host.mjs";
import { testModel, testSettings } from "../host/settings.mjs";
import { engineRests, openWorkbench } from "../host/workbench.mjs";

const scratch = mkdtempSync(path.join(os.tmpdir(), "hunch-faults-"));
const model = path.join(scratch, "model.gguf");
/** Mounted over the folder where extensions keep what belongs to a workspace; null where nobody may mount. */
let disk = null;
let workbench;
let chat;
before(async () => {
  copyFileSync(testModel(), model);
  workbench = await openWorkbench({
    settings: testSettings({ ...exact, "hunch.model": model, "window.confirmBeforeClose": "never" }),
    prepareData: (folder) => {
      const storage = path.join(folder, "user/User/workspaceStorage");
      mkdirSync(storage, { recursive: true });
      if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", storage]).status === 0) disk = storage;
    },
  });
  chat = conversation(workbench);
});
after(async () => {
  // Lazily: the server has files open there until it has ended, and removes the folder then.
  if (disk) spawnSync("umount", ["-l", disk]);
  await workbench?.close();
  rmSync(scratch, { recursive: true });
});

async function reopen() {
  await workbench.load();
  await workbench.openPanel();
  await chat.lastTurn.waitFor();
}

/** The last answers of the chats on the disk. A text lies there in pieces, by who guessed its tokens. */
function storedAnswers() {
  const last = workbench.conversations().map(({ turns }) => turns.at(-1));
  return last.filter(({ role }) => role === "assistant").map(({ answer }) => answer.map((run) => run.text).join(""));
}

test("a disk that fills up: the answer goes on, the user is told, and it is stored when there is room again", async (t) => {
  if (!disk) return t.skip("this user may not mount a small disk");
  await workbench.openPanel();
  await chat.askEndless();
  await chat.grows(20);
  const filler = path.join(disk, "filler");
  assert.throws(() => writeFileSync(filler, Buffer.alloc(8_000_000)), /ENOSPC/);
  const full = await notification(workbench.page, "The disk is full: chats are not stored.");
  assert.match(full, /They stay in this window and are written as soon as it is possible again/);
  await workbench.screenshot("disk-full");
  await workbench.openPanel();
  const before = await chat.text();
  await chat.grows(before.length);
  await chat.end();
  const whole = await chat.text();
  rmSync(filler);
  await runCommand(workbench.page, "Notifications: Clear All Notifications");
  // It is tried again a few times a minute.
  await until("the conversation on the disk", () => storedAnswers().some((text) => text.trim() === whole.trim()));
  await reopen();
  await chat.shows(whole);
});

test("the model's file deleted in mid-answer: the text stays, the panel says what is missing, and it goes on with the file back", async () => {
  await workbench.openPanel();
  await chat.askEndless();
  await chat.grows(20);
  rmSync(model);
  const before = await chat.text();
  await chat.grows(before.length);
  await chat.end();
  const stopped = await chat.text();
  assert.ok(stopped.startsWith(before));
  // The engine has the model in memory.
  const [engine] = workbench.engines();
  await runCommand(workbench.page, "Hunch: Restart Engine");
  await until("the end of the engine", () => !workbench.engines().includes(engine));
  const button = (name) => chat.lastTurn.getByRole("button", { name, exact: true });
  await button("Continue").click();
  const card = chat.lastTurn.locator(".card-error");
  await card.waitFor();
  assert.ok((await card.textContent()).includes(model), await card.textContent());
  assert.equal(await chat.text(), stopped);
  await workbench.screenshot("model-deleted");
  copyFileSync(testModel(), model);
  await button("Continue").click();
  const continued = await chat.grows(stopped.length);
  assert.ok(continued.startsWith(stopped));
  await chat.end();
});

test("the open file renamed in the explorer in mid-answer: the question's chip leads to it under its new name", async () => {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await workbench.openPanel();
  await chat.panel.getByRole("button", { name: /Send the selection .*cart\.ts/ }).waitFor();
  await chat.askEndless();
  const before = await chat.grows(20);
  await runCommand(page, "View: Show Explorer");
  const row = (name) => page.locator(".explorer-folders-view .monaco-list-row", { hasText: name });
  const name = page.locator(".explorer-folders-view .monaco-inputbox input");
  await untilShown("the name to be changed", name, async () => {
    await row("cart.ts").click();
    await page.keyboard.press("F2");
  });
  await name.fill("basket.ts");
  await name.press("Enter");
  await page.locator('.tab[data-resource-name="basket.ts"]').waitFor();
  await closeEditors(page);
  await workbench.openPanel();
  // With the code the model may have come to an end meanwhile.
  const after = await chat.grows(before.length - 1);
  assert.ok(after.startsWith(before));
  await chat.end();
  await chat.panel.locator(".turn-user .chip", { hasText: "basket.ts:8-15" }).click();
  await page.locator('.tab.active[data-resource-name="basket.ts"]').waitFor();
});

test("the window closed in mid-answer: the engine writes no more, and the text is there in the next one", async () => {
  await workbench.openPanel();
  await closeEditors(workbench.page);
  await chat.panel.getByRole("button", { name: /Send the selection/ }).waitFor({ state: "detached" });
  await chat.askEndless();
  await chat.grows(60);
  // Leaving tells the extensions that the window closes: what came until then is written down.
  const before = await chat.text();
  await workbench.page.goto("about:blank");
  const engine = await engineRests(workbench);
  await reopen();
  assert.deepEqual(workbench.engines(), [engine]);
  const restored = await chat.grows(before.length - 1);
  assert.ok(restored.startsWith(before), `${before.length} characters were there, ${restored.length} came back`);
  await chat.lastTurn.getByRole("button", { name: "Continue" }).click();
  const continued = await chat.grows(restored.length);
  assert.ok(continued.startsWith(restored));
  await chat.end();
});

test("the panel's script lost in mid-answer: the page is loaded anew, with all that came", async () => {
  const { page } = workbench;
  await chat.askEndless();
  const before = await chat.grows(20);
  await workbench.hidePanel();
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.setBlockedURLs", { urls: ["*/panel.js"] });
  const blocked = new Promise((resolve) => network.once("Network.loadingFailed", resolve));
  await page.locator('.activitybar .action-label[aria-label^="Hunch"]').click();
  assert.equal((await blocked).blockedReason, "inspector");
  await network.detach();
  // Fifteen seconds are given to a page that comes slowly.
  const shown = await chat.grows(before.length);
  assert.ok(shown.startsWith(before));
  assert.match(workbench.log(), /the chat's page did not come up; it is loaded anew/);
  await chat.end();
});
