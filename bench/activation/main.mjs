/**
 * What opening a window costs for Hunch's sake: the time VS Code itself measures for loading and activating the
 * extension ("Developer: Show Running Extensions"), and the part of it that is our activate(). Each round is a fresh
 * window of a real VS Code.
 * usage: node bench/activation/main.mjs [--rounds 5] [--no-write]   (needs test/vscode/host/install.sh and a build)
 * Writes bench/results/activation.json and activation.md. Never a gate.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { repository, runCommand, until } from "../../test/vscode/host/host.mjs";
import { openWorkbench } from "../../test/vscode/host/workbench.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, "no-write": { type: "boolean", default: false } },
});

const rounds = [];
for (let i = 0; i < Number(values.rounds); i++) rounds.push(await measure());
const results = {
  date: new Date().toISOString().slice(0, 10),
  cpu: os.cpus()[0]?.model ?? "",
  cores: os.cpus().length,
  loadAverage: Number(os.loadavg()[0].toFixed(1)),
  rounds,
  medianMs: { loadAndActivate: median(rounds, "loadAndActivate"), activate: median(rounds, "activate") },
};
console.log(JSON.stringify(results, null, 1));
if (!values["no-write"]) write(results);

async function measure() {
  const workbench = await openWorkbench();
  try {
    const { page } = workbench;
    const ours = /Activated in ([\d.]+) ms/;
    await until("the activation", () => ours.test(workbench.log()));
    await runCommand(page, "Developer: Show Running Extensions");
    const row = page.locator(".runtime-extensions-editor .extension").filter({ hasText: "Hunch" });
    const text = await row.locator(".activation-time").textContent();
    const shown = /(\d+)\s*ms/.exec(text);
    if (!shown) throw new Error(`no time in “${text}”`);
    return { loadAndActivate: Number(shown[1]), activate: Number(ours.exec(workbench.log())[1]) };
  } finally {
    await workbench.close();
  }
}

function median(rounds, key) {
  const sorted = rounds.map((round) => round[key]).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function write({ date, cpu, cores, loadAverage, rounds, medianMs }) {
  const folder = path.join(repository, "bench", "results");
  fs.writeFileSync(path.join(folder, "activation.json"), `${JSON.stringify(results, null, 1)}\n`);
  const lines = [
    `# Activation, ${date}`,
    "",
    "`npm run bench:activation`",
    "",
    `${cpu}, ${cores} cores, load average ${loadAverage}; ${rounds.length} fresh windows.`,
    "",
    "| | target | median | each |",
    "|---|---|---|---|",
    `| loading and activating, as VS Code measures it | ≤ 30 ms | ${medianMs.loadAndActivate} ms | ${rounds.map((round) => round.loadAndActivate).join(", ")} |`,
    `| our activate() | | ${medianMs.activate} ms | ${rounds.map((round) => round.activate).join(", ")} |`,
  ];
  fs.writeFileSync(path.join(folder, "activation.md"), `${lines.join("\n")}\n`);
}
