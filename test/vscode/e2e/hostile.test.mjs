/**
 * Files, names and answers that want more than to be read, in a real VS Code: nothing of them runs, loads anything or
 * becomes an element of the page, in the chat, under the code and in what the editor says.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { conversation } from "../host/conversation.mjs";
import { notification, openFile, runCommand, until } from "../host/host.mjs";
import { shared, writeScripted } from "../host/scripted.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
const model = path.join(models, "hostile.gguf");
const fileName = "<img src=x onerror=alert(1)> [a](command:workbench.action.quit) `.ts";
const last = "The very end.";
let files;
let texts;
let workbench;
let chat;
let dialogs = 0;
before(async () => {
  const { hostileDocuments } = await shared("unit/hostile/documents.ts");
  const { hostile } = await shared("unit/webview/markdownCorpus.ts");
  // One with a zero byte is not asked about: it is no text.
  files = hostileDocuments.map(({ text }) => text.replaceAll("\0", ""));
  // The long ones are to take time.
  texts = [...files, ...Object.values(hostile).filter((text) => text.length < 3_000)];
  // Behind a fence that is never closed, or a comment, all the rest would be harmless.
  const swallows = (text) => /```|~~~|<!--|\$\$|\\\[|<(?:script|style|pre|textarea)|^ {0,3}`/m.test(text);
  const inOrder = [...texts.filter((text) => !swallows(text)), ...texts.filter(swallows)];
  const answerTexts = [...new Set(inOrder.map((text) => `${text}\n\n`)), last];
  await writeScripted(model, "", { contextLength: 32_768, answerTexts });
  workbench = await openWorkbench({
    settings: testSettings({
      "hunch.model": model,
      "hunch.maxTokens": 6_000,
      "hunch.contextSize": 32_768,
      // VS Code would ask about them, in front of everything.
      "editor.unusualLineTerminators": "off",
    }),
    prepare: (folder) => writeFileSync(path.join(folder, fileName), files.join("\n")),
  });
  workbench.page.on("dialog", () => dialogs++);
  chat = conversation(workbench);
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

/** What no text may make of itself: elements that run, load, send or lead somewhere without a question. */
const made = (root) =>
  root.evaluate((element) =>
    [...element.querySelectorAll("*")]
      .filter(
        (one) =>
          one.matches("script, style, iframe, object, embed, img, video, audio, form, base, meta, link") ||
          one.matches(
            "[data-href^='command:'], [href^='command:'], [href^='javascript:'], [data-href^='javascript:']",
          ) ||
          one.getAttributeNames().some((name) => name.startsWith("on")),
      )
      .map((one) => one.outerHTML.slice(0, 200)),
  );

test("in the chat: the answer, the question and the name of its file", async () => {
  assert.ok(texts.length >= 120, `${texts.length} documents`);
  await openFile(workbench.page, fileName);
  await workbench.openPanel();
  await chat.question.pressSequentially("#file:img");
  await chat.panel
    .getByRole("option", { name: /onerror/ })
    .first()
    .click();
  await chat.panel.getByRole("button", { name: /^Leave out .*onerror/ }).waitFor();
  await workbench.ask(texts.join("\n").slice(0, 4_000));
  await until("the whole answer", async () => (await chat.text()).includes(last));
  await chat.ended();
  await workbench.screenshot("hostile-chat");
  assert.deepEqual(await made(chat.panel.locator(".conversation")), []);
  assert.ok((await chat.panel.locator(".turn-user .chip").allTextContents()).some((name) => name.includes("onerror")));
});

test("under the code: the comment, and its title", async () => {
  const { page } = workbench;
  await openFile(page, fileName);
  await page.locator(".editor-group-container.active .monaco-editor").first().click();
  await page.keyboard.press("Control+a");
  await runCommand(page, "Hunch: Explain Selection");
  const thread = page.locator(".review-widget");
  await until("the whole answer", async () => ((await thread.textContent()) ?? "").includes(last));
  await workbench.screenshot("hostile-thread");
  for (const part of [".head", ".review-comment-contents"])
    assert.deepEqual(await made(thread.locator(part)), [], part);
});

test("above the question of Ask, and in a notification", async () => {
  const { page } = workbench;
  await openFile(page, fileName);
  await page.locator(".editor-group-container.active .monaco-editor").first().click();
  await page.keyboard.press("Control+a");
  await runCommand(page, "Hunch: Ask…");
  const prompt = page.locator(".quick-input-message", { hasText: "onerror" });
  await prompt.waitFor();
  assert.deepEqual(await made(prompt), []);
  await page.keyboard.press("Escape");
  await runCommand(page, "Hunch: Write Tests");
  // Not VS Code's own of that file ("Analyzing … and its dependencies").
  await notification(page, "Hunch: Write tests for <img");
  await workbench.screenshot("hostile-notification");
  const said = page.locator(".notifications-center .notification-list-item-message", { hasText: "Hunch: Write tests" });
  for (const one of await said.all()) assert.deepEqual(await made(one), [], await one.textContent());
});

test("nothing asked for another place than this machine, or opened a dialog", () => {
  assert.deepEqual([...workbench.external], []);
  assert.equal(dialogs, 0);
});
