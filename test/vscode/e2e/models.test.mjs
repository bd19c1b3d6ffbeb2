/** First steps and the models' view: a check of the machine, what other programs have, and what each button does. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { notification, runCommand, until } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testModel, testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const scripted = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
let workbench;
let hub;
before(async () => {
  const tiny = path.join(scripted, "tiny.gguf");
  await writeScripted(tiny, "It splits a bill.\n");
  hub = await slowHub();
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.model": "smollm2-135m" }),
    // The slow hub is the only source: a mirror that is near would be done before anything can be seen or cancelled.
    env: { HF_ENDPOINT: hub.origin, PIP_NO_INDEX: "1" },
    prepareData: (folder) => fillHome(path.join(folder, "home"), tiny),
  });
});
after(async () => {
  await workbench?.close();
  hub?.close();
  rmSync(scripted, { recursive: true });
});

/** Models as Hunch and four other programs keep them. The host's home is also its cache folder. */
function fillHome(home, tiny) {
  const put = (name) => {
    const file = path.join(home, name);
    mkdirSync(path.dirname(file), { recursive: true });
    cpSync(tiny, file);
  };
  put(".lmstudio/models/someone/studio-GGUF/studio-model.gguf");
  put("huggingface/hub/models--someone--hub/snapshots/abc/hub-model.gguf");
  put("llama.cpp/cpp-model.gguf");
  const digest = "a".repeat(64);
  put(`.ollama/models/blobs/sha256-${digest}`);
  const manifest = path.join(home, ".ollama/models/manifests/registry/library/olla/latest");
  mkdirSync(path.dirname(manifest), { recursive: true });
  const layer = { mediaType: "application/vnd.ollama.image.model", digest: `sha256:${digest}` };
  writeFileSync(manifest, JSON.stringify({ layers: [layer] }));
  const own = path.join(home, "hunch/models/smollm2-135m");
  mkdirSync(own, { recursive: true });
  symlinkSync(testModel(), path.join(own, "SmolLM2-135M-Instruct.Q4_1.gguf"));
}

