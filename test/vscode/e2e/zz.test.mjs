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
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const model = path.join(models, "says-lines.gguf");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
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
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await workbench?.close();
  rmSync(models, { recursive: true });
});

const turn = () => workbench.panel.locator(".turn-assistant");

/** How many lines of a file the answer has, and how many of them were guessed. */
async function origins(name) {
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const runs = turn().locator(":scope > .runs");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const count = async (part) => (await part.allTextContents()).join("").split(`${name} line`).length - 1;
  return { said: await count(runs), guessed: await count(runs.locator(".origin-suffix")) };
}

// It comes first: what it makes the model say is not taken into the index, unlike an answer.
test("the benchmark runs its short form and shows picture and figures", async () => {
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const { page, screenshot } = workbench;
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await runCommand(page, "Hunch: Benchmark This Machine");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const tab = page.locator('.tab.active[aria-label^="Hunch: Benchmark"]');
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await tab.waitFor();
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const frames = webview(page, "hunch.hunch");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const result = frames.locator("body:has(#copy)");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await result.waitFor();
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await screenshot("benchmark");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.equal(await result.locator("svg").count(), 1);
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const rows = await result.locator("tbody tr").allTextContents();
  for (const workload of ["edit", "repeat-context", "explain", "reason", "chat"])
    assert.equal(rows.filter((row) => row.startsWith(workload)).length, 2, rows.join("\n"));
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await result.getByRole("button", { name: "Copy as Markdown" }).click();
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await runCommand(page, "View: Close All Editors");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await tab.waitFor({ state: "detached" });
});

test("the index is fed with what files.exclude and .gitignore leave", async () => {
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const [, files] = await until("the index", () =>
    /Workspace index: \d+ tokens; (\d+) files read/.exec(workbench.log()),
  );
  // cart.ts, notes.md, indexed.txt and .gitignore itself.
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.equal(Number(files), 4);
});

test("what a file of the workspace says is guessed from it, and is coloured and counted as such", async () => {
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const { panel, screenshot } = workbench;
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await workbench.openPanel();
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await workbench.ask("Say the lines.");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await turn().locator(".stats").waitFor();
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const [fromIndex, fromIgnored, fromExcluded] = await Promise.all(["indexed", "ignored", "excluded"].map(origins));
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.equal(fromIndex.said, 24);
  // Each pass adds a token of the model's own.
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.ok(fromIndex.guessed >= 8, `${fromIndex.guessed} of 24 lines were guessed`);
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.deepEqual(fromIgnored, { said: 24, guessed: 0 });
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.deepEqual(fromExcluded, { said: 24, guessed: 0 });

  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const disclosure = turn().locator(".stats .disclosure");
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.match(await disclosure.textContent(), /\d+ % accepted \(suffix \d+\)/);
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await disclosure.click();
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  const drafter = turn().locator(".drafter", { hasText: "Suffix drafter" });
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.match(await drafter.textContent(), /\d+ of \d+ tokens accepted.*; \d+ came from files/);
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  assert.equal(await panel.locator(".legend li").count(), 4);
  console.error(Math.round(performance.now()), new Error().stack.split("\n")[1].match(/:(\d+):/)[1]);
  await screenshot("speculation-origins");
});
