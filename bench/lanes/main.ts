/**
 * `npm run bench:lanes -- --model FILE`: four requests at once against the same four one after another, as the ratio of
 * their tokens per second, in interleaved rounds. Beside it the bound n/T(n): a pass over n tokens takes T(n) times as long
 * as one over a single token. Prompts are in the cache, so that decoding is compared; speculation is off, since it is
 * another way to the same bound.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadWorkloads } from "../../src/benchmark/workloads.ts";
import type { GenerationResult, SpeculationMode } from "../../src/common/protocol.ts";
import { median } from "../../src/evaluation/statistics.ts";
import { decode, loadParams, sampling, startEngine, thisCpu } from "../support/engine.ts";
import { writeResults } from "../support/results.ts";
import { picture } from "./picture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    lanes: { type: "string", default: "4" },
    rounds: { type: "string", default: "5" },
    tokens: { type: "string", default: "64" },
    threads: { type: "string" },
    speculation: { type: "string", default: "off" },
    out: { type: "string", default: join(root, "bench", "results") },
  },
});
if (!options.model) throw new Error("Name a GGUF file with --model.");
const path = options.model;
const lanes = Number(options.lanes);
const maxTokens = Number(options.tokens);
const prompts = loadWorkloads(["chat", "reason", "explain"], lanes)
  .slice(0, lanes)
  .map(({ prompt }) => prompt);

const stateFolder = mkdtempSync(join(tmpdir(), "hunch-bench-"));
const client = await startEngine(stateFolder);

let asked = 0;
async function ask(i: number): Promise<GenerationResult> {
  const { result } = await decode(client, {
    id: `lanes-${++asked}`,
    text: prompts[i]!,
    maxTokens,
    speculation: options.speculation as SpeculationMode,
    sampling: sampling(0, 1),
  });
  return result;
}

interface Measured {
  tokensPerSecond: number;
  prefillMs: number;
}

async function measure(run: () => Promise<GenerationResult[]>): Promise<Measured> {
  const before = performance.now();
  const results = await run();
  const ms = performance.now() - before;
  const tokens = results.reduce((sum, { stats }) => sum + stats.thinkingTokens + stats.answerTokens, 0);
  return { tokensPerSecond: (tokens * 1000) / ms, prefillMs: results.reduce((sum, r) => sum + r.stats.prefillMs, 0) };
}

const inTurn = () =>
  measure(async () => {
    const results = [];
    for (const i of prompts.keys()) results.push(await ask(i));
    return results;
  });
const atOnce = () => measure(() => Promise.all([...prompts.keys()].map(ask)));
/** n/T(n) for n = the number of lanes. */
const bound = async () => {
  const { costCurve } = await client.measure({ costCurve: true, exactness: false });
  const each = lanes / costCurve![lanes]!;
  process.stderr.write(`bound ${each.toFixed(2)}\n`);
  return each;
};

try {
  const threads = options.threads ? Number(options.threads) : "auto";
  const model = await client.load(loadParams(path, { contextSize: 2_048, threads, gpu: "auto", lanes }));
  const bounds = [await bound()];
  await atOnce(); // opens the lanes, and reads the prompts
  const rounds: { inTurn: Measured; atOnce: Measured; ratio: number }[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const [one, all] = round % 2 === 0 ? [await inTurn(), await atOnce()] : (await swapped()).reverse();
    rounds.push({ inTurn: one!, atOnce: all!, ratio: all!.tokensPerSecond / one!.tokensPerSecond });
    process.stderr.write(
      `round ${round + 1}: ${one!.tokensPerSecond.toFixed(1)} one after another, ${all!.tokensPerSecond.toFixed(1)} tokens/s at once\n`,
    );
  }
  bounds.push(await bound());
  const ratio = median(rounds.map((round) => round.ratio));
  const mean = bounds.reduce((sum, each) => sum + each, 0) / bounds.length;
  const result = {
    made: new Date().toISOString(),
    model: model.name,
    cpu: thisCpu(),
    device: model.device,
    threads: model.threads.used,
    lanes,
    maxTokens,
    speculation: options.speculation,
    ratio,
    bounds,
    shareOfBound: ratio / mean,
    rounds,
  };
  const lines = [
    `# ${lanes} requests at once, ${result.made.slice(0, 10)}`,
    "",
    `${result.model}; ${result.cpu}, ${result.device}, ${result.threads} threads; ${maxTokens} tokens each, prompts cached, speculation ${options.speculation}; ${rounds.length} interleaved rounds.`,
    "",
    "| one after another (tokens/s) | at once (tokens/s) | ratio | bound n/T(n), before and after | share of the bound |",
    "|---|---|---|---|---|",
    `| ${median(rounds.map((r) => r.inTurn.tokensPerSecond)).toFixed(1)} | ${median(rounds.map((r) => r.atOnce.tokensPerSecond)).toFixed(1)} | ${ratio.toFixed(2)} | ${bounds.map((each) => each.toFixed(2)).join(", ")} | ${(100 * result.shareOfBound).toFixed(0)} % |`,
    "",
  ].join("\n");
  await writeResults({ out: options.out, name: "lanes" }, result, lines, picture(result));
  process.stdout.write(lines);
} finally {
  await client.dispose();
  rmSync(stateFolder, { recursive: true, force: true });
}

async function swapped(): Promise<Measured[]> {
  return [await atOnce(), await inTurn()];
}