/** A hub that sends any file, slowly, and never to its end. */
async function slowHub() {
  const timers = new Set();
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": 491_400_064, etag: '"1"' });
    const timer = setInterval(() => response.write(Buffer.alloc(400_000)), 50);
    timers.add(timer);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    for (const timer of timers) clearInterval(timer);
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

const view = () =>
  workbench.page.locator('.pane:has([aria-label="Models Section"], .pane-header[aria-label^="Models"])');
const row = (name) => workbench.page.locator(".pane .monaco-list-row").filter({ hasText: name }).first();
const described = (name, pattern) =>
  until(`“${name}” to say ${pattern}`, async () => pattern.test((await row(name).textContent()) ?? ""));

/** The row's button, which shows when the pointer is over the row. */
async function press(name, action) {
  await row(name).hover();
  await row(name).locator(`.action-label[aria-label="${action}"]`).click();
}

async function chooseInMenu(name, entry) {
  await row(name).click({ button: "right" });
  const chosen = workbench.page.locator(".monaco-menu .action-label", { hasText: entry }).first();
  await chosen.waitFor();
  // A menu takes no clicks in the moment in which it opens.
  await until("the menu to close", async () => {
    await chosen.click({ timeout: 1_000 }).catch(() => null);
    return !(await chosen.isVisible());
  });
}

async function confirm(pattern) {
  const dialog = workbench.page.locator(".monaco-dialog-box");
  await dialog.waitFor();
  assert.match(await dialog.textContent(), pattern);
  await dialog.locator(".monaco-button", { hasText: "Delete" }).click();
}

test("the walkthrough opens, and its first step looks at the machine and recommends a model", async () => {
  const { page } = workbench;
  await runCommand(page, "Hunch: Get Started");
  await page.locator(".getting-started-step", { hasText: "Look at this machine" }).first().waitFor();
  await workbench.screenshot("walkthrough");
  await page.getByRole("button", { name: "Recommend a Model" }).first().click();
  const text = await notification(page, /memory are free; \d+ processor cores/);
  assert.match(text, /(suits it: it needs|comes closest: it needs) [\d.]+ GB/);
  await page.locator(".notifications-center .monaco-button", { hasText: "Show All Models" }).click();
  await row("SmolLM2 135M Instruct").waitFor();
  await runCommand(page, "Notifications: Clear All Notifications");
  // Both views are shown for the first time here, and the chat once stayed empty.
  await workbench.panel.getByRole("textbox", { name: "Question" }).waitFor();
});

test("the view has the models of Hunch, of four other programs, and those to download", async () => {
  for (const [name, pattern] of [
    ["SmolLM2 135M Instruct", /answers · 98\.4 MB · Apache-2\.0/],
    ["studio-model", /LM Studio/],
    ["hub-model", /Hugging Face/],
    ["cpp-model", /llama\.cpp/],
    ["olla:latest", /Ollama/],
    ["Qwen2.5-Coder 0.5B Instruct", /491 MB · Apache-2\.0/],
  ])
    await described(name, pattern);
  await view().waitFor();
});

test("verify hashes the file", async () => {
  const { page } = workbench;
  await press("SmolLM2 135M Instruct", "Verify");
  await notification(page, /SmolLM2 135M Instruct is whole: its checksum is the publisher's/);
  await runCommand(page, "Notifications: Clear All Notifications");
});

test("use and draft change the settings, and the view says so", async () => {
  await chooseInMenu("hub-model", "Use as Draft Model");
  await described("hub-model", /drafts/);
  await until("the setting", () => /hub-model\.gguf$/.test(workbench.setting("hunch.draftModel")));
  await chooseInMenu("hub-model", "Draft No More");
  await described("hub-model", /^(?!.*drafts)/);
  await until("the setting", () => workbench.setting("hunch.draftModel") === "none");
  await press("studio-model", "Use for Answers");
  await described("studio-model", /answers/);
  await described("SmolLM2 135M Instruct", /^(?!.*answers)/);
});

test("try it: the model of the other program explains the sample below its code", async () => {
  const { page } = workbench;
  await page.locator(".getting-started-step", { hasText: "Try it" }).first().click();
  await page.getByRole("button", { name: "Explain a Sample" }).first().click();
  await until("the explanation", async () =>
    /It splits a bill/.test((await page.locator(".review-widget").textContent()) ?? ""),
  );
  await workbench.screenshot("try-it");
  // What is explained next must not be taken for this one.
  await page.locator('.review-widget .action-label[aria-label^="Delete"]').dispatchEvent("click");
  await page.locator(".review-widget").waitFor({ state: "detached" });
});

test("a download shows its progress, is cancelled, and what came is kept until it is deleted", async () => {
  const { page } = workbench;
  const name = "Qwen2.5-Coder 0.5B Instruct";
  await press(name, "Download");
  await described(name, /[1-9]\d* MB of 491 MB/);
  await workbench.screenshot("models-downloading");
  await press(name, "Cancel Download");
  await described(name, /MB are here/);
  await press(name, "Delete");
  await confirm(/Delete Qwen2\.5-Coder 0\.5B Instruct from this machine\?/);
  await described(name, /491 MB · Apache/);
  assert.equal(existsSync(path.join(workbench.host.dataDir, "home/hunch/models/qwen2.5-coder-0.5b")), false);
  await runCommand(page, "Notifications: Clear All Notifications");
});

test("the commands of the palette: recommend, select, download and cancel, list", async () => {
  const { page } = workbench;
  const picker = (name) => page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first();
  await runCommand(page, "Hunch: Recommend a Model");
  await notification(page, /memory are free; \d+ processor cores/);
  await runCommand(page, "Notifications: Clear All Notifications");

  await runCommand(page, "Hunch: Select Model");
  // What was found on this disk comes last, below the list's edge.
  await page.locator(".quick-input-widget input").first().fill("cpp-model");
  await picker("cpp-model").click();
  await until("the setting", () => /cpp-model\.gguf$/.test(workbench.setting("hunch.model")));
  await runCommand(page, "Hunch: Try It on a Sample");
  await until("the explanation", async () =>
    /It splits a bill/.test((await page.locator(".review-widget").last().textContent()) ?? ""),
  );

  const name = "Qwen2.5-Coder 0.5B Instruct";
  await runCommand(page, "Hunch: Download Model");
  await picker(name).click();
  await notification(page, /[1-9]\d* MB of 491 MB/);
  await page.locator(".notifications-center .monaco-button", { hasText: "Cancel" }).click();
  await runCommand(page, "Hunch: Manage Models");
  await described(name, /MB are here/);
  await press(name, "Delete");
  await confirm(/Delete Qwen2\.5-Coder 0\.5B Instruct from this machine\?/);
  await described(name, /491 MB · Apache/);
  await runCommand(page, "Notifications: Clear All Notifications");
});

test("Look Again finds a model that came meanwhile", async () => {
  const folder = path.join(workbench.host.dataDir, "home/.lmstudio/models/someone/later-GGUF");
  mkdirSync(folder);
  cpSync(path.join(scripted, "tiny.gguf"), path.join(folder, "later-model.gguf"));
  assert.equal(await row("later-model").count(), 0);
  await view().hover();
  await view().locator('.action-label[aria-label^="Look Again"]').click();
  await described("later-model", /LM Studio/);
});

test("delete removes the file, after a question", async () => {
  const folder = path.join(workbench.host.dataDir, "home/hunch/models/smollm2-135m");
  await press("SmolLM2 135M Instruct", "Delete");
  await confirm(/98\.4 MB become free/);
  await until("the file to go", () => !existsSync(folder));
  assert.ok(existsSync(testModel()));
});

test("looks right in three themes", async () => {
  for (const [theme, name] of [
    ["Dark Modern", "dark"],
    ["Light Modern", "light"],
    ["Default High Contrast", "contrast"],
  ]) {
    workbench.changeSettings({ "workbench.colorTheme": theme });
    await workbench.page
      .locator(`.monaco-workbench.${name === "contrast" ? "hc-black" : name === "dark" ? "vs-dark" : "vs"}`)
      .waitFor();
    await workbench.screenshot(`models-${name}`);
  }
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
