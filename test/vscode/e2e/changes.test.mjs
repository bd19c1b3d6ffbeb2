/** A proposed change in the user interface: its diff, its buttons and its key; and notes at the ends of lines. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileInFront, openFile, runCommand, selectLines, sleep, until, untilShown } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const answer =
  '```ts\nimport { total } from "./cart";\ntest("nothing costs nothing", () => total([]));\n``` \n9: the sum so far\n10: each item in turn, of which every third piece is free, so that it is not in the price of its pieces together\n';
const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
let workbench;
before(async () => {
  const model = path.join(models, "tests.gguf");
  await writeScripted(model, answer);
  workbench = await openWorkbench({ settings: testSettings({ "hunch.model": model }) });
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

const file = () => path.join(workbench.workspace, "src/cart.test.ts");
const diff = () => workbench.page.locator(".monaco-diff-editor");
const button = (name) => workbench.page.locator(`.editor-actions .action-label[aria-label^="${name}"]`);

async function writeTests() {
  const { page } = workbench;
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await runCommand(page, "Hunch: Write Tests");
  await diff().waitFor();
  await button("Apply Change").waitFor();
}

test("the diff's own buttons: Discard drops the change", async () => {
  await writeTests();
  await workbench.screenshot("change-proposed");
  await button("Discard Change").click();
  await diff().waitFor({ state: "detached" });
  assert.equal(existsSync(file()), false);
});

test("Apply makes it", async () => {
  await writeTests();
  await button("Apply Change").click();
  // It is there before it is written.
  await until("the file", () => existsSync(file()) && /nothing costs nothing/.test(readFileSync(file(), "utf8")));
  await diff().waitFor({ state: "detached" });
});

test("notes stand at the ends of their lines, and a long one is whole in its hover", async () => {
  const { page } = workbench;
  await runCommand(page, "View: Close All Editors");
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await runCommand(page, "Hunch: Annotate Lines");
  // Decorations are drawn as CSS content, which has no text in the page.
  const shown = () =>
    page.evaluate(() =>
      [...document.querySelectorAll(".view-line span")].map((span) => getComputedStyle(span, "::after").content).join(),
    );
  await until("the notes", async () => /the sum so far.*each item in turn/.test(await shown()));
  await workbench.screenshot("notes");
  assert.doesNotMatch(await shown(), /together/);
  const hover = page.locator(".monaco-hover", { hasText: /each\sitem\sin\sturn,.*\spieces\stogether/ });
  await untilShown("the hover", hover, async () => {
    await page.mouse.move(0, 0);
    await page.locator(".view-line span", { hasText: /^for$/ }).first().hover();
  });
});

test("code of an answer in the chat is shown as a change; Apply makes it, Undo takes it back", async () => {
  const { page, panel } = workbench;
  await runCommand(page, "View: Close All Editors");
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await workbench.openPanel();
  await panel.getByRole("button", { name: /Send the selection .*cart\.ts:8-15/ }).waitFor();
  await workbench.ask("Write tests.");
  await panel.getByRole("button", { name: "Show the code as a change, to apply" }).click();
  await diff().waitFor();
  await workbench.screenshot("chat-change");
  await button("Apply Change").click();
  await diff().waitFor({ state: "detached" });
  await fileInFront(page, "cart.ts");
  const text = () => page.locator(".editor-group-container.active .view-lines").textContent();
  let seen = "";
  const changed = async () => {
    seen = await text();
    return /nothing/.test(seen) && !/Math\.floor/.test(seen);
  };
  await until("the change", changed).catch((error) => assert.fail(`${error.message}, but ${seen}`));
  await page.keyboard.press("Control+z");
  await until("the code as it was", async () => /Math/.test(await text()));
});

test("the chat in an editor tab has the turns of the side bar, and what is being typed there", async () => {
  const { page, panel } = workbench;
  const question = () => panel.getByRole("textbox", { name: "Question" });
  const holds = async (draft) => {
    await until(`“${draft}” in the question`, async () => (await question().inputValue()) === draft);
    assert.equal(await panel.locator(".turn-assistant").count(), 1);
    assert.match(await panel.locator(".turn-assistant").textContent(), /nothing costs nothing/);
  };
  await question().fill("half a");
  // The page tells what is typed when it pauses.
  await sleep(1_000);
  await workbench.hidePanel();
  await runCommand(page, "Hunch: Open Chat in Editor");
  await page.locator('.tab[data-resource-name="Hunch"], .tab[aria-label^="Hunch"]').first().waitFor();
  await holds("half a");
  await workbench.screenshot("chat-tab");
});
