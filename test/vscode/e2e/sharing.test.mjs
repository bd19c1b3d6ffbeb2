/** One engine for windows and the terminal: found, used by all, and back for all after it was killed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { repository, until } from "../host/host.mjs";
import { testModel, testSettings } from "../host/settings.mjs";
import { killEngine, openWorkbench } from "../host/workbench.mjs";

let workbench;
before(async () => {
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.effort": "off", "hunch.maxTokens": 24 }),
  });
  await workbench.openPanel();
});
after(() => workbench?.close());

/** Asks in a window's panel and waits for the end of the answer. */
async function askWindow(text, window = workbench) {
  const { panel } = window;
  const turns = panel.locator(".turn-assistant");
  const count = await turns.count();
  await window.ask(text);
  const turn = turns.nth(count);
  await turn.locator(".markdown, :scope > .runs").first().waitFor();
  await panel.getByRole("button", { name: "Send", exact: true }).waitFor();
  assert.equal(await turn.locator(".card-error").count(), 0);
}

/** How often the model was loaded, as the window's log has it. */
const loads = () => workbench.log().match(/ loaded \S+ in \d+ ms on /g)?.length ?? 0;

/** The same in a terminal of the same user. @returns lines of its JSON */
async function askTerminal(...options) {
  const home = path.join(workbench.host.dataDir, "home");
  const argv = [
    "ask",
    "Name a colour.",
    "--shared",
    "--json",
    "--effort",
    "off",
    "--max-tokens",
    "8",
    "--threads",
    "1",
  ];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [path.join(repository, "dist/cli.mjs"), ...argv, "--model", testModel(), ...options],
    { env: { ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_RUNTIME_DIR: home }, timeout: 120_000 },
  );
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("a window and a command in the terminal have one engine, with the model loaded once", async () => {
  await askWindow("What is a cart?");
  const [engine, ...more] = workbench.engines();
  assert.deepEqual(more, []);
  const lines = await askTerminal();
  assert.equal(lines.at(-1).type, "done");
  assert.doesNotMatch(JSON.stringify(lines), /modelSwapped/);
  assert.deepEqual(workbench.engines(), [engine]);
  assert.equal(loads(), 1);
  await askWindow("And a basket?");
  assert.equal(loads(), 1);
});

test("killed while nobody asks, it is started again, and both go on with that one", async () => {
  const killed = await killEngine(workbench);
  const [engine] = await until("another engine", () => (workbench.engines().length > 0 ? workbench.engines() : null));
  assert.notEqual(engine, killed);
  const lines = await askTerminal();
  assert.equal(lines.at(-1).type, "done");
  await askWindow("Are you there?");
  assert.deepEqual(workbench.engines(), [engine]);
});

test("a second window has the engine of the first, also at the same moment, and keeps it when the first is closed", async () => {
  const before = workbench.engines();
  const loadsBefore = loads();
  const second = await workbench.openWindow();
  await second.openPanel();
  await Promise.all([askWindow("What is a cart?"), askWindow("What is an order?", second)]);
  assert.deepEqual(workbench.engines(), before);
  assert.equal(loads(), loadsBefore);

  const killed = await killEngine(workbench);
  await Promise.all([askWindow("And now?"), askWindow("And then?", second)]);
  const [engine, ...more] = workbench.engines();
  assert.deepEqual(more, []);
  assert.notEqual(engine, killed);

  await workbench.page.close();
  await askWindow("Is anybody there?", second);
  assert.deepEqual(workbench.engines(), [engine]);
});
