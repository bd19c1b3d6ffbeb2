/** Where questions are written: what goes along by mentions and by pasting, the pickers, the keys, and what one waits for. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { conversation, exact } from "../host/conversation.mjs";
import { openFile, pressKeys, runCommand, selectLines, until } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testModel, testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
const ponders = path.join(models, "ponders.gguf");
let workbench;
let chat;
before(async () => {
  await writeScripted(path.join(models, "other.gguf"), "The other one says this.\n");
  await writeScripted(ponders, "Enough thought.\n", { loop: true, contextLength: 32_768 });
  workbench = await openWorkbench({
    settings: testSettings({ ...exact, "hunch.contextSize": 8_192, "hunch.parallelGenerations": 1 }),
    prepare: fillWorkspace,
    prepareData: (folder) => {
      const studio = path.join(folder, "home/.lmstudio/models/someone/other-GGUF");
      mkdirSync(studio, { recursive: true });
      cpSync(path.join(models, "other.gguf"), path.join(studio, "other-model.gguf"));
    },
  });
  await workbench.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  chat = conversation(workbench);
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

/** A file with an error, one of a few thousand tokens, and a change that is not committed. */
function fillWorkspace(folder) {
  writeFileSync(path.join(folder, "src/broken.ts"), 'export const price: number = "three";\n');
  const lines = Array.from({ length: 450 }, (_, i) => `export const price${i} = ${i * 7} + shipping(${i});\n`);
  writeFileSync(path.join(folder, "src/prices.ts"), lines.join(""));
  const git = (...args) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "first");
  appendFileSync(path.join(folder, "notes.md"), "Not more than nine pieces.\n");
}

/** Thousands are grouped by a narrow space. */
const plain = (text) => (text ?? "").replaceAll("\u202f", "");
const chip = (name) => chat.panel.getByRole("button", { name });
const askedChips = () => chat.panel.locator(".turn-user").last().locator(".chip").allTextContents();

/** Types into the question and takes the offer that begins with `offer`. */
async function mention(typed, offer) {
  await chat.question.pressSequentially(typed);
  await chat.panel.getByRole("option", { name: offer }).first().waitFor();
  await chat.question.press("Enter");
}

async function ask(text) {
  await workbench.ask(text);
  await chat.lastTurn.waitFor();
  const chips = await askedChips();
  await chat.end();
  return chips;
}

test("#problems and #changes go along, and the selection again when it was left out", async () => {
  const { page } = workbench;
  await openFile(page, "broken.ts");
  await page.locator(".monaco-editor .squiggly-error").first().waitFor();
  await selectLines(page, 1, 1);
  await workbench.openPanel();
  const selection = chip(/Send the selection .*broken\.ts/);
  await selection.click();
  await until("the selection to be left out", async () => (await selection.getAttribute("aria-pressed")) === "false");
  await mention("#prob", /problems/);
  await chip("Leave out problems of the open file").waitFor();
  await mention("#chan", /changes/);
  await chip("Leave out changes not yet committed").waitFor();
  await mention("#sel", /selection/);
  await until("the selection to go along", async () => (await selection.getAttribute("aria-pressed")) === "true");
  await workbench.screenshot("all-chips");
  const chips = await ask("What is wrong here?");
  assert.deepEqual(chips, ["src/broken.ts:1", "Problems in src/broken.ts:1", "notes.md:1-4"]);
});

test("code that is copied in an editor and pasted goes along with its place", async () => {
  const { page } = workbench;
  await chat.newChat();
  await openFile(page, "cart.ts");
  await selectLines(page, 8, 15);
  await page.keyboard.press("Control+c");
  await selectLines(page, 1, 1);
  await page.keyboard.press("ArrowRight");
  await chat.question.click();
  await page.keyboard.press("Control+v");
  await chip(/^Leave out pasted code, 8 lines/).waitFor();
  assert.equal(await chat.question.inputValue(), "");
  assert.deepEqual(await ask("What is this?"), ["cart.ts:8-15"]);
});

