/** A first run without a model: one is offered, another can be chosen, and it ends in an answer. A real download. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { notification, runCommand, until } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

let workbench;
before(async () => {
  // The home of the host is empty, and so is the default folder of models in it.
  workbench = await openWorkbench({ settings: testSettings({ "hunch.model": undefined }) });
});
after(() => workbench?.close());

const offer = () => workbench.panel.getByRole("button", { name: "Download", exact: true });
const card = () => workbench.panel.locator(".model-card");

test("the panel offers the default model, with its size and licence", async () => {
  await workbench.openPanel();
  await offer().waitFor();
  assert.match(await card().textContent(), /Qwen2\.5-Coder 1\.5B Instruct.*1\.1\d? GB.*Apache-2\.0/);
  await workbench.screenshot("first-run");
});

test("explain offers it too, and does nothing when the offer is dismissed", async () => {
  const { page } = workbench;
  await page.keyboard.press("Control+n");
  await page.locator(".editor-group-container.active .monaco-editor").click();
  await page.keyboard.type("let answer = 42;");
  await page.keyboard.press("Control+a");
  await runCommand(page, "Hunch: Explain Selection");
  await notification(page, "Hunch needs a model to answer: Qwen2.5-Coder 1.5B");
  await runCommand(page, "Notifications: Clear All Notifications");
  assert.equal(await page.locator(".review-widget").count(), 0);
});

test("another model is chosen; its download shows progress and can be cancelled", async () => {
  const { page, panel } = workbench;
  await workbench.openPanel();
  await panel.getByRole("button", { name: "Choose another model" }).click();
  const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "SmolLM2 135M Instruct" });
  await row.waitFor();
  await workbench.screenshot("select-model");
  await row.click();
  await panel.locator(".download").waitFor();
  await workbench.screenshot("downloading");
  await panel.getByRole("button", { name: "Cancel" }).click();
  await offer().waitFor();
  assert.match(await card().textContent(), /SmolLM2 135M Instruct/);
  assert.equal(await panel.locator(".card-error").count(), 0, "a cancel is no error");
});

test("then it goes on, and the first question is answered", async () => {
  const { panel } = workbench;
  await offer().click();
  await panel.locator(".first-run").waitFor({ state: "detached", timeout: 180_000 });
  await workbench.ask("What is a cart?");
  await panel.locator(".turn-assistant .thought, .turn-assistant .markdown").first().waitFor();
  await until("the end of the answer", () => panel.getByRole("button", { name: "Send", exact: true }).isVisible());
});
