/**
 * `hunch bench speed`: how fast we decode, beside llama-server on the same weights, threads, context and prompts. Arms are
 * interleaved prompt by prompt, so ratios count, not times; only one process computes at a time. Stopped at any time
 * (Ctrl-C) it keeps what is measured, and the same command goes on from there.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import type { Command } from "commander";
import {
  type Arm,
  allArms,
  baseline,
  type Conditions,
  defaultArms,
  groupsOf,
  type LlamaServerArm,
  serverArgs,
} from "../benchmark/arms.ts";
import { LlamaServer } from "../benchmark/llamaServer.ts";
import { markdown, type Report, setupOf, takeUp } from "../benchmark/report.ts";
import { hunchRequest, hunchRun, runArms } from "../benchmark/runner.ts";
import {
  loadWorkloads,
  parsePrompts,
  type Workload,
  type WorkloadName,
  workloadNames,
} from "../benchmark/workloads.ts";
import { HunchError } from "../common/errors.ts";
import type { LoadParams, MeasureResult, ModelInfo } from "../common/protocol.ts";
import { readEarlier, writeResults } from "./benchSpeedFiles.ts";
import { load, loadModel, withEngine } from "./engine.ts";
import { addEngineOptions, engineRequest } from "./engineRequest.ts";
import { identityOfProgram, originOf } from "./identity.ts";
import { assertOwnDecoder } from "./ownDecoder.ts";
import { resumable, type Tools } from "./resumable.ts";
import { decimal, integer, list } from "./values.ts";

const err = (text: string) => void process.stderr.write(text);
/** Prompts of each workload. */
const usualLimit = 6;
const ownDecoderHint = "Use --backend embedded. Name a llama-server to compare it with by --server.";
const armNames = allArms.map((arm) => arm.name);

type Options = Parameters<typeof engineRequest>[0] & {
  server?: string;
  arms: string[];
  workloads: WorkloadName[];
  prompts?: string;
  limit?: number;
  rounds: number;
  maxTokens: number;
  temperature: number;
  out: string;
  name: string;
  fresh?: true;
};

export function addBenchSpeed(bench: Command, setStatus: (status: number) => void): Command {
  addEngineOptions(bench.command("speed").description("our decoder in its modes, beside llama-server in its"))
    .option("--server <program>", "a llama-server to compare with (default: LLAMA_SERVER)", process.env.LLAMA_SERVER)
    .option("--arms <a,b>", `what is compared with "${baseline}": all, or of ${armNames.join(", ")}`, parseArms, [
      ...defaultArms,
    ])
    .option("--workloads <a,b>", `kinds of prompts: ${workloadNames.join(", ")}`, list(workloadNames), [
      ...workloadNames,
    ])
    .option("--prompts <file>", 'prompts of your own instead: JSON lines {"prompt": "…"}, sent as they are')
    .option(
      "--limit <n>",
      `prompts of each workload at most (default: ${usualLimit}, of --prompts all)`,
      integer(1, 1_000),
    )
    .option("--rounds <n>", "times that all is measured", integer(1, 1_000), 3)
    .option("--max-tokens <n>", "output tokens of each run at most", integer(16, 100_000), 160)
    .option("--temperature <x>", "0 takes the likeliest token", decimal(0, 10), 0)
    .option("--out <folder>", "where results go", "hunch-bench")
    .option("--name <name>", "of the result files", "speed")
    .option("--fresh", "begin anew, even if an interrupted run could go on")
    .action(async (options: Options) => setStatus(await benchSpeed(options)));
  return bench;
}

