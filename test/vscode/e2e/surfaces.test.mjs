/** Where Hunch meets the rest of VS Code: its chat view, its language models, and two folders with the same files. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { conversation, endless, exact } from "../host/conversation.mjs";
import { closeEditors, pressAway, repository, runCommand, selectLines, until } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
const writer = path.join(models, "writer.gguf");
let workbench;
let chat;
before(async () => {
  await writeScripted(writer, "```ts\nexport const total = () => 0;\n``` \n");
  workbench = await openWorkbench({
    settings: testSettings(exact),
    prepare: twoFolders,
    prepareData: (folder) =>
      cpSync(path.join(repository, "test/vscode/modelUser"), path.join(folder, "extensions/model-user"), {
        recursive: true,
      }),
  });
  chat = conversation(workbench);
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

/** Two folders with the same files, and a workspace file beside them. */
function twoFolders(folder) {
  const [alpha, beta] = ["alpha", "beta"].map((name) => path.join(folder, name));
  mkdirSync(alpha);
  for (const name of ["src", "notes.md"]) renameSync(path.join(folder, name), path.join(alpha, name));
  cpSync(alpha, beta, { recursive: true });
  writeFileSync(
    path.join(beta, "src/cart.ts"),
    readFileSync(path.join(alpha, "src/cart.ts"), "utf8").replace("Math.floor", "Math.ceil"),
  );
  writeFileSync(
    path.join(folder, "both.code-workspace"),
    JSON.stringify({ folders: [{ path: "alpha" }, { path: "beta" }] }),
  );
  return "both.code-workspace";
}

/** Opens the file of one of the folders, which only its whole path tells from the other's. */
async function openIn(folder) {
  const { page, workspace } = workbench;
  await closeEditors(page);
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.fill(path.join(workspace, folder, "src/cart.ts"));
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "cart.ts" });
  await row.filter({ hasText: folder }).first().click();
  await page.locator('.tab.active[data-resource-name="cart.ts"]').waitFor();
  await page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
}

test("another extension uses the model: counts, streams, cancels", async () => {
  await runCommand(workbench.page, "Model User: Ask a Model");
  const file = path.join(workbench.workspace, "model-user.json");
  const result = await until("its report", () => existsSync(file) && JSON.parse(readFileSync(file, "utf8") || "null"));
  assert.equal(result.error, undefined);
  assert.ok(result.tokens > 5 && result.tokens < 40, JSON.stringify(result));
  assert.ok(result.parts.length > 3 && result.parts.join("").trim() !== "", JSON.stringify(result.parts));
  assert.ok(result.cancelled.parts < 200, JSON.stringify(result.cancelled));
  assert.match(result.cancelled.error ?? "", /cancel/i);
});

test("@hunch in VS Code's chat: slash commands, a streamed answer, and its end by the chat's own button", async () => {
  const { page } = workbench;
  await openIn("beta");
  await selectLines(page, 8, 15);
  await runCommand(page, "Hunch: Ask @hunch in VS Code's Chat");
  const chat = page.locator(".interactive-session");
  const input = chat.locator(".chat-input-container .monaco-editor").first();
  const typed = async () => ((await input.textContent()) ?? "").replaceAll("\u00a0", " ");
  await until("@hunch in the input", async () => /@hunch/.test(await typed()));
  await chat.locator(".chat-input-container .monaco-editor.focused").first().waitFor();
  await page.keyboard.type("/");
  for (const name of ["/bugs", "/docs", "/explain", "/fix", "/tests"])
    await page.locator(".suggest-widget .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.type("explain");
  await page.keyboard.press("Escape");
  await page.keyboard.type(` ${endless}`);
  await until("the question in the input", async () => (await typed()).includes(`/explain ${endless}`));
  // Enter is the list's while one is open.
  await page.locator(".suggest-widget.visible").waitFor({ state: "hidden" });
  await page.keyboard.press("Enter");
  const answer = chat.locator(".interactive-response .chat-markdown-part").last();
  const text = async () => ((await answer.isVisible()) ? await answer.textContent() : "") ?? "";
  const early = await until("the beginning of the answer", async () => (await text()) || null);
  await workbench.screenshot("vscode-chat");
  await until("more of it", async () => (await text()).length > early.length);
  const cancel = chat
    .locator(
      '.chat-input-toolbars .action-label[aria-label^="Cancel"], .chat-execute-toolbar .action-label[aria-label^="Stop"]',
    )
    .first();
  await pressAway(cancel);
  const stopped = await text();
  assert.ok(stopped.startsWith(early.slice(0, 20)), stopped.slice(0, 60));
});

test("two folders with the same files: # offers both, and the question has the right places", async () => {
  const { panel } = workbench;
  await runCommand(workbench.page, "View: Toggle Secondary Side Bar Visibility");
  await workbench.openPanel();
  await chat.newChat();
  for (const folder of ["alpha", "beta"]) {
    await chat.question.pressSequentially("#file:cart");
    await panel
      .getByRole("option", { name: new RegExp(`${folder}/src/cart\\.ts`) })
      .first()
      .click();
    await panel.getByRole("button", { name: `Leave out ${folder}/src/cart.ts`, exact: true }).waitFor();
  }
  await workbench.screenshot("two-folders");
  await workbench.ask("Which one rounds up?");
  await panel.locator(".turn-user .chip").first().waitFor();
  const chips = await panel
    .locator(".turn-user .chip")
    .evaluateAll((all) => all.map((chip) => `${chip.textContent} ${chip.title}`));
  for (const folder of ["alpha", "beta"])
    assert.ok(
      chips.some((chip) => chip.includes(`${folder}/src/cart.ts`)),
      chips.join("; "),
    );
  await chat.grows(3);
  await chat.end();
});

test("a change in the second folder leaves the same file of the first alone", async () => {
  const { page, panel, workspace } = workbench;
  const file = (folder, name = "cart.ts") => path.join(workspace, folder, "src", name);
  const read = (folder) => readFileSync(file(folder), "utf8");
  const apply = page.locator('.editor-actions .action-label[aria-label^="Apply Change"]');
  const diff = page.locator(".monaco-diff-editor");
  const [alpha, beta] = [read("alpha"), read("beta")];
  await chat.use({ "hunch.model": writer, "hunch.showTokenOrigins": false });
  await openIn("beta");
  await selectLines(page, 8, 15);
  await workbench.openPanel();
  await chat.newChat();
  await panel.getByRole("button", { name: /Send the selection beta\/src\/cart\.ts/ }).waitFor();
  await workbench.ask("Make all of it free.");
  await panel.getByRole("button", { name: "Show the code as a change, to apply" }).click();
  await diff.waitFor();
  await workbench.screenshot("second-folder");
  await apply.click();
  await diff.waitFor({ state: "detached" });
  await page.locator('.tab.active[data-resource-name="cart.ts"]').waitFor();
  await page.locator(".editor-group-container.active .monaco-editor").first().click();
  await page.keyboard.press("Control+s");
  await until("the change in the file", () => read("beta") !== beta);
  assert.match(read("beta"), /export const total = \(\) => 0;\s+export class Cart/);
  assert.equal(read("alpha"), alpha);

  await selectLines(page, 8, 8);
  await runCommand(page, "Hunch: Write Tests");
  await apply.click();
  await until("the tests beside it", () => existsSync(file("beta", "cart.test.ts")));
  assert.equal(existsSync(file("alpha", "cart.test.ts")), false);
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
