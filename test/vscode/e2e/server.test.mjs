/** Servers: a llama-server is asked for that is not there; and a model that is to be used while another server answers. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { graveViolations } from "../host/axe.mjs";
import { conversation } from "../host/conversation.mjs";
import { notification, runCommand, until } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { serveModel } from "../host/serving.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
const served = path.join(models, "served.gguf");
let workbench;
let chat;
let server;
before(async () => {
  await writeScripted(served, "The server says this.\n");
  await writeScripted(path.join(models, "here.gguf"), "This machine says this.\n");
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.backend": "llama-server", "hunch.effort": "off" }),
    // None is found here, nothing can be built with that compiler, and nothing is fetched for it.
    env: { CXX: "/nowhere/c++", HUNCH_LLAMA_SERVER: "", PATH: "/usr/bin:/bin" },
    prepareData: (folder) => {
      const studio = path.join(folder, "home/.lmstudio/models/someone/here-GGUF");
      mkdirSync(studio, { recursive: true });
      cpSync(path.join(models, "here.gguf"), path.join(studio, "model-here.gguf"));
    },
  });
  chat = conversation(workbench);
});
after(async () => {
  await workbench?.close();
  server?.kill();
  rmSync(models, { recursive: true });
});

/** Pictures what is on screen in each of the themes. */
const pictured = (name, check = async () => {}) =>
  chat.inThemes(async (theme, kind) => {
    await check(theme);
    await workbench.screenshot(`${name}-${kind}`);
  });

test("a question says which program is missing, and its button gets one", async () => {
  const { page, panel } = workbench;
  await workbench.openPanel();
  await workbench.ask("What is a deadlock?");
  const card = panel.locator(".card-error");
  await card.waitFor();
  assert.match(await card.textContent(), /There is no llama-server on PATH, and Hunch has none/);
  await pictured("llama-server-missing", async (theme) =>
    assert.deepEqual(await graveViolations(page, panel, ".part.sidebar"), [], theme),
  );
  await card.getByRole("button", { name: "Get llama-server" }).click();
  await notification(page, /a C\+\+ compiler.* is missing/);
  await pictured("llama-server-cannot-build");
  await runCommand(page, "Notifications: Clear All Notifications");
});

test("where a server answers, Use of a model asks first: then nothing changes, the server's models are offered, or it runs here", async () => {
  const { page, panel } = workbench;
  const started = await serveModel(served);
  ({ server } = started);
  workbench.changeSettings({ "hunch.backend": "openai", "hunch.endpoint": started.endpoint });
  const { host } = new URL(started.endpoint);
  await panel.getByRole("button", { name: `Model: ${host}. Choose another.` }).waitFor();
  await chat.newChat();
  await workbench.ask("Who are you?");
  await chat.says(/The server says this/);
  await chat.ended();

  await runCommand(page, "Hunch: Manage Models");
  const row = page.locator(".pane .monaco-list-row").filter({ hasText: "model-here" }).first();
  const question = "A server answers, as the setting hunch.backend says, with models of its own.";
  const use = async () => {
    await row.hover();
    await row.locator('.action-label[aria-label="Use for Answers"]').click();
    await notification(page, question);
  };
  const answer = (name) => page.locator(".notifications-center .monaco-button", { hasText: name }).click();
  const unchanged = () => assert.equal(workbench.setting("hunch.backend"), "openai");
  await use();
  await pictured("use-where-server-answers");
  await runCommand(page, "Notifications: Clear All Notifications");
  unchanged();

  await use();
  await answer("Select the Server's Model");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "the server's first" }).waitFor();
  await workbench.screenshot("server-models");
  await page.keyboard.press("Escape");
  unchanged();

  await use();
  await answer("Run It Here");
  await until("the settings", () => workbench.setting("hunch.backend") === "auto");
  await until("the model", () => /model-here\.gguf$/.test(workbench.setting("hunch.model")));
  await until("the row to say so", async () => /answers/.test((await row.textContent()) ?? ""));
  await panel.getByRole("button", { name: /^Model: model-here/ }).waitFor();
  await workbench.screenshot("use-here");
  await chat.newChat();
  await workbench.ask("And who are you?");
  await chat.says(/This machine says this/);
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