test("a file is completed after #file:, and one that is typed out goes along too", async () => {
  await chat.newChat();
  await chat.question.pressSequentially("What does #file:ca");
  const offers = chat.panel.getByRole("option");
  await offers.filter({ hasText: "src/cart.ts" }).waitFor();
  assert.deepEqual(
    (await offers.locator(".completion-place").allTextContents()).filter((place) => !/ca/i.test(place)),
    [],
    "only what fits is offered",
  );
  await workbench.screenshot("files-offered");
  await chat.question.press("Tab");
  await chip("Leave out src/cart.ts").waitFor();
  assert.equal(await chat.question.inputValue(), "What does ");
  await chat.question.pressSequentially("have to do with #file:notes.md?");
  await chat.question.press("Enter");
  await chat.lastTurn.waitFor();
  const asked = chat.panel.locator(".turn-user .question");
  assert.equal(await asked.textContent(), "What does have to do with #file:notes.md?");
  assert.deepEqual(await askedChips(), ["cart.ts:1-29", "notes.md:1-4"]);
  await chat.end();
});

test("a suggested question takes along what was chosen, and is answered", async () => {
  await chat.newChat();
  await mention("#chan", /changes/);
  await chip("Leave out changes not yet committed").waitFor();
  await mention("#file:cart", /cart\.ts/);
  await chip("Leave out src/cart.ts").waitFor();
  const suggestion = chat.panel.locator(".suggestion").first();
  const question = await suggestion.textContent();
  await suggestion.click();
  await chat.lastTurn.waitFor();
  assert.equal(await chat.panel.locator(".turn-user .question").textContent(), question);
  assert.deepEqual(await askedChips(), ["notes.md:1-4", "cart.ts:1-29"]);
  assert.equal(await chip(/^Leave out/).count(), 0, "they go with one question only");
  await chat.grows(3);
  await chat.end();
});

/** What the model got for a question that began a chat, as the chat keeps it to ask the next one. */
const sent = (question) =>
  until(`what “${question}” became`, () => {
    const { turns, inputs } = workbench.conversations().find(({ turns }) => turns[0].text === question) ?? {};
    return inputs?.[turns[1].id].sent;
  });

const slashTasks = {
  "/bugs": /Look for bugs in this code/,
  "/docs": /Write the documentation comment of this code/,
  "/fix": /Find the fault in this code and correct it[\s\S]*The editor reports:\n- line 1, error .*is not assignable/,
};

test("/bugs, /docs and /fix are tasks about the selection, and /fix goes by what the editor reports", async () => {
  const { page } = workbench;
  await openFile(page, "broken.ts");
  await page.locator(".monaco-editor .squiggly-error").first().waitFor();
  await selectLines(page, 1, 1);
  for (const [command, task] of Object.entries(slashTasks)) {
    await chat.newChat();
    await chip(/Send the selection .*broken\.ts/).waitFor();
    const question = `${command} in short`;
    await workbench.ask(question);
    await chat.grows(3);
    await chat.end();
    assert.equal(await chat.panel.locator(".turn-user .question").textContent(), question);
    assert.deepEqual(await askedChips(), ["broken.ts:1"]);
    const asked = await sent(question);
    assert.match(asked, task);
    assert.match(asked, /price: number = "three";[\s\S]*in short$/);
  }
  // With a selection the endless questions of the next tests come to an end.
  await openFile(page, "cart.ts");
  await chip(/Send the selection/).waitFor({ state: "detached" });
});

test("the effort is picked in the panel, and that is a setting", async () => {
  await chat.panel.getByRole("combobox", { name: "Thinking effort" }).selectOption("low");
  await until("the setting", () => workbench.setting("hunch.effort") === "low");
  await chat.panel.getByRole("combobox", { name: "Thinking effort" }).selectOption("off");
  await until("the setting", () => workbench.setting("hunch.effort") === "off");
});

test("a second question waits for the first in another chat, and says so", async () => {
  await chat.askEndless();
  await chat.grows(20);
  await chat.askEndless();
  await chat.panel.locator(".waiting p", { hasText: /^Waiting, 1 ahead$/ }).waitFor();
  await workbench.screenshot("waiting");
  await chat.end();
  // The first goes on meanwhile, and the list says so.
  await runCommand(workbench.page, "Hunch: Show Chats");
  const first = chat.panel.locator(".session-open", { hasText: "being answered" });
  assert.match(await first.textContent(), /List all numbers/);
  await first.click();
  await chat.grows(40);
  await chat.end();
});