async function benchSpeed(options: Options): Promise<number> {
  const prompts = await readWorkloads(options);
  const servers = new Map<string, LlamaServer>();
  try {
    return await resumable(
      options.verbose ?? false,
      (tools) => measure(options, prompts, servers, tools),
      async (report) => {
        await writeResults(options, report);
        process.stdout.write(
          options.json ? `${JSON.stringify({ type: "done", ...report })}\n` : markdown(report, baseline),
        );
      },
    );
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

/** @param servers those it starts are put there, for the caller to stop */
async function measure(
  options: Options,
  { workloads, source }: Prompts,
  servers: Map<string, LlamaServer>,
  { context: shared, interrupts, display }: Tools,
): Promise<Report> {
  const { signal } = interrupts;
  // What is learnt here is no user's text, and what a user's text taught is no part of the measurement.
  const context = { ...shared, stateFolder: join(options.out, "tmp") };
  interrupts.onKill(() => {
    for (const server of servers.values()) server.kill();
  });
  const params = await loadModel(requestOf(options), context);
  const arms = usableArms(options, params);
  return withEngine(context, async (client) => {
    const model = await load(client, params, context);
    context.output.loaded(model);
    assertOwnDecoder(model, "bench speed compares ways of Hunch's own decoder", ownDecoderHint);
    const cut = () => client.kill();
    signal.addEventListener("abort", cut); // a measurement can not be cancelled
    const { costCurve } = await client.measure({ costCurve: true, exactness: false });
    signal.removeEventListener("abort", cut);
    const report = newReport(options, source, model, params, costCurve);
    report.setup.origin = await originOf(params);
    if (options.server !== undefined && arms.some(({ kind }) => kind === "llama-server")) {
      report.server = (await identityOfProgram(options.server)) ?? undefined;
      report.serverArgs = serverArgs(model);
    }
    const { made } = report;
    const earlier = options.fresh ? null : await readEarlier(options, report, (why) => err(`${why}\n`));
    if (earlier) takeUp(earlier, report);
    const conditions: Conditions = { maxTokens: options.maxTokens, temperature: options.temperature, seed: 42 };
    await runArms({
      workloads,
      groups: groupsOf(arms),
      rounds: options.rounds,
      earlier: [...report.measured],
      onGroup: async (group) => {
        for (const server of servers.values()) await server.stop();
        servers.clear();
        for (const arm of group) {
          if (arm.kind !== "llama-server") continue;
          const server = await startServer(arm, options, params, model, signal);
          if (!server) return;
          servers.set(arm.name, server);
        }
      },
      measure: async (arm, { name, index, prompt }) => {
        if (arm.kind === "llama-server") return servers.get(arm.name)!.run(prompt, conditions, signal);
        const request = hunchRequest(prompt, conditions, arm.speculation, `${name} ${index} ${arm.name}`);
        return hunchRun(await client.generate(request, { onEvents: () => {}, signal }));
      },
      onRun: async (run) => {
        report.measured.push(run);
        report.made = made;
        await writeResults(options, report);
      },
      onProgress: (progress) => display.progress(progress),
      signal,
    });
    return report;
  });
}

/** Arms name the modes; a draft model is fetched only for arms that use one. */
function requestOf(options: Options): ReturnType<typeof engineRequest> {
  const request = engineRequest(options);
  const drafts = options.arms.some((name) => name.includes("draft"));
  return {
    ...request,
    contextSize: options.context ?? 4_096,
    speculation: drafts && options.draft === undefined ? "draft" : "auto",
  };
}

/** Those that are wanted and can run, and the baseline: without it no figure is a ratio. */
export function usableArms(
  { arms: wanted, server }: Pick<Options, "arms" | "server">,
  { draft }: Pick<LoadParams, "draft">,
): Arm[] {
  const arms = allArms.filter(({ name, kind }) => {
    if (name !== baseline && !wanted.includes(name)) return false;
    return (kind === "hunch" || server !== undefined) && (draft !== null || !name.includes("draft"));
  });
  const missing = wanted.filter((name) => !arms.some((arm) => arm.name === name));
  if (missing.length > 0)
    err(`Left out, for want of a llama-server (--server) or of a draft model (--draft): ${missing.join(", ")}.\n`);
  return arms;
}

function startServer(
  arm: LlamaServerArm,
  { server }: Options,
  { target, draft }: LoadParams,
  { threads, contextSize, gpuLayers, kvType }: ModelInfo,
  signal: AbortSignal,
): Promise<LlamaServer | null> {
  const paths = { modelPath: target.path, draftPath: draft?.path ?? null };
  const model = { ...paths, threads: threads.used, contextSize, gpuLayers, kvType };
  return LlamaServer.start(server!, model, arm.options, signal);
}

interface Prompts {
  workloads: Workload[];
  /** As Setup.prompts has it. */
  source: string;
}

async function readWorkloads({ prompts, workloads, limit }: Options): Promise<Prompts> {
  if (prompts === undefined) {
    const names = workloadNames.filter((name) => workloads.includes(name));
    return { workloads: loadWorkloads(names, limit ?? usualLimit), source: "built in" };
  }
  try {
    const text = await readFile(prompts, "utf8");
    const source = createHash("sha256").update(text).digest("hex").slice(0, 16);
    return { workloads: parsePrompts(text).slice(0, limit), source };
  } catch (error) {
    throw new HunchError("fileNotFound", `The prompts ${prompts} can not be read: ${(error as Error).message}`, {
      hint: 'Name a file of JSON lines {"prompt": "…"} with --prompts.',
      cause: error,
    });
  }
}

function newReport(
  options: Options,
  prompts: string,
  model: ModelInfo,
  { target, draft }: LoadParams,
  costCurve: MeasureResult["costCurve"],
): Report {
  return {
    made: new Date().toISOString(),
    command: commandLine(),
    cpu: cpus()[0]?.model ?? "unknown CPU",
    threads: model.threads.used,
    model: basename(target.path),
    draft: draft ? basename(draft.path) : null,
    temperature: options.temperature,
    maxTokens: options.maxTokens,
    rounds: options.rounds,
    setup: setupOf(model, prompts),
    costCurve,
    bound: costCurve && Math.max(...Object.entries(costCurve).map(([size, ratio]) => Number(size) / ratio)),
    measured: [],
  };
}

/** As typed, without machine paths: they do not belong into a result. */
function commandLine(): string {
  const words = process.argv.slice(2).map((word) => (word.includes("/") ? basename(word) : word));
  return `hunch ${words.map((word) => (word.includes(" ") ? `"${word}"` : word)).join(" ")}`;
}

function parseArms(text: string): string[] {
  return text === "all" ? [...armNames] : list(armNames)(text);
}
