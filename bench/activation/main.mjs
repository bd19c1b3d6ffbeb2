/**
 * What opening a window costs for Hunch's sake: the time VS Code itself measures for loading and activating the
 * extension ("Developer: Show Running Extensions"), and the part of it that is ours: loading our code, and activate().
 * Each round is a new installation of a real VS Code: its first window, which compiles the extension, and a later one,
 * which finds it compiled. Beside each, the same of an extension that does nothing (control/), in an installation of its
 * own: VS Code's own share.
 * usage: node bench/activation/main.mjs [--rounds 5] [--no-write]   (needs test/vscode/host/install.sh and a build)
 * Writes bench/results/activation.json, .md and .svg. Never a gate.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { activationPicture, writeResults } from "../../dist/bench-editor.mjs";
import {
  openBrowser,
  repository,
  runCommand,
  startHost,
  tempWorkspace,
  until,
  workbenchUrl,
} from "../../test/vscode/host/host.mjs";
import { openWorkbench } from "../../test/vscode/host/workbench.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, "no-write": { type: "boolean", default: false } },
});

const compiled = /(^|\/)compiled-[0-9a-f]+$/;

const rounds = [];
for (let i = 0; i < Number(values.rounds); i++) rounds.push({ ...(await round()), control: await control() });
const of = (which) => rounds.map((round) => round[which]);
const medians = (which) => ({
  loadAndActivate: median(of(which), "loadAndActivate"),
  ours: median(of(which), "ours"),
});
const results = {
  date: new Date().toISOString().slice(0, 10),
  cpu: os.cpus()[0]?.model ?? "",
  cores: os.cpus().length,
  loadAverage: Number(os.loadavg()[0].toFixed(1)),
  rounds,
  medianMs: { first: medians("first"), later: medians("later"), control: medians("control") },
};
console.log(JSON.stringify(results, null, 1));
if (!values["no-write"]) write(results);

async function round() {
  const workbench = await openWorkbench();
  try {
    const first = await measure(workbench, 1);
    const { dataDir } = workbench.host;
    const isKept = () => fs.readdirSync(dataDir, { recursive: true }).some((file) => compiled.test(file));
    await until("the compiled code to be kept", isKept);
    await workbench.load();
    return { first, later: await measure(workbench, 2) };
  } finally {
    await workbench.close();
  }
}

/** @param windows how many have been opened */
async function measure(workbench, windows) {
  const { page } = workbench;
  const activations = () => [...workbench.log().matchAll(/Loaded in ([\d.]+) ms, activated in ([\d.]+) ms/g)];
  await until("the activation", () => activations().length === windows);
  const [load, activate] = activations().at(-1).slice(1).map(Number);
  return {
    loadAndActivate: await shownTime(page, "Hunch"),
    load,
    activate,
    ours: Number((load + activate).toFixed(1)),
  };
}

/** The window of an installation with the control in place of Hunch. */
async function control() {
  const workspace = tempWorkspace(path.join(repository, "test/vscode/workspace"));
  const host = startHost();
  const { browser, page } = await openBrowser();
  try {
    const ext = path.join(repository, "bench/activation/control");
    await page.goto(workbenchUrl(host.port, { workspace, ext }), { timeout: 120_000 });
    await page.locator(".monaco-workbench .activitybar").waitFor();
    await page.getByText("control activated").waitFor();
    return { loadAndActivate: await shownTime(page, /bench.control/i) };
  } finally {
    await browser.close();
    await host.stop();
    fs.rmSync(workspace, { recursive: true, force: true });
  }
}

/** Milliseconds of loading and activating of an extension that has been activated, as VS Code shows them. */
async function shownTime(page, extension) {
  // The slowest come first, and only what is in sight is there.
  await page.setViewportSize({ width: 1400, height: 3_000 });
  await runCommand(page, "Developer: Show Running Extensions");
  const row = page.locator(".runtime-extensions-editor .extension").filter({ hasText: extension });
  const text = await row.locator(".activation-time").textContent();
  const shown = /(\d+)\s*ms/.exec(text);
  if (!shown) throw new Error(`no time in “${text}”`);
  return Number(shown[1]);
}

function median(rounds, key) {
  const sorted = rounds.map((round) => round[key]).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function write({ date, cpu, cores, loadAverage, rounds, medianMs }) {
  const row = (what, target, window, figure) =>
    `| ${what} | ${target} | ${medianMs[window][figure]} ms | ${of(window)
      .map((times) => times[figure])
      .join(", ")} |`;
  const lines = [
    `# Activation, ${date}`,
    "",
    "`npm run bench:activation`",
    "",
    `${cpu}, ${cores} cores, load average ${loadAverage}; ${rounds.length} new installations.`,
    "",
    "| | target | median | each |",
    "|---|---|---|---|",
    row("loading and activating, as VS Code measures it", "≤ 30 ms", "later", "loadAndActivate"),
    row("the same in the first window after an installation", "", "first", "loadAndActivate"),
    row("an extension that does nothing, in a window of its own", "", "control", "loadAndActivate"),
    row("our own part: loading our code, and activate()", "", "later", "ours"),
    row("the same in the first window", "", "first", "ours"),
  ];
  const files = { out: path.join(repository, "bench", "results"), name: "activation" };
  writeResults(files, results, `${lines.join("\n")}\n`, activationPicture(results));
}
