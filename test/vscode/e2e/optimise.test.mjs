/** Optimising prompts: progress, a cancel that keeps what is finished; and what was learnt from use. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { notification, runCommand } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

let workbench;
before(async () => {
  workbench = await openWorkbench({ settings: testSettings() });
});
after(() => workbench?.close());

const outcome = /has not measured enough yet to choose how .* thinks\. (\d+) answers are missing/;

/** Runs until an answer is there, cancels, and gives how many there are to be in all and how many are missing then. */
async function optimiseAndCancel() {
  const { page } = workbench;
  await runCommand(page, "Hunch: Optimise Prompts for This Model");
  const some = /\b[1-9]\d* of (\d+) answers/;
  const [, total] = some.exec(await notification(page, some)) ?? [];
  await page.locator(".notifications-center .monaco-button", { hasText: "Cancel" }).click();
  const [, missing] = outcome.exec(await notification(page, outcome)) ?? [];
  await runCommand(page, "Notifications: Clear All Notifications");
  return { total: Number(total), missing: Number(missing) };
}

test("shows how far it is, keeps what is finished when cancelled, and goes on from there", async () => {
  const first = await optimiseAndCancel();
  assert.ok(first.missing < first.total, `${first.missing} of ${first.total} missing`);
  const second = await optimiseAndCancel();
  assert.equal(second.total, first.total);
  assert.ok(second.missing <= first.missing, `${second.missing} missing after ${first.missing}`);
});

test("shows what was learnt from use, and forgets it", async () => {
  const { page } = workbench;
  await runCommand(page, "Hunch: Show What Was Learnt");
  await page.locator(".editor-group-container.active .view-line", { hasText: "What Hunch learnt from use" }).waitFor();
  await runCommand(page, "Hunch: Forget What Was Learnt");
  await notification(page, "Hunch forgot what it learnt from use");
});