test("while a long file is read, the panel says how far it is", async () => {
  await chat.newChat();
  await mention("#file:prices", /prices\.ts/);
  await workbench.ask("Which is the highest?");
  const waiting = chat.panel.locator(".waiting").last();
  const [, read, all] = await until("progress", async () =>
    /Reading (\d+) of (\d+) tokens/.exec(plain((await waiting.allTextContents()).join(""))),
  );
  assert.ok(
    Number(all) > 3_000,
    `${read} of ${all}: ${JSON.stringify(await chat.panel.locator(".turn").allTextContents())} ${JSON.stringify(await waiting.allTextContents())}`,
  );
  await workbench.screenshot("prefill");
  await chat.end();
});

test("Escape in the panel stops the answer, and so do the keys of the editor", async () => {
  const { page } = workbench;
  await chat.askEndless();
  const before = await chat.grows(20);
  await chat.question.press("Escape");
  await chat.sendButton.waitFor();
  assert.ok((await chat.text()).startsWith(before));
  await openFile(page, "cart.ts");
  await chat.askEndless();
  await chat.grows(20);
  await page.locator(".editor-group-container.active .monaco-editor").first().click();
  await pressKeys(page, "Control+Alt+h s");
  await chat.sendButton.waitFor();
  await chat.panel.locator(".notice", { hasText: "Stopped. What was written so far is kept." }).waitFor();
});

/** From now on every answer is a thought without an end. */
const ponder = () =>
  chat.use({
    "hunch.model": ponders,
    "hunch.contextSize": 32_768,
    "hunch.maxTokens": 30_000,
    "hunch.effort": "max",
    "hunch.showTokenOrigins": false,
  });

const endThought = {
  "Alt+Enter in the panel": () => chat.question.press("Alt+Enter"),
  "the command": () => runCommand(workbench.page, "Hunch: Answer Now"),
  "the keys in an editor": async () => {
    await openFile(workbench.page, "cart.ts");
    await pressKeys(workbench.page, "Control+Alt+h a");
  },
  "the button": () => chat.panel.getByRole("button", { name: "Answer now" }).click(),
};

test("a thought grows with its count, and Alt+Enter, the command, the keys and the button end it", async () => {
  await ponder();
  for (const end of Object.keys(endThought)) {
    await chat.newChat();
    await workbench.ask("Is it free?");
    const count = chat.panel.locator(".thinking-live .disclosure");
    const tokens = async () => Number(/(\d+)(?: \/ \d+)? tokens/.exec(plain(await count.textContent()))?.[1] ?? 0);
    const early = await until("a count", tokens);
    await until("more of it", async () => (await tokens()) > early);
    await endThought[end]();
    await chat.ended();
    assert.match(await chat.lastTurn.locator(".thinking .disclosure").textContent(), /ended by you/, end);
    await chat.says(/Enough thought/);
  }
});

test("a thought folded while it is written: the next ones begin folded, in the next window too, until one is unfolded", async () => {
  await ponder();
  const thought = chat.panel.locator(".thinking-live");
  const fold = thought.locator(".disclosure");
  const thinks = async (open) => {
    await chat.newChat();
    await workbench.ask("Is it free?");
    await thought.waitFor();
    assert.equal(await fold.getAttribute("aria-expanded"), String(open));
    assert.equal(await thought.locator(".thought").count(), open ? 1 : 0);
  };
  await thinks(true);
  await fold.click();
  await thought.locator(".thought").waitFor({ state: "detached" });
  await chat.end();
  await thinks(false);
  await chat.end();
  await workbench.load();
  await workbench.openPanel();
  await thinks(false);
  await fold.click();
  await thought.locator(".thought").waitFor();
  await chat.end();
  await thinks(true);
  await chat.end();
});

test("another model is picked in the panel and answers", async () => {
  const { page } = workbench;
  await chat.panel.getByRole("button", { name: /^Model: .* Choose another\.$/ }).click();
  const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "other-model" });
  await row.waitFor();
  await row.click();
  await until("the setting", () => /other-model\.gguf$/.test(workbench.setting("hunch.model")));
  await chat.panel.getByRole("button", { name: /^Model: other-model/ }).waitFor();
  await chat.newChat();
  await workbench.ask("Who are you?");
  await chat.ended();
  await chat.says(/The other one says this/);
  workbench.changeSettings({ "hunch.model": testModel() });
});

test("nothing was fetched from anywhere", () => {
  assert.deepEqual([...workbench.external], []);
});
