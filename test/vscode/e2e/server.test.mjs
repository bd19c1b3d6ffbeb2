/** A llama-server is asked for that is not there: the panel says so, and offers to get one. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { notification, runCommand } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

let workbench;
before(async () => {
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.backend": "llama-server" }),
    // None is found here, nothing can be built with that compiler, and nothing is fetched for it.
    env: { CXX: "/nowhere/c++", HUNCH_LLAMA_SERVER: "", PATH: "/usr/bin:/bin" },
  });
});
after(() => workbench?.close());

test("a question says which program is missing, and its button gets one", async () => {
  const { page, panel } = workbench;
  await workbench.openPanel();
  await workbench.ask("What is a deadlock?");
  const card = panel.locator(".card-error");
  await card.waitFor();
  assert.match(await card.textContent(), /There is no llama-server on PATH, and Hunch has none/);
  await workbench.screenshot("llama-server-missing");
  await card.getByRole("button", { name: "Get llama-server" }).click();
  await notification(page, /a C\+\+ compiler.* is missing/);
  await workbench.screenshot("llama-server-cannot-build");
  await runCommand(page, "Notifications: Clear All Notifications");
});
