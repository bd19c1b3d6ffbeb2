/** Bad input: each gets a message that says what happened and what to do next. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { notification, openFile, runCommand } from "../host/host.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

let workbench;
before(async () => {
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.threads": 0, "hunch.model": "/nowhere/model.gguf" }),
    // Whatever this machine has: with that compiler nothing can be built, and nothing is fetched for it.
    env: { CXX: "/nowhere/c++" },
    prepare: (folder) => {
      const write = (name, content) => writeFileSync(path.join(folder, name), content);
      write("empty.js", "");
      write("blank.js", " \n\t\n  \n");
      // The editor looks for NUL at a file's beginning only: this one it opens as text.
      write("late.js", `${"// text\n".repeat(200)}\0\0\0`);
      write("huge.js", "let a = 1;\n".repeat(500_000));
      write("plain.js", "let a = 1;\n");
      write("not.gguf", "this is no model");
    },
  });
});
after(() => workbench?.close());

async function explainAll(file) {
  const { page } = workbench;
  await openFile(page, file);
  await page.locator(".editor-group-container.active .monaco-editor").first().click();
  await page.keyboard.press("Control+a");
  await runCommand(page, "Hunch: Explain Selection");
}

// The first command activates the extension, which reads the settings.
test("a wrong setting is named, and its default is used", async () => {
  await explainAll("empty.js");
  const text = await notification(workbench.page, "hunch.threads");
  assert.match(
    text,
    /The setting hunch\.threads takes a whole number from 1 to 512, or null, not 0\. Its default \(null\) is used/,
  );
  await runCommand(workbench.page, "Notifications: Clear All Notifications");
});

for (const [what, file, message] of [
  ["an empty file", "empty.js", /Nothing is selected, and there is no function or class.*Select the code/],
  ["blanks only", "blank.js", /The selection is empty\. Select the code/],
  ["binary data", "late.js", /The selection is binary data, not text\. Open a text file/],
  ["5 MB", "huge.js", /The selection has 5\.5 MB; at most 1 MB can be asked about\. Select a smaller part/],
]) {
  test(`${what}: ${message.source}`, async () => {
    await explainAll(file);
    await notification(workbench.page, message);
    assert.equal(await workbench.page.locator(".review-widget").count(), 0, "no thread is opened");
    await runCommand(workbench.page, "Notifications: Clear All Notifications");
  });
}

test("a model file that is not there: the panel says so and what to do", async () => {
  const { page, panel } = workbench;
  // The selection goes with the question, so it has to be one that can.
  await openFile(page, "plain.js");
  await workbench.openPanel();
  await workbench.ask("What is this?");
  const card = panel.locator(".card-error");
  await card.waitFor();
  assert.match(await card.textContent(), /\/nowhere\/model\.gguf.*Check the path in the settings.*Hunch: Select Model/);
  await workbench.screenshot("model-missing");
});

test("a llama-server that can not be built here: what is missing, and how to get it", async () => {
  const { page } = workbench;
  await runCommand(page, "Hunch: Get llama-server");
  const text = await notification(page, /a C\+\+ compiler.* is missing/);
  assert.match(text, /start again/);
  await runCommand(page, "Notifications: Clear All Notifications");
});
