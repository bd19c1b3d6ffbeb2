/** What guessing shows of itself: the workspace index that feeds it, its origins and figures, and the benchmark. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { runCommand, until, webview } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

/** Lines of the model's answer, each a token; a third of them stands in a file each. */
const lines = (name) => Array.from({ length: 24 }, (_, i) => `${name} line ${i} of the answer\n`).join("");
const [indexed, ignored, excluded] = [lines("indexed"), lines("ignored"), lines("excluded")];
const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
let workbench;
before(async () => {
  const model = path.join(models, "says-lines.gguf");
  await writeScripted(model, indexed + ignored + excluded);
  workbench = await openWorkbench({
    settings: testSettings({
      "hunch.model": model,
      "hunch.effort": "off",
      "hunch.maxTokens": 400,
      // How much `auto` guesses depends on what passes cost on this machine.
      "hunch.speculation": "suffix",
      "hunch.showTokenOrigins": true,
      "files.exclude": { "**/excluded.txt": true },
    }),
    prepare: (workspace) => {
      mkdirSync(path.join(workspace, "private"));
      writeFileSync(path.join(workspace, ".gitignore"), "private/\n");
      writeFileSync(path.join(workspace, "indexed.txt"), indexed);
      writeFileSync(path.join(workspace, "private/ignored.txt"), ignored);
      writeFileSync(path.join(workspace, "excluded.txt"), excluded);
    },
  });
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

const turn = () => workbench.panel.locator(".turn-assistant");

/** How many lines of a file the answer has, and how many of them were guessed. */
async function origins(name) {
  const runs = turn().locator(":scope > .runs");
  const count = async (part) => (await part.allTextContents()).join("").split(`${name} line`).length - 1;
  return { said: await count(runs), guessed: await count(runs.locator(".origin-suffix")) };
}

// It comes first: what it makes the model say is not taken into the index, unlike an answer.
test("the benchmark runs its short form and shows picture and figures", async () => {
  const { page, screenshot } = workbench;
  await runCommand(page, "Hunch: Benchmark This Machine");
  const tab = page.locator('.tab.active[aria-label^="Hunch: Benchmark"]');
  await tab.waitFor();
  const frames = webview(page, "hunch.hunch");
  const result = frames.locator("body:has(#copy)");
  await result.waitFor();
  await screenshot("benchmark");
  assert.equal(await result.locator("svg").count(), 1);
  const rows = await result.locator("tbody tr").allTextContents();
  for (const workload of ["edit", "repeat-context", "explain", "reason", "chat"])
    assert.equal(rows.filter((row) => row.startsWith(workload)).length, 2, rows.join("\n"));
  await result.getByRole("button", { name: "Copy as Markdown" }).click();
  await runCommand(page, "View: Close All Editors");
  await tab.waitFor({ state: "detached" });
});

test("the index is fed with what files.exclude and .gitignore leave", async () => {
  const [, files] = await until("the index", () =>
    /Workspace index: \d+ tokens; (\d+) files read/.exec(workbench.log()),
  );
  // cart.ts, notes.md, indexed.txt and .gitignore itself.
  assert.equal(Number(files), 4);
});

test("what a file of the workspace says is guessed from it, and is coloured and counted as such", async () => {
  const { panel, screenshot } = workbench;
  await workbench.openPanel();
  await workbench.ask("Say the lines.");
  await turn().locator(".stats").waitFor();
  await until("the whole answer", async () => (await origins("excluded")).said === 24);
  const [fromIndex, fromIgnored, fromExcluded] = await Promise.all(["indexed", "ignored", "excluded"].map(origins));
  assert.equal(fromIndex.said, 24);
  // Each pass adds a token of the model's own.
  assert.ok(fromIndex.guessed >= 8, `${fromIndex.guessed} of 24 lines were guessed`);
  assert.deepEqual(fromIgnored, { said: 24, guessed: 0 });
  assert.deepEqual(fromExcluded, { said: 24, guessed: 0 });

  const disclosure = turn().locator(".stats .disclosure");
  assert.match(await disclosure.textContent(), /\d+ % accepted \(suffix \d+\)/);
  await disclosure.click();
  const drafter = turn().locator(".drafter", { hasText: "Suffix drafter" });
  assert.match(await drafter.textContent(), /\d+ of \d+ tokens accepted.*; \d+ came from files/);
  assert.equal(await panel.locator(".legend li").count(), 4);
  await screenshot("speculation-origins");
});
