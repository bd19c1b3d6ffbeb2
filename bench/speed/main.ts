/**
 * `npm run bench:speed`: how fast we decode, beside llama-server on the same weights, threads, context and prompts.
 * Arms are interleaved prompt by prompt, so that a machine whose speed drifts is fair to all; ratios count, not times.
 * Only one process computes at a time. An interrupted run goes on where it stopped.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Arm, allArms, type Conditions, defaultArms, type Run } from "./arms.ts";
import { chart } from "./chart.ts";
import { HunchEngine } from "./hunchEngine.ts";
import { LlamaServer } from "./llamaServer.ts";
import { type Measured, markdown, type Report } from "./report.ts";
import { loadPromptFile, loadWorkloads, type Workload, workloadNames } from "./workloads.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    draft: { type: "string" },
    server: { type: "string", default: process.env.LLAMA_SERVER },
    arms: { type: "string", default: defaultArms.join(",") },
    workloads: { type: "string", default: workloadNames.join(",") },
    prompts: { type: "string" },
    limit: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    "max-tokens": { type: "string", default: "160" },
    temperature: { type: "string", default: "0" },
    context: { type: "string", default: "4096" },
    out: { type: "string", default: join(root, "bench", "results") },
    name: { type: "string", default: "speed" },
    fresh: { type: "boolean", default: false },
  },
});
if (!options.model) throw new Error("--model FILE.gguf is needed (npm start -- models path prints where they are)");

const conditions: Conditions = {
  modelPath: options.model,
  draftPath: options.draft ?? null,
  threads: Number(options.threads),
  contextSize: Number(options.context),
  maxTokens: Number(options["max-tokens"]),
  temperature: Number(options.temperature),
  seed: 42,
};
const wanted = options.arms.split(",").map((name) => name.trim());
const arms = allArms.filter((arm) => wanted.includes(arm.name) && (arm.kind === "hunch" || options.server));
const missing = wanted.filter((name) => !arms.some((arm) => arm.name === name));
if (missing.length > 0)
  console.error(`left out (unknown, or no llama-server: --server PROGRAM or LLAMA_SERVER): ${missing.join(", ")}`);
const workloads: Workload[] = options.prompts
  ? loadPromptFile(options.prompts)
  : loadWorkloads(
      join(root, "bench", "data"),
      workloadNames.filter((name) => options.workloads.split(",").includes(name)),
      Number(options.limit),
    );
const rounds = Number(options.rounds);

mkdirSync(options.out, { recursive: true });
const resultFile = join(options.out, `${options.name}.json`);
const report: Report = {
  made: new Date().toISOString(),
  command: `npm run bench:speed -- ${process.argv.slice(2).map(shortPath).join(" ")}`,
  cpu: cpus()[0]?.model ?? "unknown CPU",
  threads: conditions.threads,
  model: basename(conditions.modelPath),
  draft: conditions.draftPath ? basename(conditions.draftPath) : null,
  temperature: conditions.temperature,
  maxTokens: conditions.maxTokens,
  rounds,
  costCurve: null,
  bound: null,
  measured: [],
};
if (existsSync(resultFile) && !options.fresh) {
  const earlier = JSON.parse(readFileSync(resultFile, "utf8")) as Report;
  const same = (["model", "draft", "threads", "temperature", "maxTokens", "cpu"] as const).every(
    (key) => earlier[key] === report[key],
  );
  if (same) report.measured = earlier.measured;
}

const state = join(options.out, "tmp");
const hunch = await HunchEngine.start(join(root, "dist", "engine.mjs"), state, conditions);
const servers = new Map<string, LlamaServer>();
try {
  const { costCurve } = await hunch.measure();
  report.costCurve = costCurve;
  if (costCurve) report.bound = Math.max(...Object.entries(costCurve).map(([size, ratio]) => Number(size) / ratio));
  console.error(`cost curve ${JSON.stringify(costCurve)}, bound ${report.bound?.toFixed(2)}`);
  for (const arm of arms)
    if (arm.kind === "llama-server")
      servers.set(arm.name, await LlamaServer.start(options.server!, conditions, arm.options));

  const total = rounds * workloads.length * arms.length;
  let done = 0;
  for (let round = 1; round <= rounds; round++)
    for (const workload of workloads)
      for (const arm of rotated(arms, round + workload.index)) {
        done++;
        if (report.measured.some((entry) => isSame(entry, workload, arm, round))) continue;
        const run = await measure(arm, workload);
        report.measured.push({ workload: workload.name, index: workload.index, arm: arm.name, round, run });
        console.error(
          `${String(done).padStart(4)}/${total}  round ${round}  ${workload.name} ${workload.index}  ${arm.name.padEnd(32)} ${run.tokensPerSecond.toFixed(1).padStart(6)} tok/s  ${run.accepted}/${run.drafted}`,
        );
        write();
      }
} finally {
  await hunch.stop();
  for (const server of servers.values()) await server.stop();
}
write();
console.log(markdown(report, "hunch off"));

async function measure(arm: Arm, workload: Workload): Promise<Run> {
  if (arm.kind === "hunch") return hunch.run(workload.prompt, conditions, arm.speculation);
  return servers.get(arm.name)!.run(workload.prompt, conditions);
}

function write(): void {
  writeFileSync(resultFile, `${JSON.stringify(report, null, 1)}\n`);
  if (report.measured.length === 0) return;
  writeFileSync(resultFile.replace(/json$/, "md"), markdown(report, "hunch off"));
  writeFileSync(resultFile.replace(/json$/, "svg"), chart(report, "hunch off"));
}

/** Another arm begins each time: what runs first after a pause may be favoured or not. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function isSame(entry: Measured, workload: Workload, arm: Arm, round: number): boolean {
  return (
    entry.workload === workload.name &&
    entry.index === workload.index &&
    entry.arm === arm.name &&
    entry.round === round
  );
}

/** Machine paths do not belong into a result. */
function shortPath(argument: string): string {
  return argument.includes("/") ? basename(argument) : argument;
}
